import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage({ collector: { isLocal: true, settings: { bots: { automation: 'count' } as never } } })

let shop: Server
let shopUrl: string
let html = ''
beforeAll(async () => {
  shop = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html))
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
})
afterAll(() => shop.close())

async function checkPage(page: Page, address: string): Promise<string[]> {
  await page.getByLabel(/address of a page/i).fill(address)
  await page.getByRole('button', { name: 'Check my page' }).click()
  await page.locator('.findings li, .check .notice').first().waitFor()
  return page.locator('.findings li').allInnerTexts()
}

const tagOf = (url: string): string => `<script defer src="${url}t.js" data-ignore=""></script>`

describe('the first run', () => {
  test('shows the tag for this very collector, and other ways', async () => {
    const page = await stage.open()
    expect(await page.locator('.tag code').innerText()).toBe(tagOf(stage.url))
    for (const [name, part] of [['Tag with more', `${stage.url}t.full.js`], ['npm', `endpoint: '${stage.url}hit'`], ['Server', '@treadlight/server/express']] as const) {
      await page.getByRole('button', { name, exact: true }).click()
      expect(await page.locator('.tag code').innerText()).toContain(part)
    }
  })

  test('the tag it shows, pasted into a page, counts its first hit and opens the dashboard', async () => {
    const page = await stage.open()
    html = `<!doctype html><title>Shop</title>${await page.locator('.tag code').innerText()}`
    await page.getByText('Waiting for the first hit').waitFor()
    const visitor = await stage.browser.newPage()
    await visitor.goto(shopUrl)
    await page.locator('.panels').waitFor()
    await visitor.close()
  })

  test('checks a page: what is missing, then what is good', async () => {
    html = '<!doctype html><title>Shop</title>'
    const page = await stage.open()
    expect((await checkPage(page, shopUrl))[0]).toMatch(/^Problem\s+No tag of this collector/)
    html += tagOf(stage.url)
    await checkPage(page, shopUrl)
    const good = page.locator('.findings li', { hasText: `The tag is there: ${stage.url}t.js` })
    await good.waitFor()
    expect(await page.locator('.findings').innerText()).toContain('This browser lets the script and the hits through')
  })

  test('says where an extension keeps hits back', async () => {
    const page = await stage.open()
    await page.route('**/hit', (route) => route.abort('blockedbyclient'))
    const findings = await checkPage(page, shopUrl)
    expect(findings.join('\n')).toContain('Something in this browser keeps hit back')
  })

  test('an address that is none gets the reason', async () => {
    const page = await stage.open()
    await checkPage(page, 'ftp://shop.example/')
    expect(await page.locator('.check .notice').innerText()).toContain('must be a page’s address')
  })

  test('a hostile page is quoted, not run', async () => {
    html = `<script src='${stage.url}t.js?<img src=x onerror=alert(1)>' data-before-send='<img src=x onerror=alert(1)>\u202e'></script>`
    const page = await stage.open()
    expect((await checkPage(page, shopUrl)).join('\n')).toContain('<img src=x onerror=alert(1)>')
    expect(await page.locator('.findings img').count()).toBe(0)
  })
})
