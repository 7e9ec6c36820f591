import { integrity, script } from '@treadlight/tracker/script'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { observe, push, type Observed } from './pages.ts'
import { answerAsStranger, startFaultyCollector, type Fault, type FaultyCollector } from './faultyCollector.ts'

// Real Chromium and the built script against a collector that misbehaves. What the page made has to be what arrived,
// each once after the union by id, and the page must not notice any of it.

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

let collector: FaultyCollector
let context: BrowserContext
let observed: Observed
/** What is in the head of every page. */
let head: string

beforeEach(async () => {
  head = '<script defer src="/t.js"></script>'
  collector = await startFaultyCollector((path) => {
    if (path === '/t.js') return script
    if (path === '/favicon.ico') return ''
    return `<!doctype html><title>${path}</title>${head}<h1>${path}</h1><a href="#terms">terms</a><p id="terms">`
  })
  context = await browser.newContext()
  observed = await observe(context)
})
afterEach(async () => {
  await context.close()
  collector.close()
})

async function openPage(path = '/start'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(collector.url + path)
  return page
}

const storedPaths = () => [...collector.stored.values()].map(({ url }) => url.slice(collector.url.length))

/** What the page made is what arrived, and the queue on the device is empty. */
async function expectAllStored(page: Page, count: number): Promise<void> {
  await expect.poll(() => collector.stored.size, { timeout: 15_000 }).toBe(count)
  await expectSameIds()
  await expect.poll(() => countQueued(page), { timeout: 15_000 }).toBe(0)
  expect(observed.errors).toEqual([])
}

/** A page tells its ids and sends them at the same time, so either may be first. */
async function expectSameIds(): Promise<void> {
  await expect.poll(() => [...observed.made].sort()).toEqual([...collector.stored.keys()].sort())
}

/** Rows of the tracker's database; its name is the endpoint. */
async function countQueued(page: Page): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.addEventListener('error', () => reject(opening.error))
        opening.addEventListener('success', () => {
          const counting = opening.result.transaction('hits').objectStore('hits').count()
          counting.addEventListener('success', () => {
            opening.result.close()
            resolve(counting.result)
          })
        })
      }),
    `${collector.url}/hit`,
  )
}

describe('the tag', () => {
  test('PV02, PV03, PV04, edge 6: one tag, one request without preflight to the origin of the script', async () => {
    const page = await openPage()
    await expectAllStored(page, 1)
    expect(collector.requests).toHaveLength(1)
    expect(collector.requests[0]).toMatchObject({ method: 'POST', contentType: 'text/plain;charset=UTF-8' })
    const [hit] = collector.stored.values()
    expect(hit).toMatchObject({ type: 'pageview', url: `${collector.url}/start`, title: '/start', referrer: '' })
    expect(Math.abs(Date.parse(hit!.timestamp) - Date.now())).toBeLessThan(10_000)
  })

  test('PV04: data-endpoint says otherwise', async () => {
    const other = await startFaultyCollector(() => undefined)
    head = `<script defer src="/t.js" data-endpoint="${other.url}/hit"></script>`
    await context.addCookies([{ name: 'session', value: 'secret', url: other.url }])
    await openPage()
    await expect.poll(() => other.stored.size).toBe(1)
    // Edge 7: cross-origin, without credentials and without preflight.
    expect(other.requests).toMatchObject([{ method: 'POST', cookie: undefined }])
    expect(collector.requests).toEqual([])
    other.close()
  })

  test('edge 14: loaded twice, it counts once', async () => {
    head += head
    const page = await openPage()
    await push(page, '/a')
    await expectAllStored(page, 2)
  })

  test('PV05, edge 41: without document.currentScript it says so once and stops', async () => {
    head = '<script type="module" src="/t.js"></script>'
    const messages: string[] = []
    context.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`))
    await openPage()
    await wait(300)
    expect(messages).toEqual(['error: treadlight: no document.currentScript'])
    expect(collector.requests).toEqual([])
    expect(observed.errors).toEqual([])
  })

  test('edge 45: works under a strict CSP with nonce, subresource integrity and Trusted Types', async () => {
    const policy = `default-src 'none'; script-src 'nonce-abc'; connect-src 'self'; require-trusted-types-for 'script'`
    head = `<meta http-equiv="content-security-policy" content="${policy}">
      <script defer nonce="abc" integrity="${integrity}" crossorigin src="/t.js"></script>`
    const page = await openPage()
    await expectAllStored(page, 1)
  })

  test('the text for servers without files is that of the file', () => {
    expect(script).toBe(readFileSync(new URL('../../packages/tracker/dist/t.js', import.meta.url), 'utf8'))
  })
})

describe('views', () => {
  test('edge 9, 11, 12, 15: pushes, replaces, back, hash routes and anchors', async () => {
    const page = await openPage('/a')
    await push(page, '/b')
    await wait(400)
    await page.evaluate(() => history.replaceState(null, '', '/b?q=mirrored'))
    await page.click('a')
    await page.goBack()
    await page.evaluate(() => (location.hash = '#/route'))
    await wait(400)
    await page.goBack()
    await expectAllStored(page, 4)
    const hits = [...collector.stored.values()]
    expect(storedPaths()).toEqual(['/a', '/b', '/b?q=mirrored#/route', '/b?q=mirrored'])
    expect(hits.map(({ title }) => title)).toEqual(['/a', '/b', '/b', '/b'])
    expect(hits.map(({ referrer }) => referrer.slice(collector.url.length))).toEqual(['', '/a', '/b', '/b?q=mirrored#/route'])
  })

  test('edge 18: back out of the back/forward cache is a new view of the same URL', async () => {
    // Playwright switches the cache off; and its goBack() waits for a load that a restored page does not have.
    const cachingBrowser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    const page = await cachingBrowser.newPage()
    await page.goto(`${collector.url}/a`)
    await expect.poll(() => collector.stored.size).toBe(1)
    // Chromium does not cache a page that holds a lock, as ours does for the moment of its flush.
    await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0)
    await expect.poll(() => countQueued(page)).toBe(0)
    await page.goto(`${collector.url}/b`)
    await expect.poll(() => collector.stored.size).toBe(2)
    await page.evaluate(() => history.back()).catch(() => {})
    await expect.poll(() => storedPaths()).toEqual(['/a', '/b', '/a'])
    const [first, , restored] = collector.stored.values()
    expect(first!.navigation).toBeUndefined()
    expect(restored!.navigation).toBe('back-forward-cache')
    expect(restored!.id).not.toBe(first!.id)
    await cachingBrowser.close()
  })

  test('edge 1, 9: leaving before the title has settled loses no view', async () => {
    const page = await openPage('/a')
    await expect.poll(() => collector.stored.size).toBe(1)
    await page.evaluate(() => {
      history.pushState(null, '', '/b')
      document.title = 'B'
      location.href = '/c'
    })
    await page.waitForURL('**/c')
    // A page that goes can no longer tell the test its ids, so what arrived has to speak for itself.
    await expect.poll(() => [...collector.stored.values()].map(({ title }) => title).sort()).toEqual(['/a', '/c', 'B'])
    await expect.poll(() => countQueued(page)).toBe(0)
    expect(observed.errors).toEqual([])
  })

  test('edge 16: a prerendered page counts when it is activated, once', async () => {
    const page = await openPage('/a')
    await page.evaluate(() => {
      const rules = document.createElement('script')
      rules.type = 'speculationrules'
      rules.text = JSON.stringify({ prerender: [{ source: 'list', urls: ['/b'], eagerness: 'immediate' }] })
      document.head.append(rules)
    })
    await wait(1500)
    expect(storedPaths()).toEqual(['/a'])
    await page.evaluate(() => (location.href = '/b'))
    await expect.poll(() => storedPaths()).toEqual(['/a', '/b'])
    await wait(500)
    expect(storedPaths()).toEqual(['/a', '/b'])
    expect(observed.errors).toEqual([])
  })
})

describe('nothing gets lost', () => {
  const faults: [string, Fault][] = [
    ['500', ({ answer }) => answer(500)],
    ['500 after it was stored', ({ store, answer }) => (store(), answer(500))],
    ['503 with Retry-After', ({ answer }) => answer(503, { 'retry-after': '1' })],
    ['429 with Retry-After', ({ answer }) => answer(429, { 'retry-after': '1' })],
    ['the connection is reset', ({ request }) => request.socket.resetAndDestroy()],
    ['the answer is lost after it was stored', ({ store, response }) => (store(), response.destroy())],
    [
      'the answer is cut off after its headers',
      ({ store, response }) => {
        store()
        response.writeHead(201, { 'x-hit': String(Date.now()), 'content-length': 1000 })
        response.flushHeaders()
        setTimeout(() => response.destroy(), 50)
      },
    ],
    ['a captive portal answers 200', answerAsStranger(200)],
    ['a proxy answers 404', answerAsStranger(404)],
    ['a proxy answers 413', answerAsStranger(413)],
  ]
  test.each(faults)('edge 30, 32: %s', async (_, fault) => {
    collector.fault = fault
    const page = await openPage('/a')
    await push(page, '/b')
    await wait(400)
    await page.evaluate(() => globalThis.treadlight!.track('signup', { plan: 'pro' }))
    // Retry-After and up to a second more.
    await expect.poll(() => collector.requests.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2)
    collector.fault = undefined
    await expectAllStored(page, 3)
    const [view, next, event] = [...collector.stored.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    expect([view!.type, next!.type, event!.type]).toEqual(['pageview', 'pageview', 'event'])
    expect(event!.view).toBe(next!.id)
  })

  test('edge 31: three navigations offline, then online', async () => {
    const page = await openPage('/a')
    await expect.poll(() => collector.stored.size).toBe(1)
    await context.setOffline(true)
    for (const path of ['/b', '/c', '/d']) {
      await push(page, path)
      await wait(350)
    }
    expect(collector.stored.size).toBe(1)
    await context.setOffline(false)
    await expectAllStored(page, 4)
    expect(storedPaths().sort()).toEqual(['/a', '/b', '/c', '/d'])
  })

  test('edge 2, 4: left while the collector was down, a later visit brings it', async () => {
    collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const page = await openPage('/a')
    await push(page, '/b')
    await wait(400)
    await page.goto('about:blank')
    await page.close()
    collector.fault = undefined
    const next = await openPage('/c')
    await expectAllStored(next, 3)
    expect(storedPaths().sort()).toEqual(['/a', '/b', '/c'])
  })

  test('edge 28: four tabs with a common queue send each hit once', async () => {
    collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const pages = await Promise.all(['/a', '/b', '/c', '/d'].map((path) => openPage(path)))
    for (const page of pages)
      await page.evaluate(() => {
        for (let index = 0; index < 50; index++) globalThis.treadlight!.track(`event ${index}`)
      })
    await wait(1500)
    collector.fault = undefined
    await expectAllStored(pages[0]!, 204)
    // A new hit may be on its way when another tab reads the queue; more than a few would mean that nobody locks.
    expect(collector.arrivals.length).toBeLessThan(230)
  })

  test('413: smaller batches', async () => {
    collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const page = await openPage('/a')
    await page.evaluate(() => {
      for (let index = 0; index < 20; index++) globalThis.treadlight!.track(`event ${index}`)
    })
    await wait(500)
    collector.fault = ({ hits, store, answer }) => (hits.length > 4 ? answer(413) : (store(), answer(201)))
    await expectAllStored(page, 21)
  })

  test('edge 33: a clock that is weeks off', async () => {
    const skew = 20 * 86_400_000
    collector.fault = ({ hits, store, answer }) => {
      const truth = { 'x-hit': String(Date.now() + skew) }
      const refused = hits.flatMap(({ timestamp }, index) =>
        Date.parse(timestamp) < Date.now() + skew - 8 * 86_400_000 ? [{ index, field: 'timestamp', reason: 'clock' }] : [],
      )
      if (refused.length === 0) store()
      answer(refused.length > 0 ? 400 : 201, truth, refused)
    }
    const page = await openPage('/a')
    await expect.poll(() => collector.stored.size).toBe(1)
    await push(page, '/b')
    await expect.poll(() => collector.stored.size).toBe(2)
    for (const { timestamp } of collector.stored.values())
      expect(Math.abs(Date.parse(timestamp) - Date.now() - skew)).toBeLessThan(90_000)
    // The first was refused once; the second was right at once.
    expect(collector.requests).toHaveLength(3)
    await expect.poll(() => countQueued(page)).toBe(0)
    expect(observed.errors).toEqual([])
  })

  test('edge 5: a page that uses up the keepalive quota', async () => {
    const page = await openPage('/a')
    await expect.poll(() => collector.stored.size).toBe(1)
    collector.fault = ({ hits, store, answer }) => {
      if (hits.length > 0) store()
      setTimeout(() => answer(201), 500)
    }
    await page.evaluate(() => {
      void fetch('/hit', { method: 'POST', keepalive: true, body: JSON.stringify({ hits: [], filler: 'x'.repeat(65_000) }) })
      globalThis.treadlight!.track('quota')
    })
    await expectAllStored(page, 2)
  })
})

describe('the page never notices', () => {
  const hostile: [string, () => void][] = [
    ['edge 23: IndexedDB throws on access', () => Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('denied', 'SecurityError') } })],
    ['edge 23: there is no IndexedDB', () => Object.defineProperty(window, 'indexedDB', { value: undefined })],
    ['edge 24: IndexedDB never answers', () => void (IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest)],
    ['edge 28: there are no locks', () => Object.defineProperty(navigator, 'locks', { value: undefined })],
    ['no beacon', () => void (navigator.sendBeacon = () => false)],
    ['no AbortSignal.timeout', () => Object.defineProperty(AbortSignal, 'timeout', { value: undefined })],
  ]
  test.each(hostile)('%s', async (_, spoil) => {
    await context.addInitScript(spoil)
    collector.fault = ({ answer }) => answer(503)
    const page = await openPage('/a')
    await push(page, '/b')
    await expect.poll(() => collector.requests.length).toBeGreaterThan(1)
    collector.fault = undefined
    await expect.poll(() => storedPaths().sort(), { timeout: 15_000 }).toEqual(['/a', '/b'])
    await expectSameIds()
    expect(observed.errors).toEqual([])
  })

  test('edge 39, 40: a patched fetch that throws at once', async () => {
    await context.addInitScript(() => {
      const { fetch } = window
      let calls = 0
      window.fetch = (...args) => {
        if (calls++ < 2) throw new Error('patched')
        return fetch(...args)
      }
    })
    const page = await openPage('/a')
    await expectAllStored(page, 1)
  })

  test('edge 23: in a sandboxed frame, whose origin is opaque', async () => {
    head = ''
    const page = await openPage('/host')
    head = '<script defer src="/t.js"></script>'
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.sandbox.add('allow-scripts')
      frame.src = '/framed'
      document.body.append(frame)
    })
    await expect.poll(() => storedPaths()).toEqual(['/framed'])
    expect(observed.errors).toEqual([])
  })

  test('nothing in the console', async () => {
    const messages: string[] = []
    context.on('console', (message) => messages.push(message.text()))
    const page = await openPage('/a')
    await push(page, '/b')
    await expectAllStored(page, 2)
    expect(messages).toEqual([])
  })
})
