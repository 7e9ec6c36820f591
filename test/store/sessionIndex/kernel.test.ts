import * as fc from 'fast-check'
import type { Metric, Query, StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import { compileIndexQuery } from '../../../packages/store/src/sessionIndex/compileIndexQuery.ts'
import type { Sums } from '../../../packages/store/src/metrics.ts'
import { sumInto, type SummedRow } from '../../../packages/store/src/sumInto.ts'
import { createRowTallier, visitsIn } from '../../../packages/store/src/tallyRows.ts'
import { queryCases } from '../../contracts/queryCases.ts'
import { generateHits } from '../../../bench/generateHits.ts'
import { makeHit, minute, noon, testId } from '../makeHit.ts'
import { byDay, dayLength, days, dimensions, filter, goals, range, timezone } from './arbitraryQuestion.ts'
import { joinIndexes } from './joinIndexes.ts'

/** The sums that a metric is computed from: all others an index query may leave out. */
const sumsOf: Partial<Record<Metric, (keyof Sums)[]>> = {
  visitors: ['visitors'],
  visits: ['visits'],
  pageviews: ['pageviews'],
  events: ['events'],
  views_per_visit: ['enteredViews', 'entered'],
  bounce_rate: ['bounced', 'landed'],
  visit_duration: ['enteredTime', 'entered'],
  time_on_page: ['engaged', 'engagedVisits'],
  scroll_depth: ['scroll', 'scrolled'],
  percentage: ['visitors'],
  conversion_rate: ['visitors'],
  group_conversion_rate: ['visitors'],
  exit_rate: ['visits', 'pageviews'],
  total_revenue: ['revenue'],
  average_revenue: ['revenue'],
}

type Tick = 1 | 60_000
interface Told {
  rows: Record<string, unknown>
  untold: string[]
}

/** What an index says of some home days, and of which it cannot tell. */
async function askIndex(query: Query, days: ReadonlyMap<string, StoredHit[]>, tick: Tick, together: boolean): Promise<Told | undefined> {
  const compiled = compileIndexQuery(query)
  if (compiled === undefined) return undefined
  const indexes = [...days].map(([day, hits]) => buildIndex(columnsOfHits(day, hits)!, { tick })!)
  const rows = new Map<string, SummedRow>()
  const untold: string[] = []
  await compiled.addTo(rows, indexes[0]!, [])
  for (const index of together ? [await joinIndexes(indexes)] : indexes) {
    untold.push(...index.days.filter((day) => !compiled.canTell(day)).map(({ day }) => day))
    await compiled.addTo(rows, index, index.days.filter((day) => compiled.canTell(day)))
  }
  return { rows: say(rows, query), untold }
}

function askHits(query: Query, days: Iterable<readonly StoredHit[]>): Record<string, unknown> {
  const rows = new Map<string, SummedRow>()
  const tally = createRowTallier(query)
  sumInto(rows, tally(visitsIn([], query)))
  for (const hits of days) sumInto(rows, tally(visitsIn(hits, query)))
  return say(rows, query)
}

function say(rows: Map<string, SummedRow>, { metrics }: Query): Record<string, unknown> {
  const names = [...new Set(metrics.flatMap((metric) => sumsOf[metric] ?? []))]
  const said = [...rows].map(([key, { dimensions, sums }]) => [key, { dimensions, ...Object.fromEntries(names.map((name) => [name, name === 'revenue' ? (sums.revenue ?? new Map()) : sums[name]])) }])
  return Object.fromEntries(said.toSorted(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)))
}

async function expectSame(query: Query, days: ReadonlyMap<string, StoredHit[]>, tick: Tick, together: boolean): Promise<Told> {
  const told = (await askIndex(query, days, tick, together))!
  expect(told.rows).toEqual(askHits(query, [...days].filter(([day]) => !told.untold.includes(day)).map(([, hits]) => hits)))
  return told
}

const metrics: Metric[] = ['visitors', 'visits', 'pageviews', 'events', 'views_per_visit', 'bounce_rate', 'visit_duration', 'time_on_page', 'scroll_depth', 'percentage', 'exit_rate', 'total_revenue']
const query: fc.Arbitrary<Query> = fc.record({
  site: fc.constant('shop'),
  range,
  timezone,
  metrics: fc.oneof(fc.constant(metrics), fc.uniqueArray(fc.constantFrom(...metrics, 'average_revenue'), { minLength: 1, maxLength: 3 })),
  dimensions,
  filters: fc.array(filter, { maxLength: 3 }),
  goals,
}) as fc.Arbitrary<Query>

describe('a session index', () => {
  test('is asked anything: it says what the hits say', async () => {
    const answer = fc.asyncProperty(days, query, fc.constantFrom<Tick>(1, 60_000), fc.boolean(), async (hits, asked, tick, together) => {
      fc.pre(hits.size > 0)
      const { untold } = await expectSame(asked, hits, tick, together)
      if (tick === 1) expect(untold).toEqual([])
    })
    await fc.assert(answer, { numRuns: Number(process.env['KERNEL_RUNS'] ?? 600) })
  }, 600_000)

  const everything = { from: 0, to: noon + 400 * dayLength }
  const cases = queryCases.map(({ name, hits, query: asked }) => ({ name, hits, query: { site: 'shop', timezone: 'UTC', range: everything, ...asked } as Query }))

  test.each(cases.filter(({ query: asked, hits }) => hits.length > 0 && compileIndexQuery(asked) !== undefined))('$name', async ({ hits, query: asked }) => {
    const all = { ...asked, metrics: [...new Set([...asked.metrics, ...metrics])] }
    for (const tick of [1, 60_000] as const) {
      await expectSame(asked, byDay(hits), tick, true)
      await expectSame(all, byDay(hits), tick, false)
    }
  })

  test('tells all cases but those about what it does not hold', () => {
    const untold = cases.filter(({ query: asked }) => compileIndexQuery(asked) === undefined).map(({ query: asked }) => JSON.stringify([asked.metrics, asked.dimensions, asked.filters]))
    expect(untold.filter((text) => !/click_id|"(first|last):/.test(text))).toEqual([])
    expect(untold.length).toBeGreaterThan(3)
  })

  const generated = [...generateHits({ hits: 20_000, days: 1, sessionIds: 0.5 })].flat()
  for (const [at, hit] of generated.entries()) {
    // Some tabs are shared by several people.
    if (at % 40 === 0) hit.session = `tab ${at % 7}`
    if (at % 90 === 0) hit.path = `/never before ${at}`
    if (at % 15 === 0) hit.revenue = { amount: `${at % 700}.${at % 3}`, currency: at % 4 === 0 ? 'USD' : 'EUR' }
  }
  const many = byDay(generated)
  const [first] = [...many.keys()]
  const noonOfFirst = Date.parse(first!) + dayLength / 2
  const shapes: Partial<Query>[] = [
    {},
    { filters: [['is', 'visit:country', ['DE', 'US']], ['is', 'visit:source', ['Google', 'X']]] },
    { filters: [['is', 'visit:country', ['DE']]], dimensions: ['visit:browser', 'visit:os', 'visit:country'] },
    { dimensions: ['event:page'] },
    { dimensions: ['event:page', 'visit:entry_page'] },
    { dimensions: ['event:page', 'visit:entry_page', 'time:minute'] },
    { dimensions: ['event:page'], filters: [['is', 'event:page', ['/blog/*']]] },
    { dimensions: ['event:goal', 'visit:exit_page'], goals: [{ name: 'Read', page: '*' }, { name: 'Blog', page: '/blog*' }, { name: 'In', event: 'signup' }] },
    { dimensions: ['time:hour', 'event:name'], timezone: 'America/New_York' },
    { filters: [['has_done', ['is', 'event:goal', ['signup']]], ['has_not_done', ['contains', 'event:page', ['help']]]] },
    { range: { from: noonOfFirst, to: noonOfFirst + dayLength }, dimensions: ['event:page'], filters: [['or', [['is', 'event:page', ['/']], ['is', 'visit:country', ['FR']]]]] },
    { range: { from: noonOfFirst, to: noonOfFirst + dayLength }, dimensions: ['time:day'] },
    { dimensions: ['event:props:plan', 'event:props:trial'], filters: [['is', 'event:name', ['signup']]] },
    { dimensions: ['visit:country'], filters: [['is', 'event:props:plan', ['team']]] },
  ]

  test.each(shapes)('of thousands of visits, batch after batch: %j', async (shape) => {
    await expectSame({ site: 'shop', timezone: 'UTC', range: { from: 0, to: noon + 400 * dayLength }, metrics, ...shape }, many, 60_000, false)
  }, 60_000)

  test('a day with too many different props does not say what they were, the days beside it do', async () => {
    const plain = Array.from({ length: 20_001 }, (_, number) => makeHit({ id: testId(number), props: { plan: 'pro' } }))
    const hostile = plain.map((hit, number) => ({ ...hit, day: '2026-11-22', time: hit.time + dayLength, props: { plan: number } }))
    const asked: Query = { site: 'shop', timezone: 'UTC', range: everything, metrics: ['events'], dimensions: ['event:props:plan'] }
    const both = byDay([...plain, ...hostile])
    for (const together of [true, false]) {
      expect((await expectSame(asked, both, 60_000, together)).untold).toEqual(['2026-11-22'])
      expect((await expectSame({ ...asked, dimensions: ['event:page'] }, both, 60_000, together)).untold).toEqual([])
    }
  }, 60_000)

  test('a visit of more hits than are looked at together', async () => {
    const hits = Array.from({ length: 40_000 }, (_, at) => makeHit({ id: testId(at), time: noon + at * 500, path: `/${at % 3000}`, visitor: at % 20_000 === 0 ? 'other' : 'one' }))
    for (const dimensions of [[], ['event:page'], ['time:hour']] as const) {
      await expectSame({ site: 'shop', timezone: 'UTC', range: { from: noon + minute, to: noon + 300 * minute }, metrics, dimensions, filters: [['is_not', 'event:page', ['/1']]] }, byDay(hits), 60_000, true)
    }
  }, 60_000)
})
