import { build } from 'esbuild'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createStatsClient, StatsError, type Money } from '../../../packages/collector/src/client.ts'
import { makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const noon = Date.UTC(2026, 10, 21, 12)

async function openClient(options: { token?: string; site?: string } = {}) {
  const stats = await openStats(
    [makeHit({ time: noon, path: '/a' }), makeHit({ time: noon, visitor: 'b', path: '/a' }), makeEvent('Order', { time: noon, revenue: { amount: '5', currency: 'EUR' } }), makeHit({ site: 'blog', time: noon })],
    { sites: [{ id: 'blog', timezone: 'Asia/Tokyo', hosts: ['blog.example'] }] },
  )
  const fetch = ((url: string, init: RequestInit) => stats.request(url, init)) as typeof globalThis.fetch
  return createStatsClient({ url: 'http://localhost/', token: stats.token, fetch, ...options })
}

describe('the client', () => {
  test('answers queries, typed by what they name', async () => {
    const stats = await openClient()
    const { results, query } = await stats.query({ date_range: 'day', metrics: ['visitors', 'bounce_rate', 'total_revenue'], dimensions: ['event:page', 'time:day'] })
    const [{ dimensions, metrics }] = results as [(typeof results)[0]]
    expectTypeOf(metrics).toEqualTypeOf<[number, number | null, Money | null]>()
    expectTypeOf(dimensions).toEqualTypeOf<[string, string]>()
    expect([dimensions, metrics[0], query.site_id]).toEqual([['/a', '2026-11-21'], 2, 'default'])
    const all = await stats.query({ date_range: 'day', metrics: ['total_revenue'], include: { comparisons: { mode: 'previous_period' } } })
    expectTypeOf(all.results[0]!.dimensions).toEqualTypeOf<[]>()
    expect(all.results[0]!.metrics[0]!.long).toBe('€5.00')
    expect(all.results[0]!.comparison!.change).toEqual([null])
  })

  test('misuse does not compile', () => {
    const misuse = (stats: Awaited<ReturnType<typeof openClient>>): unknown => [
      // @ts-expect-error no such metric
      stats.query({ date_range: 'day', metrics: ['vistors'] }),
      // @ts-expect-error no such range
      stats.query({ date_range: '8d', metrics: ['visitors'] }),
      // @ts-expect-error time is no filter
      stats.query({ date_range: 'day', metrics: ['visitors'], filters: [['is', 'time:day', ['2026-01-01']]] }),
    ]
    expect(misuse).toBeTypeOf('function')
  })

  test('asks for the site that it was made for, by id or host', async () => {
    for (const site of ['blog', 'blog.example']) {
      const stats = await openClient({ site })
      expect((await stats.query({ date_range: 'day', metrics: ['pageviews'] })).results[0]!.metrics).toEqual([1])
      expect(await stats.visitorsNow()).toBe(1)
      expect(await stats.goals()).toEqual({ site_id: 'blog', goals: [], every_event: true })
    }
  })

  test('CSV, sites', async () => {
    const stats = await openClient()
    expect(await stats.csv({ date_range: 'day', metrics: ['visitors'], dimensions: ['event:name'], filters: [['is', 'event:name', ['Order']]] })).toBe('event:name,visitors\r\nOrder,1\r\n')
    expect((await stats.sites()).sites.map(({ id }) => id)).toEqual(['default', 'blog'])
  })

  test('rejects with what the collector says', async () => {
    const failed = async (options: { token?: string; site?: string }) => (await openClient(options)).query({ date_range: 'day', metrics: ['visitors'] }).catch((error: unknown) => error)
    expect(await failed({ site: 'x' })).toMatchObject({ name: 'StatsError', status: 400, message: expect.stringMatching(/^\[treadlight\] site_id/) as string })
    expect(await failed({ token: 'tl_wrong' })).toBeInstanceOf(StatsError)
    const proxied = createStatsClient({ url: 'http://localhost', fetch: async () => new Response('<h1>Bad gateway', { status: 502, statusText: 'Bad Gateway' }) })
    await expect(proxied.sites()).rejects.toThrow('[treadlight] 502 Bad Gateway')
  })

  test('is given up by its signal', async () => {
    const stats = createStatsClient({ url: 'http://localhost', site: 'a', fetch: async (_, init) => (init!.signal!.throwIfAborted(), new Response()) })
    await expect(stats.query({ date_range: 'day', metrics: ['visitors'] }, AbortSignal.abort())).rejects.toThrow(/abort/i)
  })

  test('runs in browsers: it is small, and takes nothing along', async () => {
    const entry = new URL('../../../packages/collector/src/client.ts', import.meta.url).pathname
    const { outputFiles, metafile } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', minify: true, metafile: true, platform: 'browser', conditions: ['@treadlight/source'] })
    expect(Object.keys(metafile.inputs).every((path) => path.includes('collector/src/client'))).toBe(true)
    expect(outputFiles[0]!.contents.length).toBeLessThan(2048)
  })
})
