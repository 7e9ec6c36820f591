// `npm run screenshots`: takes a picture of every view of the dashboard into docs/images, on made-up traffic and with
// clocks that stand still, so that a picture changes only where the page does. Names of shots take only those.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromiumArgs, launchChromium } from '../test/browsers/chromium.ts'
import { startSeeded, type SeededCollector } from './screenshots/startSeeded.ts'
import { shots, type Shot } from './screenshots/shots.ts'

type Cookie = Parameters<BrowserContext['addCookies']>[0][number]

const timezone = 'Europe/Berlin'
/** A Wednesday afternoon there. */
const now = Date.UTC(2026, 10, 18, 14, 24)
const folder = new URL('../docs/images/', import.meta.url).pathname
const wanted = process.argv.slice(2)

await mkdir(folder, { recursive: true })
const collectors = {
  seeded: await startSeeded({ now, timezone, days: 90 }),
  empty: await startSeeded({ now, timezone, days: 0 }),
}
const cookies = { seeded: await logIn(collectors.seeded), empty: await logIn(collectors.empty) }
// By names of their own, since a picture with a port in it would change each time.
const hosts = { seeded: 'stats.example', empty: 'new.example' }
const rules = Object.entries(hosts).map(([name, host]) => `MAP ${host} ${new URL(collectors[name as keyof typeof hosts].url).host}`)
const browser = await launchChromium({ args: [...chromiumArgs, `--host-resolver-rules=${rules.join(',')}`] })
try {
  for (const shot of shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    await takeShot(browser, shot, shot.of ?? 'seeded')
    console.log(`docs/images/${shot.name}.png`)
  }
} finally {
  await browser.close()
  for (const collector of Object.values(collectors)) await collector.close()
}

async function takeShot(browser: Browser, shot: Shot, of: keyof typeof hosts): Promise<void> {
  const context = await browser.newContext({
    colorScheme: shot.dark ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: timezone,
    viewport: shot.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  })
  if (!shot.stranger) await context.addCookies([{ ...cookies[of], url: `http://${hosts[of]}/` }])
  const page = await context.newPage()
  await page.clock.setFixedTime(now)
  await page.goto(`http://${hosts[of]}/dashboard/${shot.search}`)
  await settle(page)
  await shot.take?.(page)
  const target = shot.part === undefined ? page : page.locator(shot.part)
  await target.screenshot({ path: join(folder, `${shot.name}.png`), animations: 'disabled', caret: 'hide' })
  await context.close()
}

/** The cookie of a log-in by request, once: by a clock that stands still a second dozen of attempts would be too many. */
async function logIn({ url, password }: SeededCollector): Promise<Cookie> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}api/login`, { method: 'POST', headers, body: JSON.stringify({ password }) })
  const [name = '', value = ''] = response.headers.getSetCookie()[0]!.split(';')[0]!.split('=')
  return { name, value }
}

/** What is asked for has come, and is drawn. */
async function settle(page: Page): Promise<void> {
  await page.locator('.page, .gate').waitFor()
  await page.waitForFunction(() => document.querySelector('.is-pending, .is-stale') === null)
  await page.waitForTimeout(600)
}
