import { describe, expect, test } from 'vitest'
import { createTestCollector } from '../collector.ts'
import { openStats } from '../stats/askStats.ts'
import type { VitalsAnswer } from '../../../packages/collector/src/vitals/answerVitals.ts'
import { percentileOf } from '../../../packages/collector/src/vitals/summary.ts'
import { makeEvent, makeHit, noon } from '../../store/makeHit.ts'
import { seededRandom } from '../../prove/random.ts'

const vital = (metric: string, value: number | string, fields: object = {}) =>
  makeEvent('Web Vitals', { time: noon, interactive: false, props: { metric, value, rating: typeof value === 'number' ? 'good' : 'poor' }, ...fields })
const day = 86_400_000

interface Answer extends VitalsAnswer {
  status: number
}

async function ask(hits: Parameters<typeof openStats>[0], body: object): Promise<Answer> {
  const stats = await openStats(hits)
  const response = await stats.request('/api/vitals', { method: 'POST', headers: { authorization: `Bearer ${stats.token}` }, body: JSON.stringify({ date_range: '7d', ...body }) })
  return { status: response.status, ...((await response.json()) as VitalsAnswer) }
}

describe('POST /api/vitals', () => {
  test('the 75th percentile is a value that three quarters do not exceed; shares are by Google’s thresholds', async () => {
    const { metrics } = await ask([1000, 2500, 2501, 4000, 4001, 2000, 1500, 900].map((value) => vital('LCP', value)), {})
    // 900 1000 1500 2000 2500 2501 | 4000 4001: the sixth of eight.
    expect(metrics.LCP).toEqual({ p75: 2501, rating: 'needs-improvement', measured: 8, good: 5, needs_improvement: 2, poor: 1, left_out: 0 })
    expect(metrics.INP).toEqual({ p75: null, rating: null, measured: 0, good: 0, needs_improvement: 0, poor: 0, left_out: 0 })
  })

  test.each([
    ['INP' as const, 200, 201, 501],
    ['CLS' as const, 0.1, 0.1001, 0.2501],
    ['FCP' as const, 1800, 1801, 3001],
    ['TTFB' as const, 800, 801, 1801],
  ])('%s is good up to %d, not from %d, and poor from %d', async (metric, good, between, poor) => {
    for (const [value, rating] of [[good, 'good'], [between, 'needs-improvement'], [poor, 'poor']] as const) {
      const { metrics } = await ask([vital(metric, value)], {})
      expect(metrics[metric]).toMatchObject({ p75: value, rating, measured: 1 })
    }
  })

  test('values that the day had too many of count by their rating alone, and what is no vital not at all', async () => {
    const hits = [vital('LCP', 100), vital('LCP', '(other)'), vital('LCP', 'x'.repeat(10)), vital('LAG', 100), vital('LCP', -1), makeEvent('other', { props: { metric: 'LCP', value: 5, rating: 'good' } }), makeHit()]
    const answer = await ask(hits, {})
    // −1 is no time; it says that it is good.
    expect(answer.metrics.LCP).toMatchObject({ p75: 100, measured: 4, good: 2, poor: 2, left_out: 3 })
    expect(answer.left_out).toBe(3)
  })

  test('by a dimension those with the most reports come first, and by time all buckets are named', async () => {
    const hits = [
      vital('LCP', 100, { path: '/a' }), vital('LCP', 300, { path: '/b' }), vital('CLS', 0.3, { path: '/b' }),
      vital('LCP', 700, { path: '/b', time: noon - day, device: 'Mobile' }),
    ]
    const byPage = await ask(hits, { by: 'event:page', limit: 1 })
    expect([byPage.total_rows, byPage.rows]).toEqual([2, [expect.objectContaining({ value: '/b', measured: 3 })]])
    expect(byPage.rows![0]!.metrics).toMatchObject({ LCP: { p75: 700, measured: 2 }, CLS: { p75: 0.3, rating: 'poor' }, INP: { p75: null } })
    const byDay = await ask(hits, { by: 'time:day' })
    expect(byDay.rows!.map(({ value, metrics }) => [value, metrics.LCP.p75])).toEqual([['2026-11-20', 700], ['2026-11-21', 300]])
    expect(byDay.time_labels).toHaveLength(7)
    expect((await ask(hits, { filters: [['is', 'visit:device', ['Mobile']]] })).metrics.LCP).toMatchObject({ p75: 700, measured: 1 })
  })

  test.each<[string, object, RegExp]>([
    ['no range', { date_range: undefined }, /^date_range: is required/],
    ['a dimension that there is not', { by: 'page' }, /^by: "page" is unknown/],
    ['filters that are none', { filters: 'x' }, /^filters: must be an array/],
    ['a limit', { limit: 0 }, /^limit: must be from 1 to 1000/],
    ['a field that there is not', { filter: [] }, /^body: "filter" is unknown/],
    ['a site that there is not', { site_id: 'x' }, /^site_id/],
  ])('400: %s', async (_, body, message) => {
    expect(await ask([], body)).toEqual({ status: 400, error: expect.stringMatching(message) as string })
  })

  test('what the tracker’s part sends over the wire is what is counted', async () => {
    const collector = createTestCollector()
    const { token } = await collector.collector.tokens.create('t', ['stats'])
    await collector.post({ type: 'event', name: 'Web Vitals', interactive: false, url: 'https://a.example/', props: { metric: 'CLS', value: 0.0523, rating: 'good' } }, { 'user-agent': 'Mozilla/5.0 (X11; Linux) Firefox/140.0' })
    const response = await collector.request('/api/vitals', { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{"date_range":"day"}' })
    expect(((await response.json()) as { metrics: object }).metrics).toMatchObject({ CLS: { p75: 0.0523, measured: 1, good: 1 } })
  })
})

test('percentileOf is that of the sorted list of all values', () => {
  const random = seededRandom(7)
  for (let round = 0; round < 200; round++) {
    const values = Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 12))
    const counts = new Map<number, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    expect(percentileOf(counts, 0.75)).toBe(values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.75) - 1])
  }
})
