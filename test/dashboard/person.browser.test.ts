import { expect, test } from 'vitest'
import { makeEngagement, makeEvent, makeHit } from '../store/makeHit.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()
const day = 86_400_000
const minute = 60_000
const now = Date.now()
const ann = { site: 'default', user: 'ann', session: 's1', visitor: 'v1' }

test('a person is found by any of their names, and their visits are shown with what was seen and done, a page at a time', async () => {
  const first = makeHit({ ...ann, time: now - 3 * minute, path: '/a', title: '<b>A</b>', url: 'javascript:alert(1)', source: 'google', country: 'DE' })
  await stage.append([
    first,
    makeEngagement(first, { time: now - 2 * minute, engaged: 84_000, scroll: 60 }),
    makeEvent('buy', { ...ann, time: now - 2 * minute, view: first.id, props: { plan: 'pro' } }),
    ...Array.from({ length: 30 }, (_, index) => makeHit({ ...ann, session: `s-${index}`, time: now - (index + 1) * day, path: '/old' })),
  ])
  const page = await stage.open('?page=person')
  await page.setViewportSize({ width: 360, height: 800 })
  await page.getByLabel('User id, session id or visitor hash').fill(' s1 ')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Session s1' }).waitFor()
  await page.getByRole('button', { name: 'ann', exact: true }).click()
  await page.getByRole('heading', { name: 'User ann' }).waitFor()
  expect(new URL(page.url()).search).toBe('?page=person&user=ann')
  const visits = page.locator('.visits > li')
  await page.getByText('1m 24s engaged, 60% scrolled').waitFor()
  expect(await visits.first().innerText()).toMatch(/<b>A<\/b>[^]*\/a[^]*buy\s+plan: pro/)
  expect(await visits.first().getByText('Google').count()).toBe(1)
  expect(await visits.first().locator('a[href^="javascript"], b').count()).toBe(0)
  expect(await page.locator('.person-figures').innerText()).toMatch(/Visits\s+31\s+Pageviews\s+31\s+Engaged time\s+1m 24s\s+Events\s+1/)
  expect(await visits.count()).toBe(20)
  await page.getByRole('button', { name: 'Older visits' }).click()
  await expect.poll(() => visits.count()).toBe(31)
  await page.getByRole('button', { name: 'Older visits' }).waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^NDJSON/ }).click()])
  expect(download.suggestedFilename()).toBe('treadlight-default-person.ndjson')
})

test('who has no name to ask for is led to those who have one', async () => {
  const page = await stage.open('?page=person')
  await page.getByRole('link', { name: 'hits of known users' }).click()
  await page.getByRole('heading', { name: 'Pageviews and events' }).waitFor()
  expect(new URL(page.url()).search).toBe('?page=hits&known=known')
})

test('of nobody it says so', async () => {
  const page = await stage.open('?page=person&user=nobody')
  await page.getByText('Nothing is stored of nobody').waitFor()
})
