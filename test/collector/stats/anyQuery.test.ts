import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeNames } from '../../../packages/collector/src/stats/dateRange.ts'
import { dimensionNames, metricNames, operatorNames, timeNames } from '../../../packages/collector/src/stats/names.ts'
import { periodNames } from '../../../packages/collector/src/stats/v1/periodDays.ts'
import { makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const hits = [
  makeHit({ time: noon, path: '/a', source: 'x' }),
  makeEvent('Signup', { time: noon + 1, props: { a: '1' }, revenue: { amount: '2', currency: 'EUR' } }),
  makeHit({ time: noon - 86_400_000, visitor: 'b' }),
]

const anything = fc.jsonValue({ maxDepth: 3 })
/** Mostly what is allowed, sometimes anything. */
const mostly = (allowed: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof({ weight: 12, arbitrary: allowed }, { weight: 1, arbitrary: anything })
const year = fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(4, '0'))
const day = fc.tuple(year, fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 })).map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`)
const moment = fc.oneof(day, fc.date({ noInvalidDate: true }).map((date) => date.toISOString()))
const days = fc.tuple(moment, moment).map((pair) => pair.toSorted())
// Most of the days are none, and a question with one is not asked further.
const range = mostly(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...rangeNames) }, { weight: 1, arbitrary: days }))
const dimension = fc.oneof(fc.constantFrom(...dimensionNames), fc.string().map((name) => `event:props:${name}`))
const { filter } = fc.letrec((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    mostly(fc.tuple(fc.constantFrom(...operatorNames), dimension, fc.array(fc.string(), { minLength: 1, maxLength: 3 }))),
    fc.tuple(fc.constantFrom('not', 'has_done', 'has_not_done'), tie('filter')),
    fc.tuple(fc.constantFrom('and', 'or'), fc.oneof({ weight: 12, arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }, { weight: 1, arbitrary: fc.constant([]) })),
  ),
}))
const comparison = fc.oneof(
  fc.record({ mode: fc.constantFrom('previous_period', 'year_over_year'), match_day_of_week: fc.boolean() }, { requiredKeys: ['mode'] }),
  fc.record({ mode: fc.constant('custom'), date_range: range, match_day_of_week: fc.boolean() }, { requiredKeys: ['mode'] }),
)
const query = fc.record(
  {
    date_range: range,
    metrics: mostly(fc.array(fc.constantFrom(...metricNames), { minLength: 1, maxLength: 4 })),
    dimensions: mostly(fc.array(fc.oneof(dimension, fc.constantFrom(...timeNames)), { maxLength: 3 })),
    filters: mostly(fc.array(filter, { maxLength: 2 })),
    order_by: mostly(fc.constant([])),
    include: mostly(
      fc.record(
        { time_labels: fc.boolean(), comparisons: mostly(comparison) },
        { requiredKeys: [] },
      ),
    ),
    pagination: mostly(fc.record({ limit: fc.integer({ min: 1, max: 100 }), offset: fc.nat(100) })),
  },
  { requiredKeys: ['metrics'] },
)

test('whatever is asked for, the answer is rows, or a 400 that says why', { timeout: 60_000 }, async () => {
  const { post2, errors } = await openStats(hits)
  let answered = 0
  await fc.assert(
    fc.asyncProperty(query, fc.boolean(), async (wanted, asCsv) => {
      const response = await post2(wanted, asCsv ? { accept: 'text/csv' } : {})
      if (response.status === 200) answered++
      else expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) as string }])
      expect(errors).toEqual([])
    }),
    { numRuns: 150 },
  )
  expect(answered).toBeGreaterThan(15)
})

test('the same of version 1', { timeout: 60_000 }, async () => {
  const { get, errors } = await openStats(hits)
  const text = (allowed: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof({ weight: 8, arbitrary: allowed }, { weight: 1, arbitrary: fc.string() })
  const params = fc.record(
    {
      period: text(fc.constantFrom(...periodNames)),
      date: text(fc.oneof(day, fc.tuple(day, day).map((pair) => pair.toSorted().join(',')))),
      metrics: text(fc.constantFrom(...metricNames)),
      filters: text(fc.tuple(dimension, fc.constantFrom('==', '!=', '~', '!~'), fc.string()).map((parts) => parts.join(''))),
      property: text(dimension),
      interval: text(fc.constantFrom('date', 'month', 'hour')),
      limit: text(fc.nat(2000).map(String)),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('aggregate', 'timeseries', 'breakdown'), params, async (route, wanted) => {
      const [status, body] = await get(`/api/v1/stats/${route}?${new URLSearchParams(wanted)}`)
      expect([200, 400]).toContain(status)
      expect(body).toHaveProperty(status === 200 ? 'results' : 'error')
      expect(errors).toEqual([])
    }),
    { numRuns: 150 },
  )
})
