import { signCard } from '@treadlight/protocol'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasEngine } from '../../scripts/engines.ts'
import { startEngine } from '../browsers/engines/startEngine.ts'
import { makeHit } from '../store/makeHit.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()
const minute = 60_000
const now = Date.now()

/** Somebody's admin page: of another origin, with a policy that allows no style and no script of its own. */
let admin: { url: string; body: string; server: Server }
beforeEach(async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', `default-src 'none'; script-src ${stage.url}; connect-src ${stage.url}; img-src data:; require-trusted-types-for 'script'`)
    response.end(`<!doctype html><html lang="de"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>Admin</title>${admin.body}<script defer src="${stage.url}card.js"></script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  admin = { url: `http://localhost:${(server.address() as AddressInfo).port}/`, body: '', server }
})
afterEach(() => void admin.server.close())

async function seed(): Promise<{ pass: string; token: string; id: string }> {
  const views = Array.from({ length: 60 }, (_, index) =>
    makeHit({ site: 'default', user: '42', time: now - index * minute - 1000, path: `/${index}`, url: `https://shop.example/${index}`, title: `View ${index}` }),
  )
  Object.assign(views[1]!, { title: '<img src=x onerror="document.title=1">', url: 'javascript:document.title=2' })
  Object.assign(views[2]!, { title: '', url: 'https://shop.example/"><b>' })
  Object.assign(views[3]!, { url: 'https://me:secret@evil.example/' })
  await stage.append(views)
  const { token, id } = await stage.collector.tokens.create('admin', ['card'])
  return { token, id, pass: await signCard(token, { user: '42' }) }
}

async function open(body: string): Promise<{ page: Page; mishaps: string[] }> {
  admin.body = body
  const page = await stage.context.newPage()
  const mishaps: string[] = []
  page.on('pageerror', (error) => mishaps.push(String(error)))
  page.on('console', (message) => mishaps.push(message.text()))
  await page.goto(admin.url)
  return { page, mishaps }
}

test('PV29: embedded in a page of another origin, 50 of 60 views, newest first, each with its time, its record and its page', async () => {
  const { pass } = await seed()
  const { page, mishaps } = await open(`<treadlight-user-card user="42" token="${pass}" src="${stage.url}"></treadlight-user-card>`)
  const rows = page.locator('treadlight-user-card li')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(50)
  expect((await rows.locator('[part=title]').allTextContents()).filter((title) => title.startsWith('View'))).toEqual([0, ...Array.from({ length: 47 }, (_, index) => index + 3)].map((index) => `View ${index}`))
  const [time, title] = [rows.nth(5).locator('[part=time]'), rows.nth(5).locator('[part=title]')]
  expect(await time.textContent()).toMatch(/^vor [56] Minuten$/)
  expect(await time.getAttribute('href')).toMatch(new RegExp(`^${stage.url}dashboard/\\?page=hits&site=default&id=[0-9a-f-]{36}$`))
  expect([await title.getAttribute('href'), await title.getAttribute('title')]).toEqual(['https://shop.example/5', 'View 5 (https://shop.example/5)'])
  expect(mishaps).toEqual([])
  await page.close()
})

test('hostile titles and addresses are text: nothing of them runs, and no link leads where it should not', async () => {
  const { pass } = await seed()
  const { page, mishaps } = await open(`<treadlight-user-card token="${pass}" src="${stage.url}"></treadlight-user-card>`)
  const titles = page.locator('treadlight-user-card [part=title]')
  await titles.first().waitFor()
  expect(await titles.nth(1).textContent()).toBe('<img src=x onerror="document.title=1">')
  expect(await titles.nth(2).textContent()).toBe('https://shop.example/"><b>')
  expect(await titles.evaluateAll((elements) => elements.slice(1, 4).map((element) => [element.localName, element.getAttribute('href')]))).toEqual([
    ['span', null],
    ['a', 'https://shop.example/%22%3E%3Cb%3E'],
    ['span', null],
  ])
  await titles.nth(1).click()
  expect([await page.title(), await page.locator('treadlight-user-card img, treadlight-user-card b').count()]).toEqual(['Admin', 0])
  expect(mishaps).toEqual([])
  await page.close()
})

test('several cards on a page: one has views, one none, one a pass that is for another, one a revoked token; each says so in its place', async () => {
  const { pass, token } = await seed()
  const revoked = await stage.collector.tokens.create('old', ['card'])
  await stage.collector.tokens.revoke(revoked.id)
  const card = (attributes: string, words = '') => `<treadlight-user-card src="${stage.url}" ${attributes}>${words}</treadlight-user-card>`
  const { page } = await open(
    card(`token="${pass}"`) + card(`user="nobody" token="${token}"`, '<span slot="empty">Noch nichts</span>') + card(`user="43" token="${pass}"`) + card(`user="42" token="${await signCard(revoked.token, { user: '42' })}"`) + card('user="42"'),
  )
  const cards = page.locator('treadlight-user-card')
  await cards.nth(0).locator('li').first().waitFor()
  await cards.nth(1).getByText('Noch nichts').waitFor()
  for (const index of [2, 3, 4]) await cards.nth(index).getByRole('alert').getByText('its token or pass is wrong, revoked or expired').waitFor()
  // Another user is another question.
  await cards.nth(1).evaluate((element) => element.setAttribute('user', '42'))
  await cards.nth(1).locator('li').first().waitFor()
  expect(await cards.evaluateAll((elements) => elements.filter((element) => element.hasAttribute('aria-busy')).length)).toBe(0)
  await page.close()
})

test('without the collector it says that the views could not be loaded; its look is the page’s, also where that is dark', async () => {
  const { pass } = await seed()
  const { page } = await open(`<treadlight-user-card user="42" token="${pass}" src="${stage.url}nowhere/"></treadlight-user-card><treadlight-user-card user="42" token="${pass}" src="${stage.url}"></treadlight-user-card>`)
  await page.getByText('The views could not be loaded').waitFor()
  const colourOf = () => page.locator('treadlight-user-card li a').first().evaluate((element) => getComputedStyle(element).color)
  await page.locator('treadlight-user-card li').first().waitFor()
  expect(await page.locator('treadlight-user-card ol').evaluate((element) => getComputedStyle(element).listStyleType)).toBe('none')
  expect(await colourOf()).toBe('rgb(0, 0, 0)')
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await colourOf()).toBe('rgb(255, 255, 255)')
  await page.close()
})

test('the dashboard shows the same card of a user, for who is logged in', async () => {
  await seed()
  const page = await stage.open('?page=person&user=42')
  await page.locator('treadlight-user-card li').nth(49).waitFor()
  expect(await page.locator('treadlight-user-card li').count()).toBe(50)
})

for (const name of ['firefox', 'webkit'] as const)
  test.skipIf(!hasEngine(name))(`${name}: the card in a page of another origin`, { timeout: 90_000 }, async () => {
    const { pass } = await seed()
    admin.body = `<treadlight-user-card user="42" token="${pass}" src="${stage.url}"></treadlight-user-card>`
    const engine = await startEngine(name)
    const browser = await engine.launch()
    try {
      const page = await browser.open(admin.url)
      await expect.poll(() => page.evaluate<number>(`document.querySelector('treadlight-user-card').shadowRoot?.querySelectorAll('li').length ?? 0`), { timeout: 30_000 }).toBe(50)
      expect(await page.evaluate(`document.querySelector('treadlight-user-card').shadowRoot.querySelector('[part=title]').textContent`)).toBe('View 0')
      expect(await page.evaluate(`getComputedStyle(document.querySelector('treadlight-user-card').shadowRoot.querySelector('ol')).listStyleType`)).toBe('none')
    } finally {
      await browser.close()
      await engine.stop()
    }
  })
