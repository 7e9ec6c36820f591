import type { StoredHit } from '@treadlight/store'
import { createStore, openStorage } from '@treadlight/store'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort, logIn, startCollector, type CollectorProcess, type StatsAnswer } from '../process/collectorProcess.ts'
import { launchChromium } from './chromium.ts'
import { observe, push, type Observed } from './pages.ts'
import { startSite, type Site } from './site.ts'

// Real Chromium, the built tracker, the built collector as a process of its own, real files. What the page made
// has to be what the files hold, each once.

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

let data: string
let port: number
let collector: CollectorProcess
let query: (query: object) => Promise<StatsAnswer>
let site: Site
let context: BrowserContext
let observed: Observed

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'treadlight-browser-'))
  port = await freePort()
  collector = await startCollector({ data, port })
  query = await logIn(collector.url, collector.password!)
  site = await startSite(collector.url)
  context = await browser.newContext()
  observed = await observe(context)
})
afterEach(async () => {
  await context.close()
  site.close()
  await collector.stop('SIGKILL')
  await rm(data, { recursive: true, force: true })
})

async function openPage(path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(site.url + path)
  return page
}

/** A route, and longer than the tracker waits for its title. */
async function visit(page: Page, path: string): Promise<void> {
  await push(page, path)
  await wait(350)
}

/** Waits until the collector counts as many views, then reads them out of its files, in the order in which they were made. */
async function storedAfter(views: number): Promise<StoredHit[]> {
  const counted = async (): Promise<number> => (await query({ metrics: ['pageviews'], date_range: 'all' })).results[0]!.metrics[0]!
  await expect.poll(counted, { timeout: 20_000, interval: 100 }).toBe(views)
  // A hit too many would come late.
  await wait(300)
  expect(await counted()).toBe(views)
  expect(await collector.stop()).toBe(0)
  const store = await createStore(await openStorage({ driver: 'fs', base: data }))
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'default', order: 'oldest' })) hits.push(hit)
  await store.close()
  expect(observed.errors).toEqual([])
  const ids = hits.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  // A page that goes can no longer tell the test what engagement it reports.
  expect(ids).toEqual(expect.arrayContaining([...observed.made]))
  return hits.filter(({ type }) => type === 'pageview')
}

const routes = (hits: readonly StoredHit[]): string[] => hits.map(({ url }) => url.replace(site.url, ''))

test('PV03 a load is a view with URL, title, referrer and time', async () => {
  const page = await context.newPage()
  await page.goto(`${site.url}/?utm_source=News#top`, { referer: 'https://search.example/' })
  const before = Date.now()
  const [hit] = await storedAfter(1)
  expect(hit).toMatchObject({ url: `${site.url}/?utm_source=News#top`, title: '/', referrer: 'https://search.example/', source: 'news', path: '/' })
  expect(Math.abs(hit!.time - before)).toBeLessThan(10_000)
})

test('history and hash routes, queries, anchors and router noise: each navigation once', async () => {
  const page = await openPage('/')
  await visit(page, '/products')
  // Filters are mirrored into the query, and routers call replaceState on every push: no view.
  await visit(page, '/products?page=2')
  await page.evaluate(() => history.replaceState(null, '', location.href))
  await page.evaluate(() => history.replaceState(null, '', '/products?page=2&sort=price'))
  await page.evaluate(() => (location.hash = '#reviews'))
  await page.evaluate(() => (location.hash = '#/details'))
  await wait(350)
  // To #reviews, where the route is left; then to the query and to the plain path, which are the same page.
  await page.goBack()
  await wait(350)
  await page.goBack()
  await page.goBack()
  await wait(350)
  await page.goBack()
  const hits = await storedAfter(5)
  expect(routes(hits)).toEqual([
    '/',
    '/products',
    '/products?page=2&sort=price#/details',
    '/products?page=2&sort=price#reviews',
    '/',
  ])
  expect(hits.slice(0, 2).map(({ title }) => title)).toEqual(['/', '/products'])
  expect(hits[1]?.referrer).toBe(`${site.url}/`)
})

test('reload, a link, back and forward: each load once', async () => {
  const page = await openPage('/first')
  await page.reload()
  await page.click('a')
  await page.waitForURL('**/plain')
  await page.goBack()
  await page.goForward()
  await page.waitForLoadState()
  expect(routes(await storedAfter(5))).toEqual(['/first', '/first', '/plain', '/first', '/plain'])
})

test('a page that is left at once is counted', async () => {
  const page = await context.newPage()
  for (const path of ['/a', '/b', '/c']) await page.goto(site.url + path)
  await page.close()
  expect(routes(await storedAfter(3))).toEqual(['/a', '/b', '/c'])
})

test('the npm way counts the same', async () => {
  site.close()
  site = await startSite(collector.url, 'npm')
  const page = await openPage('/')
  await wait(100)
  await visit(page, '/products')
  await page.reload()
  expect(routes(await storedAfter(3))).toEqual(['/', '/products', '/products'])
})

describe('nothing lost, nothing twice', () => {
  test('offline for three navigations, then online', async () => {
    const page = await openPage('/')
    await context.setOffline(true)
    for (const path of ['/one', '/two', '/three']) await visit(page, path)
    await context.setOffline(false)
    expect(routes(await storedAfter(4))).toEqual(['/', '/one', '/two', '/three'])
  })

  test('offline, tab closed, and delivered by the next visit', async () => {
    const page = await openPage('/')
    await wait(200)
    await context.setOffline(true)
    for (const path of ['/one', '/two']) await visit(page, path)
    await page.close()
    await context.setOffline(false)
    await openPage('/later')
    expect(routes(await storedAfter(4))).toEqual(['/', '/one', '/two', '/later'])
  })

  test('collector killed with SIGKILL and started again while the page sends', async () => {
    const page = await openPage('/')
    let count = 1
    const browsing = (async () => {
      for (; count < 60; count++) {
        await page.evaluate((path) => history.pushState(null, '', path), `/${count}`)
        await wait(25)
      }
    })()
    for (let kill = 0; kill < 3; kill++) {
      await wait(250)
      await collector.stop('SIGKILL')
      await wait(100)
      collector = await startCollector({ data, port })
    }
    await browsing
    const hits = await storedAfter(60)
    expect(routes(hits)).toEqual(['/', ...Array.from({ length: 59 }, (_, index) => `/${index + 1}`)])
  })

  test('two tabs at once, offline and back', async () => {
    const tabs = await Promise.all([openPage('/left'), openPage('/right')])
    await context.setOffline(true)
    for (let step = 1; step <= 5; step++) {
      await Promise.all(tabs.map((tab, index) => tab.evaluate((path) => history.pushState(null, '', path), `/${index}/${step}`)))
      await wait(350)
    }
    await context.setOffline(false)
    await Promise.all(tabs.map((tab) => tab.evaluate(() => history.pushState(null, '', '/end'))))
    const hits = await storedAfter(14)
    expect(new Set(routes(hits)).size).toBe(13)
  })

  test('an answer that never comes back is a retry that meets its twin', async () => {
    let lost = 0
    await context.route(`${collector.url}/hit`, async (route) => {
      if (lost++ > 1) return route.continue()
      // The collector gets it, the page hears nothing.
      await route.fetch()
      return route.abort('connectionreset')
    })
    const page = await openPage('/')
    await visit(page, '/next')
    // The files have both by the first tries; the page learns it by another.
    await expect.poll(() => lost, { timeout: 20_000 }).toBeGreaterThan(2)
    expect(routes(await storedAfter(2))).toEqual(['/', '/next'])
  })
})

test('a hit is on the dashboard within a second of its answer', async () => {
  const dashboard = await context.newPage()
  await dashboard.goto(`${collector.url}/dashboard/`)
  await dashboard.getByLabel(/password/i).fill(collector.password!)
  await dashboard.keyboard.press('Enter')
  await dashboard.getByText(/waiting for the first hit/i).waitFor()
  const delays: number[] = []
  for (const path of ['/one', '/two', '/three']) {
    const answered = context.waitForEvent('response', (response) => response.url().endsWith('/hit') && response.status() === 201)
    await Promise.all([answered, openPage(path)])
    const started = Date.now()
    await dashboard.getByText(path, { exact: true }).first().waitFor()
    delays.push(Date.now() - started)
  }
  // The middle one: a busy machine may hold up any single one.
  expect(delays.toSorted((a, b) => a - b)[1]).toBeLessThan(1000)
  await storedAfter(3)
})
