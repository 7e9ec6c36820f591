import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startSeeded, type SeededCollector } from '../scripts/screenshots/startSeeded.ts'
import { launchChromium } from '../test/browsers/chromium.ts'
import type { BenchOptions, Figure } from './run.ts'

/** What stands between the page and the collector, and how slow the machine is made. */
interface Conditions {
  name: string
  viewport: { width: number; height: number }
  /** Times. */
  cpuSlowdown: number
  /** Added to every request, ms. */
  latency: number
  /** Bits a second. */
  throughput: number
}

/** "A phone" is Chromium's own "Fast 4G" (60 ms and 9 Mbit/s, by its factors 2.75 and 0.9 for requests) and Lighthouse's slow-down of four. */
const conditions: readonly Conditions[] = [
  { name: 'desktop', viewport: { width: 1280, height: 900 }, cpuSlowdown: 1, latency: 0, throughput: -1 },
  { name: 'phone', viewport: { width: 390, height: 844 }, cpuSlowdown: 4, latency: 60 * 2.75, throughput: 9_000_000 * 0.9 },
]

const days = 30
/** One for each question of a view that begins with nothing in the browser's cache. */
const moments = {
  'the headline’s numbers': () => document.querySelector('.number-value:not(.is-pending)') !== null,
  'every panel': () => document.querySelectorAll('.panel').length > 3 && document.querySelector('.is-pending') === null,
} as const

/** How long the dashboard takes to show its numbers, from the address to the last panel, logged in, with an empty cache. */
export async function dashboard({ rounds, log }: BenchOptions): Promise<Figure[]> {
  const collector = await startSeeded({ now: Date.now(), timezone: 'UTC', days })
  const browser = await launchChromium()
  try {
    const cookie = await logIn(collector)
    const times = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++) {
      for (const each of conditions) {
        for (const [moment, time] of await openOnce(browser, collector, cookie, each)) {
          const name = `${each.name}: ${moment}`
          times.set(name, [...(times.get(name) ?? []), time])
        }
      }
    }
    const figures: Figure[] = []
    for (const [name, all] of times) {
      const sorted = all.toSorted((a, b) => a - b)
      log(`${name}: ${sorted.map(Math.round).join(' ')} ms`)
      const figure: Figure = { name: `${name}, median`, value: sorted[sorted.length >> 1]!, unit: 'ms', better: 'lower' }
      figures.push(name === 'phone: the headline’s numbers' ? { ...figure, goal: 1000 } : figure)
    }
    return figures
  } finally {
    await browser.close()
    await collector.close()
  }
}

type Cookies = Parameters<BrowserContext['addCookies']>[0]

async function openOnce(browser: Browser, { url }: SeededCollector, cookies: Cookies, each: Conditions): Promise<[moment: string, ms: number][]> {
  const context = await browser.newContext({ viewport: each.viewport })
  try {
    await context.addCookies(cookies)
    const page = await context.newPage()
    await slowDown(page, each)
    await page.goto(`${url}dashboard/`, { waitUntil: 'commit' })
    const found: [string, number][] = []
    for (const [moment, isThere] of Object.entries(moments)) {
      await page.waitForFunction(isThere, undefined, { timeout: 60_000 })
      found.push([moment, await page.evaluate(() => performance.now())])
    }
    return found
  } finally {
    await context.close()
  }
}

async function slowDown(page: Page, { cpuSlowdown, latency, throughput }: Conditions): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown })
  await session.send('Network.enable')
  const bytes = throughput < 0 ? -1 : throughput / 8
  await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes })
}

async function logIn({ url, password }: SeededCollector): Promise<Cookies> {
  const response = await fetch(`${url}api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password }) })
  const [name = '', value = ''] = response.headers.getSetCookie()[0]!.split(';')[0]!.split('=')
  return [{ name, value, url, httpOnly: true, sameSite: 'Strict' }]
}
