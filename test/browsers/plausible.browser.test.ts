import { build } from 'esbuild'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { serve as listen } from 'srvx'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestCollector, type TestCollector } from '../collector/collector.ts'
import { launchChromium } from './chromium.ts'

interface Visited extends Pick<TestCollector, 'store' | 'stored'> {
  page: Page
  /** The site's. */
  origin: string
  /** Requests to the collector, answers' statuses before them. */
  asked: string[]
  /** What a visitor could read in the console. */
  printed: string[]
}

/** Opens a page that runs a script of `clients/`, bundled with what it imports as sites do; the collector is elsewhere. */
async function visit(client: string): Promise<Visited> {
  const { collector, store, stored, clock } = createTestCollector({ settings: { bots: { crawlers: 'drop', automation: 'count' } } })
  const asked: string[] = []
  const server = listen({ fetch: answer, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  async function answer(request: Request): Promise<Response> {
    clock.now++
    const response = await collector.fetch(request)
    asked.push(`${response.status} ${request.method} ${new URL(request.url).pathname} ${request.headers.get('content-type') ?? ''}`)
    return response
  }
  await server.ready()
  onTestFinished(() => server.close(true))
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`clients/${client}.ts`, import.meta.url))],
    define: { collectorUrl: JSON.stringify(server.url!.replace(/\/$/, '')) },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const script = outputFiles[0]!.text
  const site = createServer(({ url }, response) => {
    if (url === '/site.js') response.setHeader('content-type', 'text/javascript').end(script)
    else response.setHeader('content-type', 'text/html').end('<!doctype html><title>a</title><link rel="icon" href="data:,"><div style="height:5000px"><button>b</button></div><script type="module" src="/site.js"></script>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void site.close())
  const origin = `http://localhost:${(site.address() as AddressInfo).port}`
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const printed: string[] = []
  page.on('console', (message) => printed.push(message.text()))
  page.on('pageerror', (error) => printed.push(String(error)))
  await page.goto(`${origin}/start?utm_source=News`)
  return { store, stored, page, origin, asked, printed }
}

const inOrder = { timeout: 15_000 }

describe('Plausible’s clients, as they are, with nothing changed but the URL', () => {
  test('@plausible-analytics/tracker: views of an SPA, engagement, events with props and revenue', async () => {
    const { store, stored, page, origin, asked, printed } = await visit('plausible')
    await expect.poll(stored, inOrder).toHaveLength(1)
    expect(await page.evaluate('buy()')).toEqual({ status: 202 })
    await page.evaluate(() => window.scrollTo(0, 2500))
    await page.waitForTimeout(100)
    // As routers do. Before the view that follows, it tells of the one that ends.
    await page.evaluate(() => history.pushState(null, '', '/second'))
    await expect.poll(async () => (await stored()).length, inOrder).toBe(4)
    await page.evaluate(() => history.pushState(null, '', '/start'))
    await expect.poll(async () => (await stored()).length, inOrder).toBe(6)

    const hits = await stored()
    const [first, ...views] = hits.filter(({ type }) => type === 'pageview')
    expect(first).toMatchObject({ url: `${origin}/start?utm_source=News`, source: 'news', props: { theme: 'dark' }, hostname: 'localhost', device: 'Desktop' })
    expect(views.map(({ path }) => path).toSorted()).toEqual(['/second', '/start'])
    expect(hits.filter(({ type }) => type === 'event')).toMatchObject([
      { name: 'Purchase', props: { theme: 'dark', plan: 'pro', seats: '3' }, revenue: { amount: '12.50', currency: 'USD' }, interactive: false },
    ])
    const reports = hits.filter(({ type }) => type === 'engagement')
    expect(reports.map(({ path }) => path).toSorted()).toEqual(['/second', '/start'])
    expect(reports.find(({ path }) => path === '/start')).toMatchObject({ view: first!.view })
    const range = { from: first!.time - 1000, to: first!.time + 60_000 }
    const { rows } = await store.query({ site: 'default', timezone: 'UTC', range, metrics: ['pageviews', 'scroll_depth'], dimensions: ['event:page'], orderBy: [['event:page', 'asc']] })
    expect(rows).toMatchObject([{ dimensions: ['/second'] }, { dimensions: ['/start'], metrics: [2, expect.closeTo(62, -1)] }])
    // No preflight, nothing refused.
    expect(new Set(asked)).toEqual(new Set(['202 POST /api/event text/plain']))
    expect(printed).toEqual([])
  })

  test('plausible-tracker: views of an SPA and events', async () => {
    const { stored, page, origin, asked, printed } = await visit('plausibleTracker')
    await expect.poll(stored, inOrder).toHaveLength(1)
    await page.evaluate('buy()')
    await page.evaluate(() => history.pushState(null, '', '/second'))
    await expect.poll(async () => (await stored()).map(({ type, name, url, props }) => ({ type, name, url, props })), inOrder).toEqual([
      { type: 'pageview', url: `${origin}/start?utm_source=News` },
      { type: 'event', name: 'Purchase', url: `${origin}/start?utm_source=News`, props: { plan: 'pro' } },
      { type: 'pageview', url: `${origin}/second` },
    ])
    expect(new Set(asked)).toEqual(new Set(['202 POST /api/event text/plain']))
    expect(printed).toEqual([])
  })
})
