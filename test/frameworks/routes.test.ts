import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, test, type ExpectStatic } from 'vitest'
import { routerNames, type RouterName } from '../../scripts/frameworks.ts'
import { launchChromium } from '../browsers/chromium.ts'
import { startFrameworkSite, type FrameworkSite, type Host } from './frameworkSite.ts'

// Apps that differ in nothing but their framework, in real Chromium with a real collector: each change of the route is
// one view, whatever the router does to the history meanwhile.

const hosts: Record<RouterName, Host> = {
  'react-router': { files: 'dist', fallback: 'index.html' },
  next: { command: ['node_modules/next/dist/bin/next', 'start'] },
  'vue-router': { files: 'dist', fallback: 'index.html' },
  sveltekit: { command: ['build'] },
  astro: { files: 'dist', redirects: { '/old': '/second' } },
}

/** The npm module is built into an app's second page. */
const npmHosts: Partial<Record<RouterName, Host>> = {
  'react-router': { files: 'dist', fallback: 'npm.html' },
  'vue-router': { files: 'dist', fallback: 'npm.html' },
}

interface Step {
  name: string
  act: (page: Page) => Promise<unknown>
  /** Path and query that it ends at. */
  at: string
  /** Path and title of each view that it makes. */
  views: [path: string, title: string][]
}

interface ExpectedView {
  path: string
  title: string
  referrer: string
}

const click = (text: string) => (page: Page) => page.getByRole('link', { name: text, exact: true }).click()

const steps: Step[] = [
  { name: 'a link', act: click('First'), at: '/first', views: [['/first', 'First']] },
  { name: 'a search that is mirrored into the query', act: search, at: '/first?q=boots', views: [] },
  { name: 'an anchor', act: click('Terms'), at: '/first?q=boots#terms', views: [] },
  { name: 'back from the anchor', act: back, at: '/first?q=boots', views: [] },
  { name: 'a parameter of the path', act: click('Item 1'), at: '/items/1', views: [['/items/1', 'Item 1']] },
  { name: 'another value of it', act: click('Item 2'), at: '/items/2', views: [['/items/2', 'Item 2']] },
  { name: 'the same route again', act: click('Item 2'), at: '/items/2', views: [] },
  { name: 'a redirect', act: click('Old'), at: '/second', views: [['/second', 'Second']] },
  { name: 'a route that replaces', act: (page) => page.getByRole('button').click(), at: '/first', views: [['/first', 'First']] },
  { name: 'back', act: back, at: '/items/2', views: [['/items/2', 'Item 2']] },
  { name: 'forward', act: (page) => go(page, 1), at: '/first', views: [['/first', 'First']] },
  { name: 'two routes in quick succession', act: hurry, at: '/second', views: [['/items/1', 'Item 1'], ['/second', 'Second']] },
  { name: 'a route given up for another', act: giveUp, at: '/first', views: [['/first', 'First']] },
  { name: 'back by two', act: (page) => go(page, -2), at: '/items/1', views: [['/items/1', 'Item 1']] },
]

/** A page whose component replaces it as soon as it is shown. */
const redirectedSteps: Step[] = [
  { name: 'a link', act: click('First'), at: '/first', views: [['/first', 'First']] },
  { name: 'a page that redirects', act: click('Moved'), at: '/second', views: [['/second', 'Second']] },
]

const folders = JSON.parse(process.env['FRAMEWORKS'] ?? '{}') as Partial<Record<RouterName, string>>

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

describe.concurrent.each(routerNames)('%s', (name) => {
  const folder = folders[name]!
  const ways: [way: string, host: Host | undefined, script?: '/t.full.js'][] = [
    ['t.js', hosts[name]],
    ['t.full.js', hosts[name], '/t.full.js'],
    ['npm', npmHosts[name]],
  ]
  for (const [way, host, script] of ways) {
    if (host) test.skipIf(!folder)(`${name}, ${way}`, ({ expect }) => browse(expect, folder, host, steps, script))
  }
  test.skipIf(!folder)(`${name}, a page that redirects`, ({ expect }) => browse(expect, folder, hosts[name], redirectedSteps))
})

/** `expect` is the test's own: several run at a time. */
async function browse(expect: ExpectStatic, folder: string, host: Host, steps: readonly Step[], script?: '/t.full.js'): Promise<void> {
  const site = await startFrameworkSite(folder, host, script)
  const context = await browser.newContext()
  context.setDefaultTimeout(10_000)
  const complaints = watch(context)
  try {
    const page = await context.newPage()
    const outside = 'https://search.example/'
    await page.goto(`${site.url}/`, { referer: outside })
    const expected: ExpectedView[] = [{ path: '/', title: 'Home', referrer: outside }]
    await expectViews(expect, site, expected, 'landing')
    const document = await readDocument(page)
    for (const { name, act, at, views } of steps) {
      await act(page)
      await page.waitForURL(site.url + at)
      for (const [path, title] of views) expected.push({ path, title, referrer: site.url + expected.at(-1)!.path })
      await expectViews(expect, site, expected, name)
      expect(await readDocument(page), `${name} is no load of its own`).toBe(document)
    }
    // A deep link is a page of its own.
    await page.goto(`${site.url}/items/2?utm_source=letter`)
    expected.push({ path: '/items/2?utm_source=letter', title: 'Item 2', referrer: '' })
    await expectViews(expect, site, expected, 'a deep link')
    await click('Home')(page)
    expected.push({ path: '/', title: 'Home', referrer: `${site.url}/items/2?utm_source=letter` })
    await expectViews(expect, site, expected, 'a link after it')
    expect(complaints).toEqual([])
  } finally {
    await context.close()
    await site.close()
  }
}

/** Waits for the last one, and for what should not come after it. */
async function expectViews(expect: ExpectStatic, site: FrameworkSite, expected: ExpectedView[], step: string): Promise<void> {
  const read = async () => (await site.views()).map(({ url, title, referrer }) => ({ path: url.slice(site.url.length), title, referrer }))
  await expect.poll(async () => (await read()).length, { timeout: 10_000, message: step }).toBeGreaterThanOrEqual(expected.length)
  await wait(500)
  expect(await read(), step).toEqual(expected)
}

/** A router that fails loads the page anew, which would be counted just as well. */
function readDocument(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin)
}

/** What a visitor's console would show in red. */
function watch(context: BrowserContext): string[] {
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`)
  })
  return complaints
}

async function search(page: Page): Promise<void> {
  await page.locator('input').pressSequentially('boots', { delay: 20 })
  await page.locator('input').press('Enter')
}

function back(page: Page): Promise<void> {
  return go(page, -1)
}

/** Playwright's `goBack` would wait for a load. */
function go(page: Page, delta: number): Promise<void> {
  return page.evaluate((delta) => history.go(delta), delta)
}

/** The second as soon as the first is there: its view waits for its title to settle. */
function hurry(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const click = (path: string): void => document.querySelector<HTMLElement>(`a[href="${path}"]`)!.click()
    click('/items/1')
    while (location.pathname !== '/items/1' || document.title !== 'Item 1') await new Promise((resolve) => setTimeout(resolve))
    click('/second')
  })
}

/** The second before the router has done anything for the first. */
function giveUp(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const path of ['/items/2', '/first']) document.querySelector<HTMLElement>(`a[href="${path}"]`)!.click()
  })
}
