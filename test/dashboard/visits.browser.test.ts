import { describe, expect, test } from 'vitest'
import { makeEngagement, makeHit, minute } from '../store/makeHit.ts'
import { violationsOfAll } from './axe.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage({ context: { timezoneId: 'Pacific/Auckland' } })
const start = Date.now() - 5 * 3_600_000
const table = (page: Page) => page.getByRole('table', { name: 'Recent visits, newest first' })
const paths = async (page: Page): Promise<string[]> => table(page).locator('tbody tr td:last-child').allInnerTexts()
const figure = (page: Page, name: string) => page.locator('.figure', { has: page.getByText(name, { exact: true }) }).locator('dd')

/** Of three people: one without a name, one with, one called like a formula. */
const three = [
  { time: start, path: '/b', address: '1.1.1.0', session: 's1' },
  { time: start + minute, path: '/a,"q"', user: 'ann', address: '1.1.2.0', session: 's2' },
  { time: start + 2 * minute, path: '/c', user: '=cmd()', address: '1.1.1.0', visitor: '' },
]
const append = (hits: readonly object[]): Promise<void> => stage.append(hits.map((fields) => makeHit({ site: 'default', ...fields })))

async function settle(page: Page): Promise<void> {
  await table(page).or(page.locator('.listing .empty')).waitFor()
  await page.waitForFunction(() => document.querySelector('.is-pending, .is-stale') === null)
}

describe('PT09, PT11, PT12, PT21: recent visits', () => {
  test('the seven figures, and visits newest first by the site’s clock', async () => {
    await append(three)
    const page = await stage.open()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Visits' }).click()
    await settle(page)
    expect(await paths(page)).toEqual(['/c', '/a,"q"', '/b'])
    expect(await page.locator('.figure dt').allInnerTexts()).toEqual(['Interval', 'Total', 'Range', 'Distinct users', 'Distinct sessions', 'Distinct addresses', 'Distinct paths'])
    const clock = (time: number): string => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }).format(time)
    expect(await page.locator('.figure dd').allInnerTexts()).toEqual(['60 s', '3', `${clock(start)} – ${clock(start + 2 * minute)}`, '3', '3', '2', '3'])
    expect(await table(page).locator('tbody th').first().innerText()).toBe(clock(start + 2 * minute))
  })

  test('PT10: without data it says so, and has no range', async () => {
    const page = await stage.open('?page=visits')
    await page.getByText('No visits in this period').waitFor()
    expect(await page.locator('.figure dd').allInnerTexts()).toEqual(['60 s', '0', 'none', '0', '0', '0', '0'])
  })

  test('each cell adds its filter, chips remove them, and the way back has them again', async () => {
    await append([...three, { time: start + 3 * minute, path: '/d', address: '1.1.1.0', session: 's1' }])
    const page = await stage.open('?page=visits')
    await settle(page)
    await table(page).getByRole('link', { name: '1.1.1.0' }).first().click()
    await expect.poll(() => paths(page)).toEqual(['/d', '/c', '/b'])
    await table(page).getByRole('link', { name: 'anonymous' }).first().click()
    await expect.poll(() => paths(page)).toEqual(['/d', '/b'])
    await table(page).locator('.is-code').last().click()
    await page.waitForFunction(() => location.search.includes('session_key='))
    await settle(page)
    expect(await paths(page)).toEqual(['/d', '/b'])
    expect(await figure(page, 'Distinct sessions').innerText()).toBe('1')
    await table(page).getByRole('link', { name: '/b' }).click()
    await expect.poll(() => paths(page)).toEqual(['/b'])
    const chips = page.getByRole('list', { name: 'Filters of visits' })
    expect(await chips.getByRole('listitem').count()).toBe(4)
    await chips.getByRole('button', { name: 'Remove filter: Path' }).click()
    await expect.poll(() => paths(page)).toEqual(['/d', '/b'])
    await page.goBack()
    await expect.poll(() => paths(page)).toEqual(['/b'])
    await page.reload()
    await settle(page)
    expect(await paths(page)).toEqual(['/b'])
  })

  test('a hundred a page; filters survive paging; a page past the end is the last one', async () => {
    await append(Array.from({ length: 240 }, (_, index) => ({ time: start + index * 1000, path: `/${index}`, user: index % 12 === 0 ? 'bob' : 'ann' })))
    const page = await stage.open('?page=visits')
    await settle(page)
    expect((await paths(page)).slice(0, 2)).toEqual(['/239', '/238'])
    await page.getByRole('link', { name: 'ann' }).first().click()
    await page.getByText('Page 1 of 3, 220 entries').waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('Page 2 of 3, 220 entries').waitFor()
    expect(new URL(page.url()).search).toBe('?page=visits&username=ann&n=2')
    expect(await table(page).locator('tbody tr').count()).toBe(100)
    await page.goto(`${stage.url}dashboard/?page=visits&username=ann&n=30`)
    await page.getByText('Page 3 of 3, 220 entries').waitFor()
    expect(await table(page).locator('tbody tr').count()).toBe(20)
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
    await page.goto(`${stage.url}dashboard/?page=visits&n=x`)
    await page.getByText('Page 1 of 3, 240 entries').waitFor()
  })

  test('PT13: what is shown comes as CSV, and the way to delete leads to retention', async () => {
    await append(three)
    const page = await stage.open('?page=visits&ipaddress=1.1.1.0')
    await settle(page)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()])
    expect(download.suggestedFilename()).toBe('pagevisits.csv')
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\r\n')
    expect(lines.map((line) => line.split(',').at(-1))).toEqual(['path', '/b', '/c'])
    await page.getByRole('link', { name: 'Delete old visits…' }).click()
    await page.waitForFunction(() => location.search === '?page=settings&section=retention')
  })

  test('a visit that comes while one looks is there by itself', async () => {
    await append(three)
    const page = await stage.open('?page=visits')
    await settle(page)
    const view = makeHit({ site: 'default', time: Date.now() - 5000, path: '/new' })
    await stage.append([view, makeEngagement(view, { time: Date.now() - 1000, engaged: 4000 })])
    await expect.poll(() => paths(page), { timeout: 10_000 }).toEqual(['/new', '/c', '/a,"q"', '/b'])
  })
})

test('PT22: who has not logged in gets the log-in, and no answer', async () => {
  await append(three)
  const { page } = stage
  await page.goto(`${stage.url}dashboard/?page=visits`)
  await page.getByLabel('Password').waitFor()
  expect((await fetch(`${stage.url}api/visits`)).status).toBe(401)
  expect((await fetch(`${stage.url}api/visits?format=csv`)).status).toBe(401)
})

test('PT22: a viewer has no such page', async () => {
  await append(three)
  const page = await stage.open('')
  await page.route('**/api/sites', async (route) => {
    const response = await route.fetch()
    const body = (await response.json()) as { access: object }
    await route.fulfill({ response, json: { ...body, access: { ...body.access, role: 'viewer' } } })
  })
  await page.goto(`${stage.url}dashboard/?page=visits`)
  await page.getByRole('region', { name: 'Top pages' }).waitFor()
  expect(await page.getByRole('link', { name: /^(Visits|Hits)$/ }).count()).toBe(0)
  expect(stage.answered.filter((line) => line.includes('/api/visits'))).toEqual([])
})

test('while the collector is in trouble the rows stay, and a first look says what is wrong', async () => {
  await append(three)
  const page = await stage.open('?page=visits')
  await settle(page)
  stage.intercept = (request) => (request.url.includes('/api/visits') ? new Response('{"error":"the disk is gone"}', { status: 500 }) : undefined)
  await page.getByRole('link', { name: 'ann' }).click()
  await page.getByRole('alert').getByText('the disk is gone').waitFor()
  stage.intercept = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => paths(page)).toEqual(['/a,"q"'])
})

test('axe finds nothing wrong, in both schemes and on a phone', async () => {
  await append(three)
  const page = await stage.open('?page=visits&ipaddress=1.1.1.0')
  await settle(page)
  expect(await violationsOfAll(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
})
