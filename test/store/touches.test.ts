import fc from 'fast-check'
import { rangeToRead, runQuery, type Query, type StoredHit } from '@treadlight/store'
import { expect, test } from 'vitest'
import { day, makeHit, minute, noon } from './makeHit.ts'

const query: Query = {
  site: 'shop',
  timezone: 'UTC',
  range: { from: noon - 5 * day, to: noon + day },
  metrics: ['visits'],
  dimensions: ['event:page', 'first:source', 'last:source'],
}

/** Hits of few session ids, hours apart: each is a visit, and its path is its own. */
const visits = fc
  .uniqueArray(fc.record({ hours: fc.integer({ min: -110 * 24, max: 12 }), session: fc.constantFrom('', 's1', 's2'), source: fc.constantFrom('', '', 'friends', 'news') }), {
    selector: ({ hours }) => hours,
    maxLength: 40,
  })
  .map((all) => all.map(({ hours, ...fields }) => makeHit({ ...fields, visitor: '', path: `/${hours}`, time: noon + hours * 60 * minute })))

test('first and last touch are those of the 90 days up to a visit, however the days are handed over', async () => {
  await fc.assert(
    fc.asyncProperty(visits, fc.integer({ min: 1, max: 8 }), async (hits, daysInPart) => {
      const { rows } = await runQuery(partsOf(hits, daysInPart), query)
      const shown = hits.filter(({ time }) => time >= query.range.from && time < query.range.to)
      expect(Object.fromEntries(rows.map(({ dimensions: [path, ...touches] }) => [path, touches]))).toEqual(
        Object.fromEntries(shown.map((hit) => [hit.path, touchesOf(hit, hits)])),
      )
    }),
  )
})

test('days in disorder are refused rather than answered wrongly', async () => {
  const parts = [[makeHit({ session: 's1' })], [makeHit({ session: 's1', time: noon - day })]]
  await expect(runQuery(parts, query)).rejects.toThrow('home days must come in order: 2026-11-20 came after 2026-11-21')
  await expect(runQuery(parts, { ...query, dimensions: ['visit:source'] })).resolves.toMatchObject({ totalRows: 1 })
})

test('what was before the range is read for touches alone, in filters too', () => {
  const { range } = query
  expect(rangeToRead({ ...query, dimensions: ['visit:source'] })).toEqual(range)
  for (const asking of [query, { ...query, dimensions: [], filters: [['not', ['and', [['is', 'first:channel', ['Direct']]]]]] } satisfies Query])
    expect(rangeToRead(asking)).toEqual({ from: range.from - 92 * day, to: range.to })
})

/** The definition, visit by visit. */
function touchesOf(hit: StoredHit, hits: readonly StoredHit[]): string[] {
  const mine = hits.filter(({ session, time }) => session === hit.session && time <= hit.time && time >= hit.time - 90 * day)
  const touches = hit.session === '' ? [hit] : mine.filter(({ source }) => source !== '').toSorted((a, b) => a.time - b.time)
  return [touches[0], touches.at(-1)].map((touch) => touch?.source || 'Direct / None')
}

/** Whole home days in order, so many in a part. */
function partsOf(hits: readonly StoredHit[], daysInPart: number): StoredHit[][] {
  const days = [...new Set(hits.map((hit) => hit.day))].toSorted()
  const parts: StoredHit[][] = []
  for (let index = 0; index < days.length; index += daysInPart) parts.push(hits.filter((hit) => days.slice(index, index + daysInPart).includes(hit.day)))
  return parts
}
