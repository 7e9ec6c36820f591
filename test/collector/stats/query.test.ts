import type { Query } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { metricNames } from '../../../packages/collector/src/stats/names.ts'
import { makeEngagement, makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const minute = 60_000
const today = { from: Date.UTC(2026, 10, 21), to: Date.UTC(2026, 10, 22) }

const entry = makeHit({ visitor: 'a', time: noon - 50 * minute, path: '/pricing', source: 'Google', device: 'Mobile', country: 'DE' })
const hits = [
  entry,
  makeEngagement(entry, { engaged: 30_000, scroll: 80 }),
  makeEvent('Signup', { visitor: 'a', time: noon - 45 * minute, path: '/pricing', props: { plan: 'Pro' }, revenue: { amount: '1234.5', currency: 'EUR' } }),
  makeHit({ visitor: 'a', time: noon - 44 * minute, path: '/thanks', device: 'Mobile', country: 'DE' }),
  makeHit({ visitor: 'b', time: noon - 40 * minute, path: '/blog/1', source: 'news' }),
  makeHit({ visitor: 'b', time: noon - 39 * minute, path: '/blog/2' }),
  makeEvent('Signup', { visitor: 'b', time: noon - 38 * minute, path: '/blog/2', revenue: { amount: '99', currency: 'EUR' } }),
  makeHit({ visitor: 'c', time: noon - 10 * minute, path: '/blog/1' }),
]

describe('the numbers are those of the store', () => {
  const plain = metricNames.filter((name) => !name.endsWith('revenue') && name !== 'exit_rate' && !name.endsWith('conversion_rate'))
  const cases: [name: string, wire: object, query: Partial<Query>][] = [
    ['all metrics', { metrics: plain }, { metrics: plain }],
    ['by page', { metrics: plain, dimensions: ['event:page'] }, { metrics: plain, dimensions: ['event:page'] }],
    ['by goal', { metrics: ['visitors', 'conversion_rate'], dimensions: ['event:goal'] }, { metrics: ['visitors', 'conversion_rate'], dimensions: ['event:goal'] }],
    ['by goal and source', { metrics: ['group_conversion_rate'], dimensions: ['event:goal', 'visit:source'] }, { metrics: ['group_conversion_rate'], dimensions: ['event:goal', 'visit:source'] }],
    ['exits', { metrics: ['exit_rate'], dimensions: ['visit:exit_page'] }, { metrics: ['exit_rate'], dimensions: ['visit:exit_page'] }],
    ['countries by name', { metrics: ['visits'], dimensions: ['visit:country_name'] }, { metrics: ['visits'], dimensions: ['visit:country_name'] }],
    ['minutes', { date_range: 'realtime', metrics: ['pageviews'], dimensions: ['time'] }, { range: { from: noon - 29 * minute, to: noon + minute }, metrics: ['pageviews'], dimensions: ['time:minute'] }],
    ['a wildcard', { metrics: ['visitors'], filters: [['is', 'event:page', ['/blog/*']]] }, { metrics: ['visitors'], filters: [['is', 'event:page', ['/blog/*']]] }],
    ['a pattern', { metrics: ['visitors'], filters: [['matches', 'event:page', ['^/blog/[0-9]$']]] }, { metrics: ['visitors'], filters: [['matches', 'event:page', ['^/blog/[0-9]$']]] }],
    ['no pattern', { metrics: ['pageviews'], filters: [['matches_not', 'event:page', ['^/blog']]] }, { metrics: ['pageviews'], filters: [['matches_not', 'event:page', ['^/blog']]] }],
    [
      'case',
      { metrics: ['visitors'], filters: [['contains', 'visit:source', ['GOO'], { case_sensitive: false }]] },
      { metrics: ['visitors'], filters: [['contains', 'visit:source', ['GOO'], { caseSensitive: false }]] },
    ],
    ['behaviour', { metrics: ['visits'], filters: [['has_done', ['is', 'event:page', ['/pricing']]]] }, { metrics: ['visits'], filters: [['has_done', ['is', 'event:page', ['/pricing']]]] }],
    ['its contrary', { metrics: ['visits'], filters: [['has_not_done', ['is', 'event:goal', ['Signup']]]] }, { metrics: ['visits'], filters: [['has_not_done', ['is', 'event:goal', ['Signup']]]] }],
    [
      'what Plausible’s documentation asks',
      {
        metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'],
        dimensions: ['visit:source', 'time:day'],
        filters: [['is', 'visit:country_name', ['Germany']], ['or', [['is', 'visit:device', ['Mobile']], ['not', ['is', 'event:goal', ['Signup']]]]]],
        order_by: [['visitors', 'desc']],
      },
      {
        metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'],
        dimensions: ['visit:source', 'time:day'],
        filters: [['is', 'visit:country_name', ['Germany']], ['or', [['is', 'visit:device', ['Mobile']], ['not', ['is', 'event:goal', ['Signup']]]]]],
        orderBy: [['visitors', 'desc']],
      },
    ],
  ]
  test.each(cases)('%s', async (_, wire, query) => {
    const { query: ask, store } = await openStats(hits)
    const { rows } = await store.query({ site: 'default', timezone: 'UTC', range: today, metrics: [], ...query })
    expect(rows.length).toBeGreaterThan(0)
    expect((await ask(wire)).results).toEqual(rows)
  })
})

test('revenue is money; without any, or in two currencies, it is null', async () => {
  const { query, store } = await openStats(hits)
  const ask = async () => (await query({ metrics: ['total_revenue', 'average_revenue'], dimensions: ['event:goal'] })).results
  expect(await ask()).toEqual([
    {
      dimensions: ['Signup'],
      metrics: [
        { value: 1333.5, currency: 'EUR', short: '€1.3K', long: '€1,333.50' },
        { value: 666.75, currency: 'EUR', short: '€666.8', long: '€666.75' },
      ],
    },
  ])
  await store.append([makeEvent('Signup', { site: 'default', time: noon, revenue: { amount: '5', currency: 'JPY' } }), makeEvent('Call', { site: 'default', time: noon })])
  expect((await ask()).map(({ metrics }) => metrics)).toEqual([[null, null], [null, null]])
})

describe('what an answer carries besides rows', () => {
  test('time goes upwards by itself, and is asked for by either name', async () => {
    const { query } = await openStats(hits)
    const times = async (rest: object) => (await query({ metrics: ['pageviews'], date_range: 'realtime', dimensions: ['time'], ...rest })).results.map(({ dimensions }) => dimensions[0])
    expect(await times({ date_range: 'day' })).toEqual(['2026-11-21 11:00:00'])
    expect(await times({})).toEqual(['2026-11-21 11:50:00'])
    for (const order_by of [[['time', 'desc']], [['time:minute', 'desc']], []]) expect(await times({ order_by })).toEqual(['2026-11-21 11:50:00'])
  })

  test('imports are always counted', async () => {
    const { query } = await openStats([makeHit({ origin: 'import', time: noon })])
    expect(await query({ metrics: ['visitors'], include: { imports: true } })).toMatchObject({ results: [{ metrics: [1] }], meta: { imports_included: true } })
  })

  test('the query as it was understood, without the site’s goals', async () => {
    const { query } = await openStats(hits)
    const filters = [['contains', 'event:page', ['X'], { case_sensitive: false }]]
    expect((await query({ metrics: ['visitors'], filters })).query).toEqual({
      site_id: 'default',
      timezone: 'UTC',
      date_range: ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
      metrics: ['visitors'],
      dimensions: [],
      filters,
      order_by: [['visitors', 'desc']],
      pagination: { limit: 10_000, offset: 0 },
    })
  })
})

describe('CSV', () => {
  const csv = async (query: object, from = hits) => {
    const { post2 } = await openStats(from)
    const response = await post2(query, { accept: 'text/csv' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="treadlight-default-2026-11-21.csv"')
    return response.text()
  }
  test('has the rows under the names of their columns; what has no value is empty', async () => {
    expect(await csv({ metrics: ['visitors', 'time_on_page'], dimensions: ['event:page'] })).toBe('event:page,visitors,time_on_page\r\n/blog/1,2,\r\n/blog/2,1,\r\n/pricing,1,30\r\n/thanks,1,\r\n')
  })
  test('input 12: what visitors send is no formula', async () => {
    const evil = [makeHit({ time: noon, path: '=cmd()' }), makeEvent('x', { time: noon, path: '/a,"b"' })]
    expect(await csv({ metrics: ['events'], dimensions: ['event:page'] }, evil)).toBe('event:page,events\r\n"/a,""b""",1\r\n\'=cmd(),1\r\n')
  })
  test('has money with its currency, and compared ranges', async () => {
    const comparisons = { mode: 'previous_period' }
    expect(await csv({ metrics: ['total_revenue', 'events'], dimensions: ['event:goal'], include: { comparisons } })).toBe(
      'event:goal,total_revenue,total_revenue_currency,events,before_total_revenue,before_total_revenue_currency,before_events,change_total_revenue,change_events\r\nSignup,1333.5,EUR,2,,,0,,100\r\n',
    )
  })
  test('says errors as JSON', async () => {
    const { post2 } = await openStats([])
    expect(await (await post2({ metrics: [] }, { accept: 'text/csv' })).json()).toMatchObject({ error: expect.stringMatching(/^metrics/) as string })
  })
})

describe('400 names the field and what is allowed', () => {
  test.each<[string, object, RegExp]>([
    ['a metric that is nearly one', { metrics: ['visiters'] }, /^metrics: "visiters" is unknown; did you mean visitors\?/],
    ['a dimension that is nearly one', { dimensions: ['visit:sorce'] }, /^dimensions: "visit:sorce" .*did you mean visit:source\?/],
    ['a range that is nearly one', { date_range: 'last_weak' }, /^date_range: "last_weak" is none; did you mean last_week\?.*realtime/],
    ['a range that does not exist', { date_range: ['2026-02-30', '2026-03-01'] }, /^date_range: "2026-02-30" is no day/],
    ['a range that is backwards', { date_range: ['2026-03-01', '2026-02-01'] }, /^date_range: \["2026-03-01","2026-02-01"\] ends before it begins/],
    ['a moment without a zone', { date_range: ['2026-03-01', '2026-03-02T12:00:00'] }, /^date_range: "2026-03-02T12:00:00" is no day/],
    ['half a range', { date_range: ['2026-03-01'] }, /^date_range: an array of 1.*\[first day, last day\]/],
    ['no range', { date_range: null }, /^date_range: is required; it must be one of day/],
    ['a number for a range', { date_range: 7 }, /^date_range: 7 is none/],
    ['a comparison that is backwards', { include: { comparisons: { mode: 'custom', date_range: ['2026-03-01', '2026-02-01'] } } }, /^include\.comparisons\.date_range: .* ends before it begins/],
    ['a range that its comparison does not take', { include: { comparisons: { mode: 'previous_period', date_range: ['2026-03-01', '2026-03-02'] } } }, /^include\.comparisons\.date_range: goes with mode custom only/],
    ['a mistyped field: all would be counted', { filter: [['is', 'event:page', ['/']]] }, /^body: "filter" is unknown; did you mean filters\?/],
    ['a mistyped page', { pagination: { ofset: 100 } }, /^pagination: "ofset" is unknown; did you mean offset\?/],
    ['pages that are none', { pagination: [10] }, /^pagination: must be an object/],
    ['a mistyped include', { include: { timelabels: true } }, /^include: "timelabels" is unknown; did you mean time_labels\?/],
    ['an include that is neither', { include: { total_rows: 'yes' } }, /^include\.total_rows: must be true or false/],
    ['a mistyped comparison', { include: { comparisons: { mode: 'previous_period', match_weekday: true } } }, /^include\.comparisons: "match_weekday" is unknown/],
    ['nothing joined', { filters: [['or', []]] }, /^filters: "or" takes an array of filters, at least one/],
    ['no site', { site_id: undefined }, /^site_id: is required; it must be "default"/],
    ['a site that there is not', { site_id: 'shop.example' }, /^site_id: "shop.example" is unknown; it must be "default"/],
    ['years that nobody counts', { date_range: ['0000-01-01', '0000-01-02'] }, /^date_range/],
    ['minutes of a year', { date_range: '12mo', dimensions: ['time:minute'] }, /^dimensions: "time:minute".*10000 minutes/],
    ['minutes of a year that is compared', { dimensions: ['time:minute'], include: { comparisons: { mode: 'custom', date_range: ['2025-01-01', '2025-12-31'] } } }, /10000 minutes/],
    ['time in a filter', { filters: [['is', 'time:day', ['2026-01-01']]] }, /^filters: "time:day"/],
    ['a segment that there is not', { filters: [['is', 'segment', ['x']]] }, /^filters: there is no segment "x" of this site; GET/],
    ['a segment by number', { filters: [['is', 'segment', [1]]] }, /^filters: "segment" takes a list of texts/],
    ['a segment that contains', { filters: [['contains', 'segment', ['x']]] }, /^filters: "contains" is unknown; it must be one of is, is_not/],
    ['a pattern that is none', { filters: [['matches', 'event:page', ['(']]] }, /^filters: the pattern "\(" is no regular expression/],
    ['too many patterns', { filters: [['matches', 'event:page', Array.from({ length: 20 }, (_, index) => `^/${index}`)], ['matches_not', 'visit:source', ['a']]] }, /^filters: must have at most 20 patterns/],
    ['a pattern that repeats too much', { filters: [['matches', 'event:page', ['(.{1000}){1000}']]] }, /^filters: the pattern/],
    ['a modifier that is none', { filters: [['is', 'event:page', ['/'], { case: 1 }]] }, /^filters: a modifier is/],
    ['a behaviour in a behaviour', { filters: [['has_done', ['has_not_done', ['is', 'event:page', ['/']]]]] }, /^filters: "has_not_done" takes no other/],
    ['a behaviour of nothing', { filters: [['has_done']] }, /^filters: each must be an array/],
    ['a value that is too long', { filters: [['is', 'event:page', ['x'.repeat(2049)]]] }, /^filters: .*2048 characters/],
    ['conversions without a goal', { metrics: ['conversion_rate'] }, /^metrics: conversion_rate needs event:goal/],
    ['exits without pages', { metrics: ['exit_rate'] }, /^metrics: exit_rate needs the dimension visit:exit_page/],
    ['an include that is none', { include: [] }, /^include: must be an object/],
    ['a comparison that is none', { include: { comparisons: true } }, /^include\.comparisons: must be an object/],
    ['a mode that is none', { include: { comparisons: { mode: 'previous' } } }, /^include\.comparisons\.mode: "previous".*previous_period, year_over_year, custom/],
    ['no days to compare with', { include: { comparisons: { mode: 'custom' } } }, /^include\.comparisons\.date_range/],
    ['all times to compare with', { dimensions: ['time:month'], include: { comparisons: { mode: 'custom', date_range: ['1970-01-01', '9995-12-10'] } } }, /^include\.comparisons\.date_range: must not be longer than 100 years/],
    ['weekdays that are neither', { include: { comparisons: { mode: 'previous_period', match_day_of_week: 'yes' } } }, /^include\.comparisons\.match_day_of_week/],
  ])('%s', async (_, query, message) => {
    const { post2, errors } = await openStats([])
    const response = await post2({ metrics: ['visitors'], ...query })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, expect.stringMatching(message)])
    expect(errors).toEqual([])
  })

  test('a body that is too large is 413, and said so', async () => {
    const { post2, errors } = await openStats([])
    const response = await post2({ metrics: ['visitors'], filters: [['is', 'event:page', ['x'.repeat(70_000)]]] })
    expect([response.status, await response.json()]).toEqual([413, { error: 'The body must be at most 65536 bytes' }])
    expect(errors).toEqual([])
  })
})
