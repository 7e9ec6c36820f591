import { createReferenceStore } from '@treadlight/store'
import { beforeEach, describe, expect, test } from 'vitest'
import { createTestCollector, logInOwner, noon, type TestCollector } from './collector.ts'
import { makeHit } from '../store/makeHit.ts'

let test_: TestCollector
let cookie: string
beforeEach(async () => {
  test_ = createTestCollector()
  const password = await test_.collector.users.setUp()
  const response = await test_.request('/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
  cookie = response.headers.getSetCookie()[0]!.split(';')[0]!
})

interface Answer {
  results: { dimensions: string[]; metrics: (number | null)[] }[]
  meta: { time_labels?: string[]; total_rows?: number }
  query: { date_range: [string, string]; dimensions: string[] }
}

const ask = (query: unknown): Promise<Response> =>
  test_.request('/api/v2/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: typeof query === 'string' ? query : JSON.stringify(query),
  })
const query = async (rest: object): Promise<Answer> => {
  const response = await ask({ site_id: 'default', date_range: 'day', ...rest })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
const view = (path: string, minutesAgo = 0, from = 'a', referrer = ''): Promise<Response> => {
  const timestamp = new Date(noon - minutesAgo * 60_000).toISOString()
  return test_.post({ url: `https://shop.example${path}`, timestamp, referrer }, { 'user-agent': from })
}

test('a hit is counted in the very next answer', async () => {
  expect((await query({ metrics: ['visitors', 'pageviews'] })).results).toEqual([{ dimensions: [], metrics: [0, 0] }])
  await view('/')
  expect((await query({ metrics: ['visitors', 'pageviews'] })).results).toEqual([{ dimensions: [], metrics: [1, 1] }])
})

test('top pages and sources', async () => {
  await view('/', 3, 'a', 'https://www.google.com/')
  await view('/cart', 2, 'a')
  await view('/', 1, 'b')
  await view('/?utm_source=news', 1, 'c')
  expect((await query({ metrics: ['visitors', 'pageviews'], dimensions: ['event:page'] })).results).toEqual([
    { dimensions: ['/'], metrics: [3, 3] },
    { dimensions: ['/cart'], metrics: [1, 1] },
  ])
  expect((await query({ metrics: ['visitors'], dimensions: ['visit:source'], filters: [['is', 'event:page', ['/']]] })).results).toEqual([
    { dimensions: ['Direct / None'], metrics: [1] },
    { dimensions: ['Google'], metrics: [1] },
    { dimensions: ['news'], metrics: [1] },
  ])
})

test('first and last touch of a session id, and its click ids', async () => {
  test_ = createTestCollector({ visitor: 'session' })
  cookie = await logInOwner(test_)
  const visit = (path: string, daysAgo: number) =>
    test_.post({ url: `https://shop.example${path}`, timestamp: new Date(noon - daysAgo * 86_400_000).toISOString(), session: 'tab-1' }, { 'user-agent': 'a' })
  await visit('/?gclid=Xy%26z&utm_campaign=may', 2)
  await visit('/?utm_source=news', 1)
  await visit('/bought', 0)
  const { results } = await query({
    metrics: ['visits'],
    dimensions: ['visit:channel', 'first:channel', 'first:utm_campaign', 'first:click_id', 'last:source'],
    filters: [['is', 'event:page', ['/bought']], ['is', 'last:utm_source', ['news']]],
  })
  expect(results).toEqual([{ dimensions: ['Direct', 'Paid Search', 'may', 'gclid=Xy%26z', 'news'], metrics: [1] }])
})

test('PV32 a trend with labels for the hours in which nothing happened', async () => {
  await view('/', 120)
  const { results, meta } = await query({ metrics: ['pageviews'], dimensions: ['time:hour'], include: { time_labels: true } })
  expect(results).toEqual([{ dimensions: ['2026-11-21 10:00:00'], metrics: [1] }])
  expect(meta.time_labels).toHaveLength(24)
  expect(meta.time_labels).toContain('2026-11-21 10:00:00')
})

test('`all` begins with the first hit', async () => {
  await view('/', 2 * 24 * 60)
  const { query: asked, meta } = await query({ metrics: ['pageviews'], date_range: 'all', dimensions: ['time:day'], include: { time_labels: true } })
  expect(asked.date_range[0]).toBe('2026-11-19T12:00:00.000Z')
  expect(meta.time_labels).toEqual(['2026-11-19', '2026-11-20', '2026-11-21'])
})

test('a page of rows, and how many there are', async () => {
  for (const path of ['/a', '/b', '/c']) await view(path)
  const { results, meta } = await query({
    metrics: ['pageviews'],
    dimensions: ['event:page'],
    order_by: [['event:page', 'desc']],
    pagination: { limit: 2, offset: 1 },
    include: { total_rows: true },
  })
  expect(results.map(({ dimensions }) => dimensions[0])).toEqual(['/b', '/a'])
  expect(meta.total_rows).toBe(3)
})

test('current visitors are those of the last five minutes', async () => {
  await view('/', 4, 'a')
  await view('/', 6, 'b')
  const response = await test_.request('/api/v1/stats/realtime/visitors?site_id=default', { headers: { cookie } })
  expect(await response.json()).toBe(1)
})

describe('400 names the field and what is allowed', () => {
  test.each([
    ['no object', 7, /JSON object/],
    ['an unknown site', { site_id: 'other', metrics: ['visitors'], date_range: 'day' }, /site_id.*"default"/],
    ['no metric', { site_id: 'default', date_range: 'day' }, /metrics.*visitors/],
    ['an unknown metric', { site_id: 'default', date_range: 'day', metrics: ['vistors'] }, /metrics: "vistors".*visitors/],
    ['no range', { site_id: 'default', metrics: ['visitors'] }, /date_range.*7d/],
    ['an unknown range', { site_id: 'default', metrics: ['visitors'], date_range: '8d' }, /date_range.*30d/],
    ['an unknown dimension', { site_id: 'default', metrics: ['visitors'], date_range: 'day', dimensions: ['page'] }, /dimensions: "page".*event:page/],
    ['a touch that is none', { site_id: 'default', metrics: ['visitors'], date_range: 'day', dimensions: ['first:browser'] }, /dimensions: "first:browser".*first:source/],
    ['an unknown operator', { site_id: 'default', metrics: ['visitors'], date_range: 'day', filters: [['equals', 'event:page', ['x']]] }, /filters: "equals".*is_not/],
    ['a filter of nothing', { site_id: 'default', metrics: ['visitors'], date_range: 'day', filters: [['is', 'event:page', []]] }, /filters.*list of texts/],
    ['an unknown order', { site_id: 'default', metrics: ['visitors'], date_range: 'day', order_by: [['pageviews', 'desc']] }, /order_by: "pageviews".*visitors/],
    ['hours of a lifetime', { site_id: 'default', metrics: ['visitors'], date_range: ['1900-01-01', '1990-01-01'], dimensions: ['time:hour'] }, /"time:hour".*10000 hours/],
    ['all times', { site_id: 'default', metrics: ['visitors'], date_range: ['1001-01-01', '9998-01-01'] }, /date_range.*100 years/],
    ['a metric that is a maze', `{"site_id":"default","date_range":"day","metrics":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, /metrics: an array/],
    ['too many values', { site_id: 'default', metrics: ['visitors'], date_range: 'day', filters: [['is', 'event:page', Array(201).fill('/')]] }, /filters.*200/],
    ['too many rows', { site_id: 'default', metrics: ['visitors'], date_range: 'day', pagination: { limit: 100_000 } }, /pagination.limit.*10000/],
  ])('%s', async (_, body, message) => {
    const response = await ask(body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).toMatch(message)
  })

  test('filters nested without end', async () => {
    let filter: unknown = ['is', 'event:page', ['/']]
    for (let depth = 0; depth < 1000; depth++) filter = ['not', filter]
    const response = await ask({ site_id: 'default', metrics: ['visitors'], date_range: 'day', filters: [filter] })
    expect(response.status).toBe(400)
  })
})

test('PV22 behind retention whole days answer as before, and anything else says since when', async () => {
  const day = 86_400_000
  let time = noon - 4 * day
  const store = createReferenceStore({ now: () => time, keepSums: true })
  test_ = createTestCollector({ store })
  cookie = await logInOwner(test_)
  await store.append([makeHit({ site: 'default', path: '/a', time }), makeHit({ site: 'default', path: '/a', time: noon })])
  time = noon
  await store.prune({ anonymous: 3 * day, authenticated: 3 * day })
  const range = { metrics: ['pageviews'], date_range: '7d' }
  const told = await query(range)
  expect(told.results).toEqual([{ dimensions: [], metrics: [2] }])
  expect(told.meta).toEqual({})
  const filtered = await query({ ...range, filters: [['is', 'event:page', ['/a']]] })
  expect(filtered.results).toEqual([{ dimensions: [], metrics: [1] }])
  const end = new Date(noon - 3 * day).toISOString().slice(0, 10)
  expect(filtered.meta).toEqual({ pruned_before: `${end}T00:00:00.000Z`, warning: expect.stringMatching(/retention has left/) })
  // Of the other range, too.
  const compared = await query({ metrics: ['pageviews'], date_range: 'day', filters: [['is', 'event:page', ['/a']]], include: { comparisons: { mode: 'custom', date_range: [end, end].map(() => new Date(noon - 4 * day).toISOString().slice(0, 10)) } } })
  expect(compared.meta).toMatchObject({ pruned_before: `${end}T00:00:00.000Z` })
})

test('imported sums count where they are asked for, in both versions, and what leaves them out says so', async () => {
  const day = 86_400_000
  const store = createReferenceStore({ now: () => noon })
  test_ = createTestCollector({ store })
  cookie = await logInOwner(test_)
  const midnight = Math.floor(noon / day) * day
  const named = (ago: number) => new Date(midnight - ago * day).toISOString().slice(0, 10)
  const dayOf = (ago: number, visitors: number) => ({ day: named(ago), from: midnight - ago * day, to: midnight - (ago - 1) * day, rows: { all: [['', visitors]], 'visit:source': [['Google', visitors]] } }) as const
  await store.append([makeHit({ site: 'default', time: noon })])
  await store.importSums!('default', { title: 'export.zip', sums: { all: ['visitors'], 'visit:source': ['visitors'] }, days: [dayOf(20, 5), dayOf(3, 7)] })
  const asked = { metrics: ['visitors'], include: { imports: true } }

  expect(await query({ metrics: ['visitors'], date_range: '7d' })).toMatchObject({ results: [{ metrics: [1] }], meta: {} })
  expect(await query({ ...asked, date_range: '7d' })).toMatchObject({ results: [{ metrics: [8] }], meta: { imports_included: true, imported_before: `${named(2)}T00:00:00.000Z` } })
  const bySource = await query({ ...asked, date_range: '30d', dimensions: ['visit:source'] })
  expect(bySource.results).toEqual([{ dimensions: ['Google'], metrics: [12] }, { dimensions: ['Direct / None'], metrics: [1] }])
  // What everything begins with is an imported day.
  const all = await query({ ...asked, date_range: 'all' })
  expect(all.results).toEqual([{ dimensions: [], metrics: [13] }])
  expect(all.query.date_range[0]).toBe(`${named(20)}T00:00:00.000Z`)
  const skipped = await query({ ...asked, date_range: '7d', filters: [['is', 'event:page', ['/']]] })
  expect(skipped.meta).toEqual({ imports_included: false, imports_skip_reason: 'unsupported_query', imports_skipped_before: `${named(2)}T00:00:00.000Z`, imports_warning: expect.stringContaining('imports_skipped_before') })
  // Of the range that it is compared with, too.
  const compared = await query({ ...asked, date_range: 'day', include: { imports: true, comparisons: { mode: 'custom', date_range: [named(3), named(3)] } } })
  expect(compared).toMatchObject({ results: [{ metrics: [1], comparison: { metrics: [7] } }], meta: { imported_before: `${named(2)}T00:00:00.000Z` } })
  for (const [parameters, visitors] of [['', 1], ['&with_imported=true', 8], ['&with_imported=false', 1]] as const) {
    const response = await test_.request(`/api/v1/stats/aggregate?site_id=default&period=7d${parameters}`, { headers: { cookie } })
    expect(await response.json()).toEqual({ results: { visitors: { value: visitors } } })
  }
})
