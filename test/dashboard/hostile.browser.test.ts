import { createId } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultView, writeView, type View } from '../../packages/dashboard/src/view.ts'
import { shots } from '../../scripts/screenshots/shots.ts'
import { setDashboardStage, type Page } from './stage.ts'

// Inputs 7, 10 and 11 of docs/inputs.md. The stage fails a test for each violation of the page's policy, each error and each
// request to elsewhere.
const stage = setDashboardStage()

/** What strangers try. `fired` is called by any of them that runs. */
const payloads = [
  '<img src=x onerror="fired()">',
  '"><script>fired()</script>',
  "'-fired()-'",
  'javascript:fired()',
  'data:text/html,<script>fired()</script>',
  '//evil.example/x.js',
  'http://evil.example/\u202egpj.exe',
  '\u202e\u2066reversed',
  '__proto__',
  'constructor',
  'toString',
  '{{7*7}}${7*7}',
  '</title></textarea><svg/onload=fired()>',
  'a,b,is,visit:source,x',
  '%3Cimg src=x onerror=fired()%3E',
  '\u0000\u0007\u001b[31m',
  `${'🦠'.repeat(60)}`,
]

let fired: string[]
beforeEach(async () => {
  fired = []
  await stage.page.exposeFunction('fired', () => fired.push('ran'))
  stage.page.on('dialog', (dialog) => {
    fired.push(dialog.message())
    void dialog.dismiss()
  })
})
afterEach(async () => {
  expect(await stage.page.evaluate(() => [({} as { polluted?: unknown }).polluted, ([] as { polluted?: unknown }).polluted])).toEqual([undefined, undefined])
  expect(fired).toEqual([])
})

/** Every text of a hit that a visitor's browser or server has a say in is the payload, as a store that was handed it would keep it. */
function hostileHit(payload: string, type: StoredHit['type']): StoredHit {
  const time = Date.now() - 60_000
  const id = createId(time)
  const day = new Date(time).toISOString().slice(0, 10)
  const where = { url: payload, title: payload, referrer: payload, hostname: payload, path: payload, referrerHost: payload }
  const from = { source: payload, medium: payload, campaign: payload, term: payload, content: payload, channel: payload, clickIds: { gclid: payload } }
  const who = { visitor: payload, session: payload, user: payload, language: payload, timezone: payload, screen: payload }
  const device = { browser: payload, browserVersion: payload, os: payload, osVersion: payload, device: payload as NonNullable<StoredHit['device']> }
  const place = { country: payload, region: payload, city: payload }
  const props = Object.fromEntries([[payload, payload], ['plan', payload], ['{"polluted":1}', '__proto__']])
  const event = type === 'event' && { name: payload, props, interactive: true }
  return { site: 'default', id, origin: 'browser', type, day, time, received: time, view: id, ...where, ...from, ...who, ...device, ...place, ...event }
}

async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.page') !== null && document.querySelector('.is-pending, .is-stale') === null)
}

/** Whatever runs, or leads anywhere, would be one of these. */
async function expectInert(page: Page): Promise<void> {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body script, img, iframe, object, embed, a')]
      .filter((element) => !(element instanceof HTMLAnchorElement) || !/^https?:$/.test(element.protocol) || (element.target === '_blank' && !/noopener.*nofollow/.test(element.rel)))
      .map(({ outerHTML }) => outerHTML),
  )
  expect(found).toEqual([])
  const handlers = await page.evaluate(() => [...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith('on')).length)
  expect(handlers).toBe(0)
}

const tabs: View['tabs'][] = [
  { pages: 'visit:entry_page', sources: 'visit:channel', places: 'visit:country', devices: 'visit:os', events: 'event:name' },
  { pages: 'visit:exit_page', sources: 'visit:referrer', places: 'visit:region', devices: 'visit:device', events: 'props' },
  { sources: 'visit:utm_campaign', places: 'visit:city', devices: 'visit:screen_class', events: 'event:props:plan' },
  { sources: 'visit:utm_term', places: 'visit:language', events: 'event:props:__proto__' },
]
const views = [
  ...shots.filter(({ stranger, of, dark, phone, take }) => !stranger && !of && !dark && !phone && !take).map(({ name, search }) => [name, search] as const),
  ...tabs.map((tabs, index) => [`tabs ${index}`, writeView({ ...defaultView, tabs })] as const),
  ...(['visit:source', 'visit:country', 'event:name', 'event:props:plan'] as const).map((detail) => [detail, writeView({ ...defaultView, detail })] as const),
]

describe('inputs 7, 10 and 11: what visitors send is text', () => {
  test('in every view and dialog', async () => {
    await stage.append(payloads.flatMap((payload) => [hostileHit(payload, 'pageview'), hostileHit(payload, 'event')]))
    const page = await stage.open()
    for (const [name, search] of views) {
      await page.goto(`${stage.url}dashboard/${search}`)
      await settle(page)
      await expectInert(page)
      expect(await page.locator('.page').count(), name).toBe(1)
    }
    // They were there to be seen.
    expect(await stage.page.locator('body').innerText()).toContain('<img src=x')
  }, 120_000)

  test('among the hits, in each of them, and among recent visits; what is followed is theirs', async () => {
    // Without control characters, which an address does not carry.
    const told = payloads.filter((payload) => !payload.includes('\u0000'))
    await stage.append(told.flatMap((payload) => [hostileHit(payload, 'pageview'), hostileHit(payload, 'event')]))
    const page = await stage.open('?page=hits&size=100')
    const opener = page.locator('.hit-url a')
    await opener.first().waitFor()
    expect(await opener.count()).toBe(2 * told.length)
    await expectInert(page)
    for (const index of told.keys()) {
      await opener.nth(2 * index).click()
      await page.locator('.hit-fields').waitFor()
      await expectInert(page)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    for (const [search, links] of [['?page=hits&size=100', '.data .cell-link:not(.is-strong)'], ['?page=visits', '.data .cell-link']] as const) {
      await page.goto(`${stage.url}dashboard/${search}`)
      await page.locator(links).first().waitFor()
      await expectInert(page)
      for (let index = 0; index < (await page.locator(links).count()); index += 7) {
        await page.locator(links).nth(index).click()
        await page.locator('.chips .chip, [aria-label="Source"]').first().waitFor()
        await settle(page)
        await expectInert(page)
        expect(await page.locator('.data tbody tr').count()).toBeGreaterThan(0)
        await page.goBack()
        await page.locator(links).first().waitFor()
        await settle(page)
      }
    }
  }, 120_000)

  test('under the pointer, in the menu of a filter, and filtered by', async () => {
    await stage.append(payloads.map((payload) => hostileHit(payload, 'pageview')))
    const page = await stage.open()
    await settle(page)
    const rows = page.locator('section[aria-label="Top pages"] .row-name')
    for (let index = 0; index < Math.min(6, await rows.count()); index++) {
      await rows.nth(index).hover()
      await rows.nth(index).click()
      await settle(page)
      await expectInert(page)
      await page.goBack()
      await settle(page)
    }
    await page.locator('.trend, canvas').first().hover()
    await expectInert(page)
  }, 60_000)
})

describe('input 11: the address of the page is text', () => {
  const names = ['site', 'period', 'metric', 'page', 'compare', 'interval', 'chart', 'detail', 'f', 'pages', 'sources', 'places', 'devices', 'events', '__proto__', 'days']
  test('every parameter', async () => {
    await stage.append([hostileHit('plain', 'pageview')])
    const page = await stage.open()
    for (const payload of payloads) {
      const parameters = new URLSearchParams(names.map((name) => [name, payload]))
      parameters.append('f', `is,visit:source,${payload}`)
      parameters.append('f', `is,event:props:${payload},${payload}`)
      parameters.append('f', `contains,${payload},x`)
      await page.goto(`${stage.url}dashboard/?${parameters}`)
      await settle(page)
      await expectInert(page)
      expect(fired, payload).toEqual([])
    }
  }, 60_000)

  test.each(['hits', 'visits'])('every parameter of the page %s', async (name) => {
    await stage.append([hostileHit('plain', 'pageview')])
    const page = await stage.open()
    for (const payload of payloads) {
      const own = ['q', 'order', 'n', 'size', 'id', 'known', 'type', 'source', 'medium', 'user', 'session', 'username', 'session_key', 'ipaddress', 'path', 'constructor']
      await page.goto(`${stage.url}dashboard/?${new URLSearchParams([['page', name], ...own.map((each) => [each, payload])])}`)
      await page.locator('.listing-rows:not(.is-pending), .listing .notice').first().waitFor()
      await settle(page)
      await expectInert(page)
    }
  }, 60_000)

  test('the path and the fragment', async () => {
    const page = await stage.open()
    for (const payload of payloads.slice(0, 3)) {
      await page.goto(`${stage.url}dashboard/?period=7d#${payload}`)
      await page.locator('.page').waitFor()
      await expectInert(page)
      const response = await page.goto(`${stage.url}dashboard/${encodeURIComponent(payload)}`)
      expect([response!.status(), response!.headers()['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
    }
  })
})

describe('behind the log-out', () => {
  test('nothing of the numbers is left, and the way back brings none', async () => {
    await stage.append([hostileHit('/secret-page', 'pageview')])
    const page = await stage.open()
    await page.getByText('/secret-page').first().waitFor()
    await page.locator('.row-name', { hasText: '/secret-page' }).first().click()
    await settle(page)
    await page.locator('.header button').last().click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByLabel('Password').waitFor()
    expect(await page.content()).not.toContain('secret-page')
    for (const move of [() => page.goBack(), () => page.goForward(), () => page.reload()]) {
      await move()
      await page.getByLabel('Password').waitFor()
      expect(await page.locator('body').innerText()).not.toContain('secret-page')
    }
  })

  test('no browser storage keeps anything', async () => {
    await stage.append([hostileHit('/secret-page', 'pageview')])
    const page = await stage.open()
    await page.getByText('/secret-page').first().waitFor()
    expect(await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length])).toEqual([0, 0, 0, 0])
  })

  test('each route answers 401 to a browser without a log-in', async () => {
    await stage.page.goto(`${stage.url}dashboard/`)
    for (const path of ['sites', 'session', 'drops', 'own-visits', 'goals?site_id=default', 'realtime?site_id=default', 'exports']) {
      const status = await stage.page.evaluate(async (url) => (await fetch(url)).status, `${stage.url}api/${path}`)
      expect(status, path).toBe(401)
    }
  })
})
