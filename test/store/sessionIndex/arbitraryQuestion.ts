import * as fc from 'fast-check'
import type { Dimension, Filter, Goal, Query, StoredHit } from '@treadlight/store'
import { groupBy } from '../../../packages/store/src/groupBy.ts'
import { minute, noon } from '../makeHit.ts'
import { arbitraryHits, home } from './arbitraryDay.ts'

export const dayLength = 86_400_000

export function byDay(hits: readonly StoredHit[]): Map<string, StoredHit[]> {
  const days = groupBy(hits, ({ day }) => day)
  return new Map([...days].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const visitDimensions = [
  'entry_page', 'exit_page', 'entry_page_hostname', 'exit_page_hostname', 'source', 'referrer', 'channel', 'utm_source', 'utm_medium', 'utm_campaign',
  'utm_term', 'utm_content', 'browser', 'browser_version', 'os', 'os_version', 'device', 'country', 'region', 'city', 'country_name', 'region_name',
  'city_name', 'screen_class', 'language',
].map((name) => `visit:${name}` as Exclude<Dimension, `time:${string}`>)
const hitDimensions = ['event:name', 'event:page', 'event:hostname', 'event:goal', 'event:props:a', 'event:props:b', 'event:props:__proto__'] as const
const filterable = [...visitDimensions, ...hitDimensions]
const timeDimensions = ['time:minute', 'time:hour', 'time:day', 'time:week', 'time:month'] as const

const wanted = fc.array(fc.constantFrom('', 'a', 'A', 'b', '__proto__', 'x\udc00', '(not set)', 'Direct / None', 'Direct', 'Mobile', 'pageview', '*', '*a', 'Names', '^.$', 'a|b'), { minLength: 1, maxLength: 3 })
const comparison = fc
  .tuple(fc.constantFrom('is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not'), fc.oneof(fc.constantFrom(...hitDimensions), fc.constantFrom(...filterable)), wanted, fc.boolean())
  .map(([operator, dimension, values, caseSensitive]): Filter => {
    const patterns = operator.startsWith('matches') ? values.map((value) => value.replaceAll('*', '.*')) : values
    return [operator as 'is', dimension, patterns, { caseSensitive }]
  })
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { maxLength: 3 })),
    fc.tuple(fc.constant('not' as const), tie('filter')),
    fc.tuple(fc.constantFrom('has_done' as const, 'has_not_done' as const), tie('filter')),
  ) as fc.Arbitrary<Filter>,
}))
export const filter: fc.Arbitrary<Filter> = anyFilter
export const goals: fc.Arbitrary<Goal[] | undefined> = fc.constantFrom(
  undefined,
  [],
  [{ name: 'a', event: 'a' }],
  [
    { name: 'Names', event: 'a' },
    { name: 'b', page: 'a*' },
    { name: 'All', page: '*' },
    { name: 'Names', event: '' },
    { name: 'Names', page: 'b' },
  ],
)
export const dimensions: fc.Arbitrary<Dimension[]> = fc.uniqueArray(fc.oneof(fc.constantFrom<Dimension>(...visitDimensions), fc.constantFrom<Dimension>(...hitDimensions), fc.constantFrom<Dimension>(...timeDimensions)), { maxLength: 3 })

/** Days on which the clocks of New York and Lord Howe go back, some in a row, and one in another month and week. */
const homes = ['2026-04-05', '2026-10-31', '2026-11-01', '2026-11-02', home] as const
export const days: fc.Arbitrary<Map<string, StoredHit[]>> = fc.uniqueArray(fc.record({ day: fc.constantFrom(...homes), hits: arbitraryHits }), { minLength: 1, maxLength: 4, selector: ({ day }) => day }).map((chosen) => byDay(chosen.flatMap(({ day, hits }) => hits.map((hit) => ({ ...hit, day, time: hit.time + Date.parse(day) - Date.parse(home) })))))

/** Anything between before all and after all; minutes, and moments within them. */
const moment = fc.oneof(
  fc.constantFrom(0, noon + 400 * dayLength, Infinity),
  fc.tuple(fc.constantFrom(...homes), fc.oneof(fc.integer({ min: 0, max: 4 }).map((count) => count * 30 * minute), fc.integer({ min: -720, max: 720 }).map((count) => count * minute), fc.integer({ min: -100, max: 100 }))).map(([day, offset]) => Date.parse(day) + dayLength / 2 + offset),
)
export const range: fc.Arbitrary<Query['range']> = fc.oneof(fc.constant({ from: 0, to: noon + 400 * dayLength }), fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })))
export const timezone: fc.Arbitrary<string> = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')
