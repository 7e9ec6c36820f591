import { createReferenceStore } from '@treadlight/store'
import { expect, test } from 'vitest'
import { day, makeEngagement, makeHit, noon, second } from './makeHit.ts'

test('a view with more reports than a call may have arguments is answered', async () => {
  const store = createReferenceStore()
  const view = makeHit()
  const reports = Array.from({ length: 140_000 }, (_, index) => makeEngagement(view, { engaged: index % 9001, scroll: index % 71 }))
  await store.append([view, ...reports])
  const range = { from: noon - day, to: noon + day }
  const { rows } = await store.query({ site: 'shop', timezone: 'UTC', range, metrics: ['time_on_page', 'scroll_depth'] })
  expect(rows).toEqual([{ dimensions: [], metrics: [Math.round(9000 / second), 70] }])
})
