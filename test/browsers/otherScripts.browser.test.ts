import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { serve as listen } from 'srvx'
import { expect, onTestFinished, test } from 'vitest'
import { createTestCollector, type TestCollector } from '../collector/collector.ts'
import { launchChromium } from './chromium.ts'

// Scripts of other products that are not on npm, by what they send (wire-protocols.md): written anew here, with the requests of
// theirs that a browser treats specially.

interface Stage extends TestCollector {
  page: Page
  /** Of the collector, as `http://127.0.0.1:1234`. */
  collectorUrl: string
  /** Of the page. */
  siteUrl: string
  /** Method and path of each request to the collector. */
  asked: string[]
  /** What the page has printed: a browser prints what it refuses to do. */
  printed: string[]
}

/** A page of another origin than the collector's, in Chromium. */
async function openStage(options: Parameters<typeof createTestCollector>[0] = {}): Promise<Stage> {
  const collector = createTestCollector({ settings: { bots: { crawlers: 'drop', automation: 'count' } }, ...options })
  const asked: string[] = []
  const fetch = (request: Request): Response | Promise<Response> => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    return collector.collector.fetch(request)
  }
  const server = listen({ fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Cart</title><link rel="icon" href="data:,">'))
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void site.close())
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const printed: string[] = []
  page.on('console', (message) => printed.push(message.text()))
  const siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`
  await page.goto(`${siteUrl}/cart?utm_source=news`)
  return { ...collector, page, collectorUrl: server.url!.replace(/\/$/, ''), siteUrl, asked, printed }
}

test('Umami’s script: JSON with a preflight, a page that may read the answer, and its token in the next request', async () => {
  const { page, collectorUrl, siteUrl, asked, printed, stored } = await openStage()
  const answers = await page.evaluate(async (endpoint) => {
    let cache: string | undefined
    const send = async (type: string, more: object): Promise<{ status: number; cache: string; disabled?: boolean }> => {
      const payload = { website: 'w-1', screen: `${screen.width}x${screen.height}`, language: navigator.language, title: document.title, hostname: location.hostname, url: location.href, referrer: document.referrer, tag: undefined, id: undefined, ...more }
      const headers: Record<string, string> = { 'Content-Type': 'application/json', ...(cache !== undefined && { 'x-umami-cache': cache }) }
      const response = await fetch(endpoint, { keepalive: true, method: 'POST', body: JSON.stringify({ type, payload }), headers, credentials: 'omit' })
      const data = (await response.json()) as { cache: string; disabled?: boolean }
      cache = data.cache
      return { status: response.status, ...data }
    }
    const first = await send('event', {})
    const second = await send('event', { name: 'signup', data: { plan: 'pro' } })
    cache = ''
    const third = await send('identify', { id: 'u1', data: { plan: 'pro' } })
    return [first, second, third]
  }, `${collectorUrl}/api/send`)
  expect(answers.map(({ status, disabled }) => [status, disabled])).toEqual([1, 2, 3].map(() => [200, undefined]))
  expect(answers[1]!.cache).toBe(answers[0]!.cache)
  expect(answers[2]!.cache).not.toBe(answers[0]!.cache)
  const url = `${siteUrl}/cart?utm_source=news`
  expect((await stored()).toSorted((a, b) => a.type.localeCompare(b.type))).toMatchObject([
    { type: 'event', name: 'signup', url },
    { type: 'pageview', url, title: 'Cart', source: 'news', browser: 'Chrome' },
  ])
  expect(new Set(asked)).toEqual(new Set(['OPTIONS /api/send', 'POST /api/send']))
  expect(printed).toEqual([])
})

test('GoatCounter’s script: a beacon with an empty body, and an image where there is none', async () => {
  const { page, collectorUrl, siteUrl, asked, printed, stored } = await openStage()
  const size = await page.evaluate(async (endpoint) => {
    const query = (data: Record<string, string>): string => `${endpoint}?${new URLSearchParams(data).toString()}&rnd=${Math.random().toString(36).slice(2, 7)}`
    const path = location.pathname + location.search
    navigator.sendBeacon(query({ p: path, t: document.title, s: String(screen.width), q: location.search }))
    const image = new Image()
    image.src = query({ p: 'signup', e: 'true' })
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  }, `${collectorUrl}/count`)
  expect(size).toEqual([1, 1])
  await expect.poll(async () => (await stored()).toSorted((a, b) => a.type.localeCompare(b.type)), { timeout: 10_000 }).toMatchObject([
    { type: 'event', name: 'signup', url: `${siteUrl}/` },
    { type: 'pageview', url: `${siteUrl}/cart?utm_source=news`, title: 'Cart', source: 'news' },
  ])
  expect(asked.toSorted()).toEqual(['GET /count', 'POST /count'])
  expect(printed).toEqual([])
})

/** Posts as `matomo.js` does, which sends an image as well where it may not read the answer or does not like it. */
async function sendForm(page: Page, endpoint: string, fields: Record<string, string>): Promise<'taken' | 'sent again'> {
  return page.evaluate(
    ([url, given]) =>
      new Promise<'taken' | 'sent again'>((resolve) => {
        const body = new URLSearchParams({ idsite: '1', rec: '1', url: location.href, action_name: document.title, ...given }).toString()
        const request = new XMLHttpRequest()
        request.withCredentials = true
        request.open('POST', url, true)
        request.addEventListener('readystatechange', () => {
          if (request.readyState !== 4) return
          if (request.status >= 200 && request.status < 300) return resolve('taken')
          new Image().src = `${url}?${body}`
          resolve('sent again')
        })
        request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8')
        request.send(body)
      }),
    [endpoint, fields] as const,
  )
}

test('Matomo’s script: a form with credentials, a beacon and beats; nothing is sent twice', async () => {
  const { page, collectorUrl, siteUrl, asked, printed, stored } = await openStage()
  const endpoint = `${collectorUrl}/matomo.php`
  expect(await sendForm(page, endpoint, { pv_id: 'AbC123', _id: '0123456789abcdef', send_image: '0' })).toBe('taken')
  expect(await sendForm(page, endpoint, { pv_id: 'AbC123', ping: '1' })).toBe('taken')
  await page.evaluate((url) => {
    const blob = new Blob([new URLSearchParams({ idsite: '1', rec: '1', url: location.href, e_c: 'Video', e_a: 'play', send_image: '0' }).toString()], { type: 'application/x-www-form-urlencoded; charset=UTF-8' })
    navigator.sendBeacon(url, blob)
    navigator.sendBeacon(url, JSON.stringify({ requests: [`?idsite=1&rec=1&url=${encodeURIComponent(location.href)}&link=https://other.example/`] }))
  }, endpoint)
  const byType = async (): Promise<object[]> => (await stored()).toSorted((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`))
  await expect.poll(byType, { timeout: 10_000 }).toMatchObject([
    { type: 'engagement', engagedDelta: 15_000 },
    { type: 'event', name: 'Outbound Link: Click' },
    { type: 'event', name: 'play' },
    { type: 'pageview', url: `${siteUrl}/cart?utm_source=news`, title: 'Cart', source: 'news' },
  ])
  const hits = await stored()
  expect(hits.find(({ type }) => type === 'engagement')!.view).toBe(hits.find(({ type }) => type === 'pageview')!.view)
  expect(asked).toEqual(['POST /matomo.php', 'POST /matomo.php', 'POST /matomo.php', 'POST /matomo.php'])
  expect(printed).toEqual([])
})

test('that the test above would see a request sent again', async () => {
  const { page, collectorUrl, asked } = await openStage({ dialects: [] })
  expect(await sendForm(page, `${collectorUrl}/matomo.php`, {})).toBe('sent again')
  await expect.poll(() => asked, { timeout: 10_000 }).toEqual(['POST /matomo.php', 'GET /matomo.php'])
})
