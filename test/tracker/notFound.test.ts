// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closePage, openPage, openTracker, pass } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

const cases: [name: string, entries: object[], count: number][] = [
  ['a page that was answered 404', [{ responseStatus: 404 }], 1],
  ['one that was answered 200', [{ responseStatus: 200 }], 0],
  ['one whose browser does not tell', [{}], 0],
  ['one that has no entry', [], 0],
]
test.each(cases)('%s', async (_, entries, count) => {
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue(entries as never)
  const { collector } = await openTracker(({ notFound }) => [notFound()])
  await pass(300)
  const events = collector.sent().filter(({ type }) => type === 'event')
  expect(events).toMatchObject(Array.from({ length: count }, () => ({ name: '404', props: { path: '/start' } })))
  const view = collector.sent().find(({ type }) => type === 'pageview')
  expect(events.every((event) => event.view === view!.id)).toBe(true)
})
