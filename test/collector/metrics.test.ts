import { StoreBusyError, createReferenceStore } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { writeMetric } from '../../packages/collector/src/metrics/exposition.ts'
import { createRequests } from '../../packages/collector/src/metrics/requests.ts'
import { serve } from '../../packages/collector/src/serve.ts'
import { createTestCollector, type TestCollector } from './collector.ts'

/** Samples by name and labels, as they are written. */
async function scrape({ request }: TestCollector): Promise<Map<string, number>> {
  const response = await request('/metrics')
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text()).split('\n')
  expect(lines.pop()).toBe('')
  const samples = new Map<string, number>()
  let named: string | undefined
  for (const line of lines) {
    const [, help] = /^# HELP (\w+) \S/.exec(line) ?? []
    if (help !== undefined) named = help
    else if (line.startsWith('#')) expect(line).toMatch(new RegExp(`^# TYPE ${named} (counter|gauge|histogram)$`))
    else {
      const [, name, value] = /^((?:[a-z0-9_]+)(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      expect(name).toMatch(new RegExp(`^${named}(_bucket|_sum|_count)?(\\{|$)`))
      expect(samples.has(name!)).toBe(false)
      expect(Number(value)).not.toBeNaN()
      samples.set(name!, Number(value))
    }
  }
  return samples
}

const open = (options = {}): TestCollector => createTestCollector({ metrics: 'open', ...options })
const hit = { url: 'https://a.example/', timestamp: '2026-11-21T12:00:00Z' }

test('hits by outcome, drops by reason, refusals by field, answers by route and status', async () => {
  const test_ = open()
  await test_.post([hit, { url: 'https://a.example/', site: 'x' }, { url: '' }])
  await test_.post(hit)
  await test_.request('/nowhere')
  await test_.request('/api/sites')
  const samples = await scrape(test_)
  expect(Object.fromEntries(samples)).toMatchObject({
    'treadlight_hits_total{outcome="stored"}': 1,
    'treadlight_hits_total{outcome="duplicate"}': 1,
    'treadlight_hits_dropped_total{reason="site"}': 1,
    'treadlight_hits_refused_total{field="url"}': 1,
    'treadlight_http_requests_total{route="/hit",status="201"}': 2,
    'treadlight_http_requests_total{route="none",status="404"}': 1,
    'treadlight_http_requests_total{route="/api/sites",status="401"}': 1,
    'treadlight_http_request_duration_seconds_count{route="/hit"}': 2,
    'treadlight_http_request_duration_seconds_bucket{route="/hit",le="+Inf"}': 2,
    treadlight_store_waiting_hits: 0,
    treadlight_store_failing: 0,
  })
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect([...samples.keys()].some((name) => name.startsWith('treadlight_build_info{version="'))).toBe(true)
})

test('on Node.js, where /hit is answered below the routes, it is counted once all the same', async () => {
  const env = { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_DRIVER: 'memory', TREADLIGHT_METRICS: 'open', PORT: '0' }
  const running = await serve({ config: await loadConfig({ env, folder: '/' }) })
  try {
    for (const path of ['/hit', '/hit?x=1']) expect((await fetch(running.url + path, { method: 'POST', body: '{"url":"https://a.example/"}' })).status).toBe(201)
    expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('\ntreadlight_http_requests_total{route="/hit",status="201"} 2\n')
  } finally {
    await running.close()
  }
})

test('nothing that a visitor sends becomes a label', async () => {
  const test_ = open()
  const evil = 'evil"}\n1'
  await test_.post({ ...hit, [evil]: 1, props: { [evil]: evil }, site: evil }, { 'user-agent': 'evil-agent' })
  await test_.post({ ...hit, type: evil })
  await test_.request('/evil/%22', { method: 'POST' })
  await test_.request('/api/drops/evil?evil=1')
  expect(await (await test_.request('/metrics')).text()).not.toContain('evil')
})

describe('what goes wrong', () => {
  test('appends that fail, and hits that wait', async () => {
    let fail: (error: Error) => void = () => undefined
    const store = { ...createReferenceStore(), append: () => new Promise<never>((_, reject) => (fail = reject)) }
    const test_ = open({ store })
    const append = async (error: Error, count: number): Promise<void> => {
      const answer = test_.post(Array.from({ length: count }, () => ({ url: 'https://a.example/' })))
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect((await scrape(test_)).get('treadlight_store_waiting_hits')).toBe(count)
      fail(error)
      expect((await answer).status).toBe(503)
    }
    await append(new StoreBusyError('full', 1), 3)
    await append(new Error('disk'), 2)
    expect(Object.fromEntries(await scrape(test_))).toMatchObject({
      treadlight_store_waiting_hits: 0,
      'treadlight_store_append_failures_total{cause="busy"}': 1,
      'treadlight_store_append_failures_total{cause="storage"}': 1,
      treadlight_store_failing: 1,
      'treadlight_errors_total{kind="error"}': 1,
    })
  })

  test('upkeep and retention: how often, and when it last went well', async () => {
    const store = createReferenceStore()
    let fails = false
    const test_ = open({ store: { ...store, maintain: () => (fails ? Promise.reject(new Error('disk')) : store.maintain()) }, doubtClock: () => 'the clock is odd' })
    await test_.collector.maintain()
    fails = true
    test_.clock.now += 60_000
    await expect(test_.collector.maintain()).rejects.toThrow('disk')
    await expect(test_.collector.prune()).rejects.toThrow('the clock is odd')
    expect(Object.fromEntries(await scrape(test_))).toMatchObject({
      'treadlight_task_failures_total{task="upkeep"}': 1,
      'treadlight_task_failures_total{task="retention"}': 1,
      'treadlight_task_success_timestamp_seconds{task="upkeep"}': Date.parse('2026-11-21T12:00:00Z') / 1000,
    })
  })
})

test('input 35: a handler that throws is answered, logged and counted, and the next request is served', async () => {
  const store = { ...createReferenceStore(), query: () => Promise.reject(new Error('broken')) }
  const test_ = open({ store })
  test_.collector.app.get('/broken', () => {
    throw new Error('broken')
  })
  expect((await test_.request('/broken')).status).toBe(500)
  expect(test_.errors).toEqual([new Error('broken')])
  expect((await scrape(test_)).get('treadlight_errors_total{kind="error"}')).toBe(1)
})

test('a histogram: each bucket has all that took at most as long', async () => {
  let clock = 0
  const requests = createRequests(() => clock)
  const took = (ms: number) =>
    requests.measure('/x', async () => {
      clock += ms
      return new Response()
    })({} as never)
  for (const ms of [0.5, 1, 30, 20_000]) await took(ms)
  const { buckets, sum, count } = requests.routes.get('/x')!
  expect(buckets).toEqual([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
  expect([sum, count]).toEqual([20.0315, 4])
})

test('labels and help are escaped', () => {
  expect(writeMetric('x', 'gauge', 'a\\b\nc', [[{ a: 'q"\\\n' }, Infinity], [{}, 1.5, '_sum']])).toBe('# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{a="q\\"\\\\\\n"} +Inf\nx_sum 1.5\n')
})
