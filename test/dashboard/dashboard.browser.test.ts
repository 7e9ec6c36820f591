import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../browsers/chromium.ts'
import { type FakeCollector, password, startFakeCollector, type Visit } from './fakeCollector.ts'

const attack = '<img src=x onerror="window.pwned=1">'
const today = new Date().toISOString().slice(0, 10)

let browser: Browser
let collector: FakeCollector
let page: Page
/** Everything that must not happen: uncaught errors, CSP violations, requests to elsewhere. */
let mishaps: string[]

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

beforeEach(async () => {
  mishaps = []
  collector = await startFakeCollector(today)
  collector.visits = [
    visit('ada', ['/', '/pricing'], { source: 'Google', referrer: 'https://google.com/' }),
    visit('ben', ['/pricing'], { source: 'Google', referrer: 'javascript:alert(1)' }),
    visit('cyd', ['/docs'], {}),
    visit('dan', [`/${attack}`], { source: attack, referrer: attack, campaign: attack, medium: attack }),
  ]
  page = await openPage()
})
afterEach(async () => {
  await page.context().close()
  await collector.close()
  expect(mishaps).toEqual([])
})

test('a wrong password says so, the right one opens what the address asked for', async () => {
  await page.goto(`${collector.url}dashboard/?period=7d&metric=visits`)
  await page.getByText('The first start of the collector printed it').waitFor()
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('Wrong password').waitFor()
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await rows('Top pages').first().waitFor()
  expect(await page.getByLabel('Period').inputValue()).toBe('7d')
  expect(await number('Visits').getAttribute('aria-pressed')).toBe('true')
})

test('an expired log-in asks for the password and keeps the view', async () => {
  await logIn('?period=day')
  await rows('Top pages').first().waitFor()
  collector.expire()
  await page.getByLabel('Password').waitFor()
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await rows('Top pages').first().waitFor()
  expect(await page.getByLabel('Period').inputValue()).toBe('day')
})

test('logging out asks for the password', async () => {
  await logIn()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Password').waitFor()
})

test('the first run shows the tag and turns into the page by itself', async () => {
  collector.visits = []
  await logIn()
  await page.getByText(`<script defer src="${collector.url}t.js" data-ignore=""></script>`).waitFor()
  await page.getByText('Waiting for the first hit…').waitFor()
  collector.visits = [visit('eve', ['/hello'], {})]
  await rows('Top pages').getByText('/hello').waitFor()
})

test('a hit is on the page within a second, and nothing else is lost meanwhile', async () => {
  await logIn()
  await rows('Top pages').first().waitFor()
  await row('Top pages', '/docs').focus()
  const delays: number[] = []
  for (const visitors of ['5', '6', '7']) {
    const started = Date.now()
    collector.visits = [...collector.visits, visit(`visitor ${visitors}`, ['/new'], {})]
    await number('Visitors').getByText(visitors, { exact: true }).waitFor()
    delays.push(Date.now() - started)
  }
  // The middle one: a busy machine may hold up any single one.
  expect(delays.toSorted((a, b) => a - b)[1]).toBeLessThan(1000)
  await row('Top pages', '/new').waitFor()
  expect(await row('Top pages', '/docs').evaluate((element) => element === document.activeElement)).toBe(true)
})

test('a click on a row filters everything, a second one narrows, back returns', async () => {
  await logIn()
  await row('Sources', 'Google').click()
  await number('Visitors').getByText('2', { exact: true }).waitFor()
  expect(new URL(page.url()).search).toBe('?f=is,visit:source,Google')

  await row('Top pages', '/').click()
  await number('Visitors').getByText('1', { exact: true }).waitFor()
  expect(await page.getByRole('list', { name: 'Filters' }).innerText()).toContain('Page is /')

  await page.goBack()
  await number('Visitors').getByText('2', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove filter: Source' }).click()
  await number('Visitors').getByText('4', { exact: true }).waitFor()
})

test('visitors without a source are filtered by their name', async () => {
  await logIn()
  await row('Sources', 'Direct / None').click()
  await number('Visitors').getByText('1', { exact: true }).waitFor()
  await row('Top pages', '/docs').waitFor()
})

test('a period without hits says so', async () => {
  await logIn('?period=2020-01-01,2020-01-31')
  await page.getByText('No data for this period').first().waitFor()
  expect(await page.getByText('No data for this period').count()).toBe(3)
})

test('the whole list opens page by page and is left by its keys', async () => {
  collector.visits = Array.from({ length: 120 }, (_, index) => visit(`v${index}`, [`/page-${index}`], {}))
  await logIn()
  await page.getByRole('button', { name: 'More: Pages' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pages' })
  await dialog.getByText('1–50 of 120').waitFor()
  await dialog.getByRole('button', { name: 'Next' }).click()
  await dialog.getByText('51–100 of 120').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('trouble keeps the numbers, says so and heals', async () => {
  await logIn()
  await rows('Top pages').first().waitFor()
  collector.broken = { status: 503, error: 'The store is away' }
  await page.getByText('offline, retrying').waitFor()
  expect(await rows('Top pages').count()).toBe(4)
  collector.broken = undefined
  await page.getByText('4 people now').waitFor()
})

test('a hidden page asks for nothing', async () => {
  await logIn()
  await rows('Top pages').first().waitFor()
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await page.waitForTimeout(200)
  const before = collector.calls.length
  await page.waitForTimeout(2000)
  expect(collector.calls.length).toBe(before)
})

test('row 11: what visitors sent is text and nothing else', async () => {
  await logIn(`?f=${encodeURIComponent(`is,visit:source,${attack}`)}&period=${encodeURIComponent(attack)}`)
  await row('Top pages', `/${attack}`).waitFor()
  for (const tab of ['Referrers', 'Campaigns', 'Mediums']) {
    await page.getByRole('button', { name: tab }).click()
    await row('Sources', attack).waitFor()
  }
  expect(await page.evaluate(() => [document.images.length, 'pwned' in window])).toEqual([0, false])
})

test('row 10: only web addresses are linked, and they learn nothing', async () => {
  await logIn('?sources=visit:referrer')
  await row('Sources', 'javascript:alert(1)').waitFor()
  const links = page.getByRole('region', { name: 'Sources' }).getByRole('link')
  expect(await links.count()).toBe(1)
  expect(await links.first().getAttribute('href')).toBe('https://google.com/')
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer nofollow')
})

test.each(['day', '7d', '30d', '91d', '12mo'])('the page ends where its content ends, also with the hidden table of %s', async (period) => {
  await logIn(`?period=${period}`)
  await rows('Top pages').first().waitFor()
  const [height, end] = await page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector('footer')!.getBoundingClientRect().bottom + scrollY])
  expect(height! - Math.max(end!, page.viewportSize()!.height)).toBeLessThan(50)
})

test('the chart is read with arrow keys and as a table', async () => {
  await logIn('?period=day')
  const chart = page.getByRole('group', { name: /^Visitors\. / })
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  expect(await chart.innerText()).toContain('4 visitors')
  expect(await page.getByRole('table', { name: 'Visitors' }).getByRole('row').count()).toBe(25)
})

test('the chart follows the width and the colour scheme', async () => {
  await logIn()
  const canvas = page.locator('.chart canvas')
  await canvas.waitFor()
  const light = await ink(canvas)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(() => ink(canvas)).not.toBe(light)
  await page.setViewportSize({ width: 390, height: 844 })
  await expect.poll(async () => (await canvas.boundingBox())!.width).toBeLessThan(390)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test.each(['light', 'dark'] as const)('text has enough contrast in the %s scheme', async (colorScheme) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await logIn('?f=is,visit:source,Google')
  await rows('Top pages').first().waitFor()
  const contrasts = await page.evaluate(() => {
    const rgb = (name: string): number[] => {
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = `var(${name})`
      const channels = getComputedStyle(probe).color.match(/\d+/g)!.map(Number)
      probe.remove()
      return channels
    }
    // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    const luminance = (name: string): number => {
      const [r, g, b] = rgb(name).map((channel) => {
        const share = channel / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
    }
    const contrast = (text: string, ground: string): number => {
      const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b)
      return (light! + 0.05) / (dark! + 0.05)
    }
    const grounds = ['--ground', '--sheet', '--bar', '--press']
    return ['--ink', '--quiet', '--accent', '--danger']
      .flatMap((text) => grounds.map((ground) => [`${text} on ${ground}`, contrast(text, ground)] as const))
      .concat([['--on-accent on --accent', contrast('--on-accent', '--accent')]])
  })
  expect(contrasts.filter(([, contrast]) => contrast < 4.5)).toEqual([])
})

async function openPage(): Promise<Page> {
  const viewport = { width: 1280, height: 900 }
  const context = await browser.newContext({ colorScheme: 'light', locale: 'en-GB', viewport })
  const opened = await context.newPage()
  opened.setDefaultTimeout(10_000)
  opened.on('pageerror', (error) => mishaps.push(String(error)))
  opened.on('request', (request) => {
    if (!request.url().startsWith(collector.url)) mishaps.push(request.url())
  })
  await opened.exposeFunction('onViolation', (violation: string) => mishaps.push(violation))
  await opened.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { onViolation } = window as unknown as { onViolation: (violation: string) => void }
      onViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)
    })
  })
  return opened
}

async function logIn(search = ''): Promise<void> {
  await page.goto(`${collector.url}dashboard/${search}`)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

function number(metric: string): Locator {
  return page.getByRole('group', { name: 'Metric of the chart' }).getByRole('button', { name: metric })
}

function rows(panel: string): Locator {
  return page.getByRole('region', { name: panel }).locator('tbody tr')
}

function row(panel: string, name: string): Locator {
  return page.getByRole('region', { name: panel }).getByRole('rowheader').getByRole('button', { name, exact: true })
}

function ink(canvas: Locator): Promise<string> {
  return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
}

function visit(visitor: string, pages: string[], from: Partial<Visit>): Visit {
  return { visitor, pages, time: `${today} 00:00`, ...from }
}
