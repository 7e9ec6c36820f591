import { expect, test } from 'vitest'
import { seedHits } from '../../packages/collector/src/demoSite/seedHits.ts'
import { shots } from '../../scripts/screenshots/shots.ts'
import { violationsOfAll } from './axe.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage()

/** The views of the page as they are photographed, without those that only look different. */
const views = shots.filter(({ dark, phone, stranger, of, part }) => !dark && !phone && !stranger && of !== 'empty' && part === undefined)

async function seed(): Promise<void> {
  for (const hits of seedHits({ site: 'default', timezone: 'UTC', days: 3, visits: 25, now: Date.now() })) await stage.append(hits)
}

async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.page') !== null && document.querySelector('.is-pending, .is-stale') === null)
}

test('axe finds nothing wrong in any view', async () => {
  await seed()
  const page = await stage.open()
  const found: string[] = []
  for (const { name, search, take } of views) {
    await page.goto(`${stage.url}dashboard/${search}`)
    await settle(page)
    await take?.(page)
    for (const line of await violationsOfAll(page)) found.push(`${name}: ${line}`)
    await page.unrouteAll()
  }
  expect(found).toEqual([])
}, 120_000)

test('axe finds nothing wrong in the log-in, nor in the first run with what its check has found', async () => {
  const { page } = stage
  await page.goto(`${stage.url}dashboard/`)
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('Wrong name or password').waitFor()
  expect(await violationsOfAll(page)).toEqual([])
  await stage.open()
  await page.getByLabel(/address of a page/).fill(stage.url)
  await page.getByRole('button', { name: 'Check my page' }).click()
  await page.locator('.findings li').first().waitFor()
  expect(await violationsOfAll(page)).toEqual([])
})

test('keys alone: from the log-in to a filter and back', async () => {
  await seed()
  const { page } = stage
  await page.goto(`${stage.url}dashboard/`)
  await page.waitForFunction(() => document.activeElement?.id === 'password')
  await page.keyboard.type(stage.password)
  await page.keyboard.press('Enter')
  await settle(page)
  await tabTo(page, 'Tab', () => document.activeElement?.classList.contains('row-name') === true)
  const name = await page.evaluate(() => document.activeElement!.textContent)
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => location.search !== '')
  expect(await page.getByRole('list', { name: 'Filters' }).innerText()).toContain(name)
  // A program's Alt and arrow go to the page, not to the browser.
  await tabTo(page, 'Shift+Tab', () => document.activeElement?.getAttribute('aria-label')?.startsWith('Remove filter') === true)
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => location.search === '')
  // The chip is gone, the focus is not.
  expect(await page.evaluate(() => document.activeElement!.textContent)).toBe('+ Filter')
  await settle(page)
})

/** Goes on until the focus is there, and fails where it never comes. */
async function tabTo(page: Page, key: 'Tab' | 'Shift+Tab', isThere: () => boolean): Promise<void> {
  for (let count = 0; count < 60; count++) {
    await page.keyboard.press(key)
    if (await page.evaluate(isThere)) return
  }
  throw new Error(`60 times ${key}, and the focus never came there`)
}
