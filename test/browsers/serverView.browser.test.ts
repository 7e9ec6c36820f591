import { signUser } from '@treadlight/protocol'
import { script } from '@treadlight/tracker/script-server'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasEngine, type EngineName } from '../../scripts/engines.ts'
import { launchChromium } from './chromium.ts'
import { startChromium } from './engines/chromiumEngine.ts'
import type { Engine } from './engines/engine.ts'
import { startFirefox } from './engines/firefoxEngine.ts'
import { startWebKit } from './engines/webkitEngine.ts'
import { startFaultyCollector, type FaultyCollector } from './faultyCollector.ts'
import { push } from './pages.ts'
import { startRenderedSite, viewsOf, type RenderedSite } from './renderedSite.ts'

// Server and script count one view: a real server that counts what it sends, and real browsers that have it, keep it and show it again.

let collector: FaultyCollector
let site: RenderedSite

beforeEach(async () => {
  collector = await startFaultyCollector((path) => (path === '/t.server.js' ? script : undefined))
  site = await startRenderedSite(collector)
})
afterEach(() => {
  site.close()
  collector.close()
})

/** Waits until these are the views, and none comes after them. */
async function expectViews(...views: string[]): Promise<void> {
  await expect.poll(() => viewsOf(collector), { timeout: 15_000 }).toEqual(views)
  // Longer than a view waits for its title.
  await wait(500)
  expect(viewsOf(collector)).toEqual(views)
}
const kept = { 'cache-control': 'private, max-age=600' }

describe('in Chromium', () => {
  let browser: Browser
  let context: BrowserContext
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    context = await browser.newContext()
  })
  afterEach(() => context.close())

  async function open(path: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(site.url + path)
    return page
  }

  test('PV02, PV03, PV16: one view of two facts, the server’s, and the browser’s with title and screen and who is signed in', async () => {
    const token = await signUser({ user: 'ada' }, 'a secret of the site, of 32 characters or more')
    site.pages['/a?utm_source=news'] = { token }
    await open('/a?utm_source=news')
    await expectViews('/a server + browser')
    const url = `${site.url}/a?utm_source=news`
    const [server, browser] = collector.arrivals
    expect(server).toMatchObject({ id: site.counted[0]!.id, url, title: '' })
    expect(browser).toMatchObject({ id: server!.id, url, title: 'Title of /a?utm_source=news', screen: '1280x720', timezone: expect.any(String), user: token })
  })

  test('the script is blocked: the server’s view is there', async () => {
    await context.route('**/t.server.js', (route) => route.abort('blockedbyclient'))
    await open('/a')
    await expectViews('/a server')
  })

  test.each([
    ['its nonce', 'page', '/a server + browser'],
    ['another', 'other', '/a server'],
  ])('PV02 under a policy, a tag with %s', async (_, nonce, view) => {
    const headers = { 'content-security-policy': `script-src 'nonce-page'; connect-src ${collector.url}` }
    site.pages['/a'] = { headers, nonce }
    await open('/a')
    await expectViews(view)
  })

  test('a route within the page is a view of its own, and an event of the first moments belongs to the first', async () => {
    site.pages['/a'] = { head: `<script nonce="page">(window.treadlight ||= []).push((t) => t.track('early'))</script>`, attributes: { 'data-heartbeat': '1' } }
    const page = await open('/a')
    await expect.poll(() => collector.arrivals.some(({ type }) => type === 'engagement'), { timeout: 15_000 }).toBe(true)
    await push(page, '/b')
    await page.evaluate(() => (globalThis as unknown as { treadlight: { track(name: string): void } }).treadlight.track('late'))
    await expectViews('/a server + browser', '/b browser')
    const [view] = site.counted
    expect(collector.arrivals.find(({ name }) => name === 'early')!.view).toBe(view!.id)
    expect(collector.arrivals.find(({ type }) => type === 'engagement')!.view).toBe(view!.id)
    const second = collector.arrivals.find(({ type, url }) => type === 'pageview' && url.endsWith('/b'))!
    expect(collector.arrivals.find(({ name }) => name === 'late')!.view).toBe(second.id)
  })

  test('a page left at once is still one view', async () => {
    site.pages['/a'] = { body: `<script nonce="page">addEventListener('DOMContentLoaded', () => setTimeout(() => (location.href = '/b')))</script>` }
    await open('/a')
    await expectViews('/a server + browser', '/b server + browser')
  })

  test('edge 18: back and forward to pages that are kept, and not asked for again, are views of the script’s own', async () => {
    const page = await open('/a')
    await expectViews('/a server + browser')
    await page.goto(`${site.url}/b`)
    await expectViews('/a server + browser', '/b server + browser')
    await page.goBack()
    await expectViews('/a server + browser', '/b server + browser', '/a browser')
    await page.goForward()
    await expectViews('/a server + browser', '/b server + browser', '/a browser', '/b browser')
    expect(site.served).toEqual(['/a', '/b'])
  })

  test('back to a page that may not be stored asks for it again: one view of both', async () => {
    site.pages['/a'] = { headers: { 'cache-control': 'no-store' } }
    const page = await open('/a')
    await expectViews('/a server + browser')
    await page.goto(`${site.url}/b`)
    await page.goBack()
    await expectViews('/a server + browser', '/b server + browser', '/a server + browser')
    expect(site.served).toEqual(['/a', '/b', '/a'])
  })

  test('a page that the server answers with “unchanged” is a view of the script’s own', async () => {
    site.pages['/a'] = { headers: { 'cache-control': 'private, no-cache', etag: '"a"' }, isUnchanged: true }
    const page = await open('/a')
    await expectViews('/a server + browser')
    await page.goto(`${site.url}/b`)
    await page.goto(`${site.url}/a`)
    await expectViews('/a server + browser', '/b server + browser', '/a browser')
    await page.reload()
    await expectViews('/a server + browser', '/b server + browser', '/a browser', '/a browser')
  })

  test.each([{}, { async: '' }])('a document that arrives in pieces is one view, by a tag with %j', async (attributes) => {
    site.pages['/a'] = { rest: 1500, attributes, head: `<script nonce="page">(window.treadlight ||= []).push((t) => t.track('early'))</script>` }
    await open('/a')
    await expectViews('/a server + browser')
    expect(collector.arrivals.find(({ name }) => name === 'early')!.view).toBe(site.counted[0]!.id)
  })

  test('by way of another site', async () => {
    const other = await startFaultyCollector(() => ({ status: 302, headers: { location: `${site.url.replace('127.0.0.1', 'localhost')}/a` }, body: '' }))
    const page = await context.newPage()
    await page.goto(`${other.url}/campaign`)
    await expectViews('/a server + browser')
    other.close()
  })

  test('a page that a shared cache hands to two visitors is two views: its tag names none', async () => {
    site.pages['/a'] = { isShared: true, headers: { 'cache-control': 'public, max-age=600' } }
    const another = await browser.newContext()
    for (const visitor of [context, another]) await (await visitor.newPage()).goto(`${site.url}/a`)
    expect(site.served).toEqual(['/a'])
    await expectViews('/a browser', '/a browser')
    await another.close()
  })

  describe('with a service worker', () => {
    async function register(path: string, respond: string): Promise<Page> {
      site.pages['/worker.js'] = {
        script: `addEventListener('install', () => skipWaiting())
          addEventListener('activate', (event) => event.waitUntil(clients.claim()))
          addEventListener('fetch', (event) => { if (event.request.url.endsWith('${path}')) event.respondWith(${respond}) })`,
      }
      site.pages['/start'] = { isShared: true, attributes: { type: 'text/plain' } }
      const page = await open('/start')
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/worker.js')
        await new Promise((resolve) => (navigator.serviceWorker.controller ? resolve(0) : navigator.serviceWorker.addEventListener('controllerchange', resolve)))
      })
      return page
    }

    test('that asks the network', async () => {
      const page = await register('/a', 'fetch(event.request)')
      await page.goto(`${site.url}/a`)
      await expectViews('/a server + browser')
    })

    test('that keeps the page: each time that it is shown is a view', async () => {
      const page = await register(
        '/a',
        `caches.open('pages').then(async (cache) => await cache.match(event.request) ?? fetch(event.request).then((answer) => (cache.put(event.request, answer.clone()), answer)))`,
      )
      await page.goto(`${site.url}/a`)
      await expectViews('/a server + browser')
      await page.goto(`${site.url}/a`)
      await expectViews('/a server + browser', '/a browser')
      expect(site.served).toEqual(['/start', '/a'])
    })
  })
})

const engines: Record<EngineName, () => Engine | Promise<Engine>> = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit }

// WebKit keeps no HTTP cache while it is driven: there the page is asked for again, and is one view of both again.
describe.each(['chromium', 'firefox', 'webkit'] as const)('in %s', (name) => {
  test.skipIf(!hasEngine(name))('each document that was sent is one view of both, and each that was kept one of the script’s', { timeout: 90_000 }, async () => {
    const engine = await engines[name]()
    const browser = await engine.launch()
    try {
      site.pages['/a'] = { headers: kept, body: '<a href="/b">b</a>' }
      site.pages['/b'] = { body: '<a href="/a">a</a>' }
      const page = await browser.open(`${site.url}/a`)
      const expected = ['/a server + browser']
      await expectViews(...expected)
      const step = async (action: string, path: string): Promise<void> => {
        const before = site.served.length
        // By then it has answered.
        await page.evaluate(`void setTimeout(() => { ${action} }, 50)`)
        await expect.poll(() => viewsOf(collector).length, { timeout: 30_000 }).toBe(expected.length + 1)
        expected.push(`${path} ${site.served.length > before ? 'server + browser' : 'browser'}`)
        await expectViews(...expected)
      }
      await step(`document.querySelector('a').click()`, '/b')
      await step(`document.querySelector('a').click()`, '/a')
      await step('location.reload()', '/a')
      await step('history.back()', '/b')
      await step('history.forward()', '/a')
      const keptOne = name === 'webkit' ? '/a server + browser' : '/a browser'
      expect(expected).toEqual(['/a server + browser', '/b server + browser', keptOne, '/a server + browser', '/b browser', '/a browser'])
    } finally {
      await browser.close()
      await engine.stop()
    }
  })
})

// Playwright switches the back/forward cache and prerendering off, so here nobody drives: what a visitor's browser does.
describe('left to itself', () => {
  async function visit(path: string, look: () => Promise<void>): Promise<void> {
    const profile = await mkdtemp(join(tmpdir(), 'treadlight-rendered-'))
    const visit = await startChromium().visit(profile, site.url + path)
    try {
      await look()
    } finally {
      await visit.kill()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  const after = (delay: number, action: string): string => `<script nonce="page">setTimeout(() => { ${action} }, ${delay})</script>`

  test('edge 18: a page that comes back from the back/forward cache is a view of the script’s own', async () => {
    site.pages['/a'] = { head: `<script nonce="page">addEventListener('pageshow', (event) => event.persisted && setTimeout(() => treadlight.track('restored')))</script>`, body: after(1400, "location.href = '/b'") }
    site.pages['/b'] = { body: after(600, 'history.back()') }
    await visit('/a', () => expectViews('/a server + browser', '/b server + browser', '/a browser'))
    const restored = collector.arrivals.find(({ name }) => name === 'restored')!
    expect(restored.view).not.toBe(site.counted[0]!.id)
    expect(site.served).toEqual(['/a', '/b'])
  })

  test('edge 16: a prerendered page is the view that its tag names, once it is shown', async () => {
    const rules = JSON.stringify({ prerender: [{ source: 'list', urls: ['/b', '/c'], eagerness: 'immediate' }] })
    site.pages['/a'] = { body: `<script type="speculationrules" nonce="page">${rules}</script>${after(2500, "location.href = '/b'")}` }
    for (const path of ['/b', '/c']) site.pages[path] = { head: `<script nonce="page">window.wasPrerendered = document.prerendering; document.addEventListener('prerenderingchange', () => treadlight.track('activated'))</script>` }
    // The server counts nothing of a page that may never be seen, and /c never is.
    await visit('/a', () => expectViews('/a server + browser', '/b browser'))
    expect(site.served.toSorted()).toEqual(['/a', '/b', '/c'])
    expect(collector.arrivals.some(({ name }) => name === 'activated')).toBe(true)
    expect(site.named['/b']).toContain(collector.arrivals.find(({ type, url }) => type === 'pageview' && url.endsWith('/b'))!.id)
  })
})
