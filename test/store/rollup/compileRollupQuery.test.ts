import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dimension, Filter, Query, StoredHit } from '@treadlight/store'
import { compileRollupQuery } from '../../../packages/store/src/rollup/compileRollupQuery.ts'
import { foldRollups } from '../../../packages/store/src/rollup/foldRollups.ts'
import type { Rollup } from '../../../packages/store/src/rollup/rollup.ts'
import type { SummedRow } from '../../../packages/store/src/sumInto.ts'
import { arbitraryDays, arbitraryQuery, dayAfter } from './arbitraryDays.ts'
import { makeHit, minute, noon } from '../makeHit.ts'
import { rollUp, sumHits } from './rollups.ts'

/** How often each thing happened: a property that never came to the point would say nothing. */
const seen = { asked: 0, told: 0, untold: 0, rows: 0 }

/** Tells what can be told of some rollups, and holds it to the hits of the same days. */
async function expectExact(query: Query, rollups: readonly Rollup[], hitsOf: ReadonlyMap<string, readonly StoredHit[]>): Promise<void> {
  const compiled = compileRollupQuery(query)
  seen.asked++
  if (compiled === undefined) return
  const able = rollups.filter((rollup) => compiled.canTell(rollup))
  const rows = new Map<string, SummedRow>()
  const untold = new Set((await compiled.addTo(rows, able)).map(({ rollup, ...problem }) => (expect(problem).toEqual({}), rollup)))
  const told = able.filter((rollup) => !untold.has(rollup))
  seen.told += told.length
  seen.untold += untold.size
  seen.rows += rows.size
  const days = told.flatMap((rollup) => rollup.days.map(({ day }) => hitsOf.get(day)!))
  expect(rows).toEqual(sumHits(query, days))
}

test('rollups say what the hits of their days say, as they are and folded', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryDays, fc.array(arbitraryQuery, { minLength: 20, maxLength: 20 }), fc.nat(), async (days, queries, split) => {
      const hitsOf = new Map(days.map((hits, count) => [dayAfter(count), hits]))
      const rollups = await Promise.all(days.map((hits, count) => rollUp(dayAfter(count), hits)))
      const at = rollups.length === 0 ? 0 : split % rollups.length
      const folded = [foldRollups(rollups.slice(0, at)), foldRollups(rollups.slice(at).toReversed())]
      for (const query of queries) {
        await expectExact(query, rollups, hitsOf)
        await expectExact(query, folded, hitsOf)
      }
    }),
    { numRuns: 500 },
  )
  expect(seen.told).toBeGreaterThan(1000)
  expect(seen.rows).toBeGreaterThan(1000)
})

test.each([
  ['two codes of one country', 'visit:country_name', [], 1],
  ['only asked for one that is not theirs', 'visit:country_name', [['is', 'visit:country_name', ['France']]], 0],
  ['by their codes', 'visit:country', [], 0],
] satisfies [string, Dimension, Filter[], number][])('countries: %s', async (_, dimension, filters, untold) => {
  const hits = ['GB', 'UK', 'FR'].map((country, at) => makeHit({ country, session: `${at}` }))
  const rollup = await rollUp(dayAfter(0), hits)
  const query: Query = { site: 'shop', range: { from: 0, to: 8e15 }, timezone: 'UTC', metrics: ['visitors'], dimensions: [dimension], filters }
  const rows = new Map<string, SummedRow>()
  expect(await compileRollupQuery(query)!.addTo(rows, [rollup])).toEqual(untold === 1 ? [{ rollup }] : [])
  expect(rows).toEqual(sumHits(query, untold === 1 ? [] : [hits]))
})

const everything: Query = { site: 'shop', range: { from: 0, to: 8e15 }, timezone: 'UTC', metrics: ['visitors'] }

test.each([
  ['no dimension', {}, true],
  ['pages', { dimensions: ['event:page'] }, true],
  ['pages, searched', { dimensions: ['event:page'], filters: [['contains', 'event:page', ['a']]] }, false],
  ['events but pageviews, as the dashboard asks', { dimensions: ['event:name'], filters: [['and', [['is_not', 'event:name', ['pageview']], ['contains', 'event:name', ['a']]]]] }, true],
  ['events of each', { filters: [['is_not', 'event:name', ['pageview']]] }, false],
  ['one country', { filters: [['is', 'visit:country', ['DE']]] }, true],
  ['two countries', { filters: [['is', 'visit:country', ['DE', 'FR']]] }, false],
  ['one country and one source', { filters: [['is', 'visit:country', ['DE']], ['is', 'visit:source', ['Google']]] }, false],
  ['sources of a country', { dimensions: ['visit:source'], filters: [['is', 'visit:country', ['DE']]] }, false],
  ['pages that begin so', { filters: [['is', 'visit:entry_page', ['/a*']]] }, false],
  ['one entry page by the day', { dimensions: ['time:day'], filters: [['is', 'visit:entry_page', ['/a']]] }, true],
  ['the named sources by the month', { dimensions: ['time:month', 'visit:source'], filters: [['is', 'visit:source', ['Google', 'X']]] }, true],
  ['hours', { dimensions: ['time:hour'] }, false],
  ['weeks', { dimensions: ['time:week'] }, true],
  ['two dimensions', { dimensions: ['visit:source', 'visit:country'] }, false],
  ['goals by default', { dimensions: ['event:goal'], metrics: ['visitors', 'total_revenue'] }, true],
  ['goals that are events', { dimensions: ['event:goal'], goals: [{ name: 'Signup', event: 'signup' }] }, true],
  ['goals that are pages', { dimensions: ['event:goal'], goals: [{ name: 'Thanks', page: '/thanks' }] }, false],
  ['a goal that is two events', { dimensions: ['event:goal'], goals: [{ name: 'A', event: 'a' }, { name: 'A', event: 'b' }] }, false],
  ['props', { dimensions: ['event:props:plan'] }, false],
  ['touches', { dimensions: ['first:source'] }, false],
  ['what visits have done', { filters: [['has_done', ['is', 'visit:country', ['DE']]]] }, false],
] satisfies [string, Partial<Query>, boolean][])('can be told: %s', (_, query, isTold) => {
  expect(compileRollupQuery({ ...everything, ...query }) !== undefined).toBe(isTold)
})

test.each([
  ['the whole of it', {}, true],
  ['to the last ms', { range: { from: noon, to: noon + minute + 1 } }, true],
  ['without the last ms', { range: { from: noon, to: noon + minute } }, false],
  ['without the first', { range: { from: noon + 1, to: 8e15 } }, false],
  ['a day of one zone in two of another', { dimensions: ['time:day'], timezone: 'Pacific/Auckland' }, true],
  ['revenue that there was', { metrics: ['total_revenue'] }, false],
] satisfies [string, Partial<Query>, boolean][])('of a day: %s', async (_, query, isTold) => {
  const day = dayAfter(0)
  const rollup = await rollUp(day, [makeHit({ time: noon, day }), makeHit({ time: noon + minute, day, revenue: { amount: '1', currency: 'EUR' } })])
  expect(compileRollupQuery({ ...everything, ...query })!.canTell(rollup)).toBe(isTold)
})

test('a day that the clock of the question cuts in two, or puts back over midnight', async () => {
  const day = dayAfter(0)
  const told = async (timezone: string, ...times: number[]) =>
    compileRollupQuery({ ...everything, dimensions: ['time:day'], timezone })!.canTell(await rollUp(day, times.map((time) => makeHit({ day, time }))))
  expect(await told('Pacific/Auckland', noon - 3 * 60 * minute, noon)).toBe(false)
  // At a minute past midnight it was 23:01 again.
  const back = Date.UTC(2010, 10, 7, 2, 31)
  expect(await told('America/St_Johns', back - 10 * minute, back + 10 * minute)).toBe(false)
  expect(await told('America/St_Johns', back + 20 * minute, back + 30 * minute)).toBe(true)
})

test('sources by another table', async () => {
  const rollup = await rollUp(dayAfter(0), [makeHit()])
  const bySource = compileRollupQuery({ ...everything, dimensions: ['visit:source'] })!
  expect(bySource.canTell(rollup)).toBe(true)
  expect(bySource.canTell({ ...rollup, names: rollup.names - 1 })).toBe(false)
  expect(bySource.canTell(foldRollups([rollup, { ...rollup, names: 7 }]))).toBe(false)
})
