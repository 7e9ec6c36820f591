import type { Hit } from '@treadlight/protocol'
import { script } from '@treadlight/tracker/script'
import { script as fullScript } from '@treadlight/tracker/script-full'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { retimeHit } from '../../packages/collector/src/hit/retimeHit.ts'
import { launchChromium } from './chromium.ts'
import { answerAsStranger, startFaultyCollector, type Fault } from './faultyCollector.ts'
import { push } from './pages.ts'
import { setStage, tagOf, type Tracker } from './stage.ts'

// Real Chromium and the built script against a collector that misbehaves. What the page made has to be what arrived,
// each once after the union by id, and the page must not notice any of it.

const stage = setStage()
const { open } = stage

/** In the order in which they were made. What of engagement there is depends on the time that a test takes. */
const views = () => stage.hits('pageview')
const viewPaths = () => views().map(({ url }) => url.slice(stage.collector.url.length))
const counted = () => stage.hits('pageview', 'event')

/** What the page made is what arrived, and the queue on the device is empty. */
async function expectAllStored(page: Page, count: number): Promise<void> {
  await expect.poll(() => counted().length, { timeout: 15_000 }).toBe(count)
  await expectSameIds()
  await expect.poll(() => countQueued(page), { timeout: 15_000 }).toBe(0)
  expect(stage.observed.errors).toEqual([])
}

/** A page tells its ids and sends them at the same time, so either may be first. */
async function expectSameIds(): Promise<void> {
  await expect.poll(() => [...stage.observed.made].sort()).toEqual([...stage.collector.stored.keys()].sort())
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
    `${stage.collector.url}/hit`,
  )
}

describe('the tag', () => {
  test('PV02, PV03, PV04, edge 6: one tag, one request without preflight to the origin of the script', async () => {
    const page = await open()
    await expectAllStored(page, 1)
    expect(stage.collector.requests).toHaveLength(1)
    expect(stage.collector.requests[0]).toMatchObject({ method: 'POST', contentType: 'text/plain;charset=UTF-8' })
    const [hit] = stage.collector.stored.values()
    expect(hit).toMatchObject({ type: 'pageview', url: `${stage.collector.url}/start`, title: '/start', referrer: '' })
    expect(Math.abs(Date.parse(hit!.timestamp) - Date.now())).toBeLessThan(10_000)
  })

  test('PV04: data-endpoint says otherwise', async () => {
    const other = await startFaultyCollector(() => undefined)
    stage.head = tagOf('t', `data-endpoint="${other.url}/hit"`)
    await stage.context.addCookies([{ name: 'session', value: 'secret', url: other.url }])
    await open()
    await expect.poll(() => other.stored.size).toBe(1)
    // Edge 7: cross-origin, without credentials and without preflight.
    expect(other.requests).toMatchObject([{ method: 'POST', cookie: undefined }])
    expect(stage.collector.requests).toEqual([])
    other.close()
  })

  test.each([
    ['t', 't'],
    ['t', 't.full'],
    ['t.full', 't'],
  ] as const)('edge 14: %s.js and %s.js on one page are one tracker', async (first, second) => {
    stage.head = tagOf(first) + tagOf(second)
    const page = await open()
    await push(page, '/a')
    await page.evaluate(() => (globalThis.treadlight as Tracker).track('once'))
    await expectAllStored(page, 3)
    expect(viewPaths()).toEqual(['/start', '/a'])
  })

  test.each(['t', 't.full'])('PV05, edge 41: without document.currentScript %s.js says so once and stops', async (name) => {
    stage.head = `<script type="module" src="/${name}.js"></script>`
    const page = await open()
    // Longer than a view waits for its title.
    await wait(500)
    expect(stage.printed).toEqual(['error: treadlight: currentScript'])
    expect(await page.evaluate(() => typeof globalThis.treadlight)).toBe('undefined')
    expect(stage.collector.requests).toEqual([])
    expect(stage.observed.errors).toEqual([])
  })

  test('edge 42: calls before the script has loaded are made in their order, once', async () => {
    stage.head = `<script>
        (window.treadlight ||= []).push((t) => t.track('first', { order: 1 }))
        ;(window.treadlight ||= []).push((t) => t.track('second'), (t) => t.nothing(), (t) => t.track('third'))
      </script>${tagOf('t')}`
    const page = await open()
    await page.evaluate(() => (globalThis.treadlight as Tracker).push((tracker) => tracker.track('after')))
    await stage.expectEvents(['first', { order: 1 }], ['second', {}], ['third', {}], ['after', {}])
    await expectAllStored(page, 5)
    // Of the first view, though that waited for its title.
    expect(new Set(stage.hits('event').map(({ view }) => view))).toEqual(new Set([views()[0]!.id]))
  })

  test('hits of one task go in one request', async () => {
    const page = await open()
    await expect.poll(() => counted().length).toBe(1)
    await page.evaluate(() => {
      for (const name of ['a', 'b', 'c']) (globalThis.treadlight as Tracker).track(name)
    })
    await expectAllStored(page, 4)
    expect(stage.collector.requests.map(({ hits }) => hits.length)).toEqual([1, 3])
  })

  test.each([
    ['t.js', script],
    ['t.full.js', fullScript],
  ])('the text for servers without files is that of %s', (name, text) => {
    expect(text).toBe(readFileSync(new URL(`../../packages/tracker/dist/${name}`, import.meta.url), 'utf8'))
  })
})

describe('views', () => {
  test('edge 9, 11, 12, 15: pushes, replaces, back, hash routes and anchors', async () => {
    stage.body = '<a href="#terms">terms</a><p id="terms">'
    const page = await open('/a')
    await push(page, '/b')
    await wait(400)
    await page.evaluate(() => history.replaceState(null, '', '/b?q=mirrored'))
    await page.click('a')
    await page.goBack()
    await page.evaluate(() => (location.hash = '#/route'))
    await wait(400)
    await page.goBack()
    await expectAllStored(page, 4)
    const hits = views()
    expect(viewPaths()).toEqual(['/a', '/b', '/b?q=mirrored#/route', '/b?q=mirrored'])
    expect(hits.map(({ title }) => title)).toEqual(['/a', '/b', '/b', '/b'])
    expect(hits.map(({ referrer }) => referrer.slice(stage.collector.url.length))).toEqual(['', '/a', '/b', '/b?q=mirrored#/route'])
  })

  test('edge 18: back out of the back/forward cache is a new view of the same URL', async () => {
    // Playwright switches the cache off; and its goBack() waits for a load that a restored page does not have.
    const cachingBrowser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    const page = await cachingBrowser.newPage()
    await page.goto(`${stage.collector.url}/a`)
    await expect.poll(() => views().length).toBe(1)
    // Chromium does not cache a page that holds a lock, as ours does for the moment of its flush.
    await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0)
    await expect.poll(() => countQueued(page)).toBe(0)
    await page.goto(`${stage.collector.url}/b`)
    await expect.poll(() => views().length).toBe(2)
    await page.evaluate(() => history.back()).catch(() => {})
    await expect.poll(viewPaths).toEqual(['/a', '/b', '/a'])
    const [first, , restored] = views()
    expect(restored!.id).not.toBe(first!.id)
    // It was not loaded again.
    expect(stage.collector.visited.filter((path) => path === '/a')).toHaveLength(1)
    await cachingBrowser.close()
  })

  test('edge 1, 9: leaving before the title has settled loses no view', async () => {
    const page = await open('/a')
    await expect.poll(() => views().length).toBe(1)
    await page.evaluate(() => {
      history.pushState(null, '', '/b')
      document.title = 'B'
      location.href = '/c'
    })
    await page.waitForURL('**/c')
    // A page that goes can no longer tell the test its ids, so what arrived has to speak for itself.
    await expect.poll(() => views().map(({ title }) => title).sort()).toEqual(['/a', '/c', 'B'])
    await expect.poll(() => countQueued(page)).toBe(0)
    expect(stage.observed.errors).toEqual([])
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
    stage.collector.fault = fault
    const page = await open('/a')
    await push(page, '/b')
    await wait(400)
    await page.evaluate(() => (globalThis.treadlight as Tracker).track('signup', { plan: 'pro' }))
    // Retry-After and up to a second more.
    await expect.poll(() => stage.collector.requests.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2)
    stage.collector.fault = undefined
    await expectAllStored(page, 3)
    const [view, next, event] = counted()
    expect([view!.type, next!.type, event!.type]).toEqual(['pageview', 'pageview', 'event'])
    expect(event!.view).toBe(next!.id)
  })

  test('edge 31: three navigations offline, then online', async () => {
    const page = await open('/a')
    await expect.poll(() => views().length).toBe(1)
    await stage.context.setOffline(true)
    for (const path of ['/b', '/c', '/d']) {
      await push(page, path)
      await wait(350)
    }
    expect(views()).toHaveLength(1)
    await stage.context.setOffline(false)
    await expectAllStored(page, 4)
    expect(viewPaths().sort()).toEqual(['/a', '/b', '/c', '/d'])
  })

  test('edge 2, 4: left while the collector was down, a later visit brings it', async () => {
    stage.collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const page = await open('/a')
    await push(page, '/b')
    await wait(400)
    await page.goto('about:blank')
    await page.close()
    stage.collector.fault = undefined
    const next = await open('/c')
    await expectAllStored(next, 3)
    expect(viewPaths().sort()).toEqual(['/a', '/b', '/c'])
  })

  test('edge 28: four tabs with a common queue send each hit once', async () => {
    stage.collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const pages = await Promise.all(['/a', '/b', '/c', '/d'].map((path) => open(path)))
    for (const page of pages)
      await page.evaluate(() => {
        for (let index = 0; index < 50; index++) (globalThis.treadlight as Tracker).track(`event ${index}`)
      })
    await wait(1500)
    stage.collector.fault = undefined
    await expectAllStored(pages[0]!, 204)
    // What a tab has in memory it sends itself, also if another has read it from the queue meanwhile; each of the four
    // sending all would mean that nobody locks.
    expect(stage.collector.arrivals.length).toBeLessThan(2 * 204)
  })

  test('413: smaller batches', async () => {
    stage.collector.fault = ({ request }) => request.socket.resetAndDestroy()
    const page = await open('/a')
    await page.evaluate(() => {
      for (let index = 0; index < 20; index++) (globalThis.treadlight as Tracker).track(`event ${index}`)
    })
    await wait(500)
    stage.collector.fault = ({ hits, store, answer }) => (hits.length > 4 ? answer(413) : (store(), answer(201)))
    await expectAllStored(page, 21)
  })

  test.each([20, -20])('edge 33: a clock that is %s days off', async (days) => {
    const skew = days * 86_400_000
    const retimed: object[] = []
    // Only this collector's clock is off, which for the page is the same.
    stage.collector.fault = ({ hits, sentAt, store, answer }) => {
      const received = Date.now() + skew
      const isOff = ({ timestamp }: Hit): boolean => Math.abs(Date.parse(timestamp) - received) > 86_400_000
      if (!hits.some(isOff)) return store(), answer(201)
      const moved = hits.filter(isOff).map((hit) => retimeHit(hit, { received, sentAt })!)
      retimed.push(...moved)
      answer(400, {}, { stored: 0, refused: hits.map((_, index) => ({ index, field: 'id', reason: 'clock' })), retimed: moved })
    }
    const page = await open('/a')
    await expect.poll(viewPaths, { timeout: 15_000 }).toEqual(['/a'])
    await push(page, '/b')
    // Timed anew, they may come in any order.
    await expect.poll(() => viewPaths().sort(), { timeout: 15_000 }).toEqual(['/a', '/b'])
    for (const { timestamp } of views()) expect(Math.abs(Date.parse(timestamp) - Date.now() - skew)).toBeLessThan(90_000)
    // As the collector said, and nothing of them stays on the device.
    for (const { id } of stage.hits()) expect((retimed as Hit[]).map((hit) => hit.id)).toContain(id)
    await expect.poll(() => countQueued(page)).toBe(0)
    expect(stage.observed.errors).toEqual([])
  })

  test('edge 5: a page that uses up the keepalive quota', async () => {
    const page = await open('/a')
    await expect.poll(() => views().length).toBe(1)
    stage.collector.fault = ({ hits, store, answer }) => {
      if (hits.length > 0) store()
      setTimeout(() => answer(201), 500)
    }
    await page.evaluate(() => {
      void fetch('/hit', { method: 'POST', keepalive: true, body: JSON.stringify({ hits: [], filler: 'x'.repeat(65_000) }) })
      const tracker = globalThis.treadlight as Tracker
      tracker.track('quota')
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
    await stage.context.addInitScript(spoil)
    stage.collector.fault = ({ answer }) => answer(503)
    const page = await open('/a')
    await push(page, '/b')
    await expect.poll(() => stage.collector.requests.length, { timeout: 15_000 }).toBeGreaterThan(1)
    stage.collector.fault = undefined
    await expect.poll(() => viewPaths().sort(), { timeout: 15_000 }).toEqual(['/a', '/b'])
    await expectSameIds()
    expect(stage.observed.errors).toEqual([])
  })

  test('edge 39, 40: a patched fetch that throws at once', async () => {
    await stage.context.addInitScript(() => {
      const { fetch } = window
      let calls = 0
      window.fetch = (...args) => {
        if (calls++ < 2) throw new Error('patched')
        return fetch(...args)
      }
    })
    const page = await open('/a')
    await expectAllStored(page, 1)
  })

  test('edge 23: in a sandboxed frame, whose origin is opaque', async () => {
    stage.head = ''
    const page = await open('/host')
    // As few reasons to be ignored as there are: an opaque origin is a frame's.
    stage.head = '<script defer src="/t.js" data-ignore=""></script>'
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.sandbox.add('allow-scripts')
      frame.src = '/framed'
      document.body.append(frame)
    })
    await expect.poll(viewPaths).toEqual(['/framed'])
    expect(stage.observed.errors).toEqual([])
    expect(stage.printed).toEqual([])
  })

  test('nothing in the console', async () => {
    const page = await open('/a')
    await push(page, '/b')
    await expectAllStored(page, 2)
    expect(stage.printed).toEqual([])
  })
})
