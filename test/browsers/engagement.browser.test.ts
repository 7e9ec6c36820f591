import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchVisited, type VisitedBrowser } from './launchVisited.ts'
import { setStage, tagOf } from './stage.ts'

// Time on page and scroll depth as a visitor makes them: tabs of this browser are hidden when others come to the front.

const stage = setStage()
let visited: VisitedBrowser
beforeAll(async () => {
  visited = await launchVisited()
})
afterAll(() => visited.close())

/** The reports of a path's last view, oldest first. */
function reports(path: string): { engaged: number; scroll: number }[] {
  const view = stage.hits('pageview').findLast(({ url }) => url === stage.collector.url + path)
  return stage.hits('engagement').filter((hit) => view && hit.view === view.id).map(({ engaged, scroll }) => ({ engaged: engaged!, scroll: scroll! }))
}

/** Opens a tab at the front, as a click of the visitor's does. */
async function openTab(path: string): Promise<Page> {
  const page = await visited.context.newPage()
  await page.bringToFront()
  await page.goto(stage.collector.url + path)
  await expect.poll(() => page.evaluate(() => document.visibilityState + document.hasFocus()), { timeout: 10_000 }).toBe('visibletrue')
  return page
}

async function hide(page: Page): Promise<Page> {
  const other = await visited.context.newPage()
  await other.bringToFront()
  await expect.poll(() => page.evaluate(() => document.hidden), { timeout: 10_000 }).toBe(true)
  return other
}

test('edge 2, 17: time grows while the tab is seen and stands while it is hidden', async () => {
  const page = await openTab('/a')
  await wait(1000)
  const other = await hide(page)
  await expect.poll(() => reports('/a').length, { timeout: 10_000 }).toBe(1)
  const seen = reports('/a')[0]!.engaged
  expect(seen).toBeGreaterThan(900)
  await wait(2000)
  await other.close()
  await page.bringToFront()
  await expect.poll(() => page.evaluate(() => document.visibilityState + document.hasFocus()), { timeout: 10_000 }).toBe('visibletrue')
  const shownAt = Date.now()
  await wait(1200)
  await page.evaluate(() => history.pushState(null, '', '/b'))
  const shownFor = Date.now() - shownAt
  await expect.poll(() => reports('/a').length, { timeout: 10_000 }).toBe(2)
  // A running total, without the two seconds in the background.
  expect(reports('/a')[1]!.engaged).toBeGreaterThanOrEqual(seen)
  expect(reports('/a')[1]!.engaged).toBeLessThan(seen + 1500 + shownFor)
  await page.close()
})

test('edge 17: a tab that nobody has seen is no view until it is', async () => {
  const front = await openTab('/front')
  await expect.poll(() => stage.hits('pageview').length, { timeout: 10_000 }).toBe(1)
  const [tab] = await Promise.all([
    visited.context.waitForEvent('page'),
    front.evaluate(() => {
      document.body.innerHTML = '<a href="/behind" target="_blank">behind</a>'
    }).then(() => front.click('a', { modifiers: ['Control'] })),
  ])
  await tab.waitForLoadState()
  expect(await tab.evaluate(() => document.hidden)).toBe(true)
  await wait(700)
  expect(stage.hits('pageview')).toHaveLength(1)
  await tab.bringToFront()
  await expect.poll(() => stage.hits('pageview').map(({ title }) => title), { timeout: 10_000 }).toEqual(['/front', '/behind'])
  await Promise.all([tab.close(), front.close()])
})

test('data-heartbeat: a report each second while the page is seen, each a greater total', async () => {
  stage.head = tagOf('t', 'data-heartbeat="1"')
  const page = await openTab('/a')
  await expect.poll(() => reports('/a').length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3)
  const other = await hide(page)
  await wait(500)
  const count = reports('/a').length
  await wait(2500)
  // Hidden, it has nothing new to say.
  expect(reports('/a')).toHaveLength(count)
  const totals = reports('/a').map(({ engaged }) => engaged)
  expect(totals).toEqual([...new Set(totals)].sort((a, b) => a - b))
  expect(totals.at(-1)).toBeGreaterThan(2500)
  await Promise.all([other.close(), page.close()])
})

test('without data-heartbeat there is none within the first seconds', async () => {
  const page = await openTab('/a')
  await wait(2500)
  expect(reports('/a')).toEqual([])
  await page.close()
})

test('the deepest point of each view, in per cent of the page', async () => {
  stage.body = '<div style="height: 5000px"></div>'
  const page = await openTab('/a')
  const depth = await page.evaluate(() => {
    scrollTo(0, 2000)
    return ((2000 + innerHeight) / document.documentElement.scrollHeight) * 100
  })
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  await page.evaluate(() => scrollTo(0, 0))
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  await wait(1200)
  await page.evaluate(() => history.pushState(null, '', '/b'))
  await expect.poll(() => reports('/a').at(-1)?.scroll, { timeout: 10_000 }).toBeCloseTo(depth, 3)
  // The next begins where it is, also for who does nothing but go back.
  const top = await page.evaluate(() => (innerHeight / document.documentElement.scrollHeight) * 100)
  await wait(1200)
  await page.evaluate(() => history.back())
  await expect.poll(() => reports('/b').at(-1)?.scroll, { timeout: 10_000 }).toBeCloseTo(top, 3)
  await page.close()
})
