import * as fc from 'fast-check'
import type { Dimension, Filter, Metric, Query, StoredHit } from '@treadlight/store'
import { rollupDimensions } from '../../../packages/store/src/rollup/rollup.ts'
import { day, noon } from '../makeHit.ts'
import { arbitraryHits } from '../sessionIndex/arbitraryDay.ts'

export const firstDay = '2026-11-21'

/** `YYYY-MM-DD`, so many days later. */
export function dayAfter(count: number): string {
  return new Date(Date.parse(firstDay) + count * day).toISOString().slice(0, 10)
}

/** The hits of some home days, one after the other. Some are of a number of countries that have one name, or none. */
export const arbitraryDays: fc.Arbitrary<StoredHit[][]> = fc.array(arbitraryHits, { maxLength: 5 }).map((days) =>
  days.map((hits, count) => hits.map((hit) => ({ ...hit, day: dayAfter(count), time: hit.time + count * day, ...sourceOf(hit) }))),
)

const hosts = new Map([['a', 'google.com'], ['b', 'www.google.de']])
const codes = new Map([['a', 'GB'], ['b', 'UK']])

/** So that several stand for one source, and for one country. */
function sourceOf({ referrerHost, country }: StoredHit): Partial<StoredHit> {
  return { referrerHost: hosts.get(referrerHost) ?? referrerHost, ...(country !== undefined && { country: codes.get(country) ?? country }) }
}

const times: readonly Dimension[] = ['time:minute', 'time:hour', 'time:day', 'time:week', 'time:month']
const others: readonly Dimension[] = ['event:props:plan', 'visit:click_id', 'first:source', 'visit:country_name', 'visit:region_name', 'visit:city_name']
const value = fc.constantFrom<Dimension>(...rollupDimensions, ...others)
const time = fc.constantFrom<Dimension>(...times)
const dimensions = fc.oneof(
  fc.constant<Dimension[]>([]),
  value.map((one) => [one]),
  value.map((one) => [one]),
  time.map((one) => [one]),
  fc.tuple(time, value).map((both) => [...both]),
  fc.tuple(value, time).map((both) => [...both]),
  fc.tuple(value, value).map((both) => [...both]),
)

const operator = fc.constantFrom('is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not')
const texts = fc.array(fc.constantFrom('', 'a', 'b', '*', 'A', 'Google', 'Direct / None', '(not set)', 'pageview', 'United Kingdom', 'Mobile'), { minLength: 1, maxLength: 2 })

function filterOn(dimension: Dimension): fc.Arbitrary<Filter> {
  const comparison = fc
    .tuple(operator, texts, fc.constantFrom({}, { caseSensitive: false }))
    .map(([its, values, modifiers]) => [its, dimension, its.startsWith('matches') ? ['^a', 'e$'] : values, modifiers] as unknown as Filter)
  return fc.oneof(
    comparison,
    comparison,
    fc.array(comparison, { minLength: 1, maxLength: 2 }).map((all): Filter => ['and', all]),
    fc.array(comparison, { minLength: 1, maxLength: 2 }).map((all): Filter => ['or', all]),
    comparison.map((one): Filter => ['not', one]),
    comparison.map((one): Filter => ['has_done', one]),
  )
}

function isFilterable(dimension: Dimension): boolean {
  return !dimension.startsWith('time:')
}

const filters = (asked: readonly Dimension[]): fc.Arbitrary<Filter[]> => {
  const dimension = fc.oneof(value, fc.constantFrom<Dimension>(...asked.filter(isFilterable), 'visit:country'))
  return fc.oneof(fc.constant<Filter[]>([]), fc.array(dimension.chain(filterOn), { maxLength: 2 }))
}

const metrics = fc.constantFrom<Metric[]>(['visitors'], ['visitors', 'time_on_page'], ['scroll_depth', 'bounce_rate'], ['total_revenue'])
const goals = fc.constantFrom<Query['goals']>(
  undefined,
  [{ name: 'Read', page: '/*' }],
  [{ name: 'A', event: 'a' }, { name: 'B', event: 'b' }],
  [{ name: 'Any', event: 'a' }, { name: 'Any', event: 'b' }],
  [{ name: 'A', event: 'a' }, { name: 'Again', event: 'a' }],
  [{ name: 'Seen', event: 'pageview' }],
)
const instant = fc.oneof(fc.integer({ min: -1, max: 5 }).map((count) => noon + (count - 0.5) * day), fc.integer({ min: noon - day, max: noon + 5 * day }))
const range = fc.oneof(fc.constant([0, 8e15]), fc.tuple(instant, instant).map((ends) => ends.toSorted((a, b) => a - b)))

export const arbitraryQuery: fc.Arbitrary<Query> = dimensions.chain((asked) =>
  fc
    .record({
      filters: filters(asked),
      metrics,
      goals,
      range: range.map(([from, to]) => ({ from: from!, to: to! })),
      timezone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Kiritimati'),
    })
    .map(({ goals: its, ...rest }) => ({ site: 'shop', dimensions: asked, ...rest, ...(its !== undefined && { goals: its }) })),
)
