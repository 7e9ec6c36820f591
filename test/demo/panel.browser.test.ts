import { createReferenceStore, createValues, type StoredHit } from '@treadlight/store'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { fromNodeHandler } from 'h3'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { serve } from 'srvx'
import { createStorage } from 'unstorage'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { clubPath, createClub, type Club } from '../../demo/src/club.ts'
import { addDemoRoutes } from '../../demo/src/demoRoutes.ts'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { launchChromium } from '../browsers/chromium.ts'
import { violationsOfAll } from '../dashboard/axe.ts'

const userSecret = 'what the demo vouches for its visitors with'
let browser: Browser
let page: Page
let store: ReturnType<typeof createReferenceStore>
let url: string
let mishaps: string[]
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  browser = await launchChromium()
  store = createReferenceStore()
  let club: Club
  const collector = createCollector({ store, values: createValues(createStorage()), timezone: 'UTC', userSecrets: [userSecret], settings: { bots: { automation: 'count' } as never } })
  collector.app.all(
    `${clubPath}/**`,
    fromNodeHandler(async (request, response) => {
      const closed = once(response, 'close')
      club.app(request as never, response as never)
      await closed
    }),
  )
  addDemoRoutes(collector.app, userSecret)
  const server = serve({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  url = server.url!.replace(/\/$/, '')
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-panel-'))
  const { token } = await collector.tokens.create('club', ['hits'])
  club = createClub({ collector: url, token, userSecret, folder })
  closing.push(
    () => browser.close(),
    () => club.tracking.close(),
    () => server.close(true),
    () => rm(folder, { recursive: true }),
  )
})
afterAll(async () => {
  for (const close of closing) await close()
})
beforeEach(() => open())
afterEach(async () => {
  await page.context().close()
  expect(mishaps).toEqual([])
})

async function open(options: BrowserContextOptions = {}): Promise<void> {
  await page?.context().close()
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options })
  page = await context.newPage()
  mishaps = []
  page.on('pageerror', (error) => mishaps.push(error.message))
  page.on('console', (message) => /policy|violat/i.test(message.text()) && mishaps.push(message.text()))
}

/** The row of the newest hit of this name. */
const row = (name: string | RegExp) => page.locator('.hit', { has: page.locator('.hit-name', { hasText: name }) }).first()
const stateOf = async (name: string | RegExp): Promise<string> => ((await row(name).getAttribute('class')) ?? '').replace(/.*is-/, '')
const choose = (label: string) => page.locator('.faults label', { hasText: label }).click()
const press = (name: string) => page.locator('.panel').getByRole('button', { name, exact: true }).click()
async function stored(): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'default' })) hits.push(hit)
  return hits
}

test('a hit is seen made, queued, sent and stored, and is stored indeed', async () => {
  await page.goto(`${url}/demo/shop/`)
  await expect.poll(() => stateOf('View')).toBe('stored')
  await row('View').locator('summary').click()
  const way = await row('View').locator('.hit-way').innerText()
  for (const part of ['made by the page', 'in the queue: IndexedDB has it', 'by fetch', '201 in']) expect(way).toContain(part)
  const { id } = JSON.parse(await row('View').locator('pre').innerText()) as { id: string }
  expect((await stored()).some((hit) => hit.id === id)).toBe(true)
})

test.each([
  ['Offline', 'no answer: it is tried again'],
  ['503', 'later, in 3 s'],
  ['Portal', 'without x-hit'],
  ['No answer', 'no answer: it is tried again'],
])('%s: the hit waits in the queue, and counts once when the way is free', async (fault, why) => {
  await page.goto(`${url}/demo/shop/`)
  await expect.poll(() => stateOf('View')).toBe('stored')
  await choose(fault)
  await press('track()')
  await expect.poll(() => row('panel-call').innerText()).toContain(why)
  await page.getByText('1 hit in this browser’s queue').waitFor()
  expect(await stateOf('panel-call')).toBe('queued')
  await choose('Works')
  await expect.poll(() => stateOf('panel-call'), { timeout: 15_000 }).toBe('stored')
  const id = JSON.parse((await row('panel-call').locator('pre').textContent())!).id as string
  expect((await stored()).filter((hit) => hit.id === id)).toHaveLength(1)
})

test('what was not sent as a page was left is sent by the next one', async () => {
  await page.goto(`${url}/demo/shop/`)
  await expect.poll(() => stateOf('View')).toBe('stored')
  await choose('Offline')
  await press('track()')
  await expect.poll(() => row('panel-call').innerText()).toContain('no answer')
  await page.goto(`${url}/demo/notes/`)
  await choose('Works')
  await expect.poll(() => stateOf('panel-call'), { timeout: 15_000 }).toBe('stored')
})

test('beforeSend drops, consent holds back, a log-in names, an opt-out stays', async () => {
  await page.goto(`${url}/demo/shop/`)
  await expect.poll(() => stateOf('View')).toBe('stored')
  await press('Drop events')
  await press('data-track')
  await expect.poll(() => stateOf('panel-button')).toBe('dropped')
  await press('Let events through')
  await press('Deny')
  await press('track()')
  await press('Allow')
  await press('As Anna')
  await expect.poll(() => stateOf('log-in')).toBe('stored')
  expect(await page.locator('.hit', { hasText: 'panel-call' }).count()).toBe(0)
  expect((await stored()).find(({ name }) => name === 'log-in')!.user).toBe('demo-anna')
  await press('optOut()')
  await page.getByText('You have opted out').waitFor()
  await press('Undo the opt-out')
  await page.getByRole('button', { name: 'optOut()' }).waitFor()
  const before = await page.locator('.hit').count()
  await press('Privacy Control on')
  await page.getByText('This tab asks by Global Privacy Control').waitFor()
  await page.locator('.panel').getByRole('link', { name: 'Boots' }).click()
  expect(await page.locator('.hit').count()).toBeLessThanOrEqual(before + 1)
})

test('hits that the server made are seen too, and are said to be', async () => {
  await page.goto(`${url}${clubPath}/`)
  await page.getByRole('button', { name: 'Join the club' }).click()
  await expect.poll(async () => (await row('join').count()) > 0 && stateOf('join'), { timeout: 15_000 }).toBe('stored')
  expect(await row('join').innerText()).toContain('made by the server')
})

test('what visitors send is text', async () => {
  await page.goto(`${url}/demo/shop/#/${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
  await page.evaluate(() => (globalThis as never as { treadlight: { track(name: string, props: object): void } }).treadlight.track('<b>bold</b>', { '<i>': '<script>alert(1)</script>' }))
  await expect.poll(() => row('<b>bold</b>').count()).toBe(1)
  expect(await page.locator('.panel b, .panel i, .panel img, .panel script').count()).toBe(0)
})

test('on a phone it is a sheet that is closed until it is asked for, by the keyboard too; axe finds nothing in it', async () => {
  await open({ viewport: { width: 360, height: 740 } })
  await page.goto(`${url}/demo/shop/`)
  await page.locator('.panel').waitFor()
  expect(await page.locator('.panel-body').isVisible()).toBe(false)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await page.getByRole('button', { name: 'Show' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.tries > summary').press('Enter')
  await expect.poll(() => stateOf('View')).toBe('stored')
  await row('View').locator('summary').press('Enter')
  expect(await violationsOfAll(page)).toEqual([])
}, 60_000)
