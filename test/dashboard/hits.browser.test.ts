import type { StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { makeEvent, makeHit, minute } from '../store/makeHit.ts'
import { violationsOfAll } from './axe.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage()
const start = Date.now() - 5 * 3_600_000
const table = (page: Page) => page.getByRole('table', { name: 'Hits' })
const urls = async (page: Page): Promise<string[]> => table(page).locator('.hit-url a').allInnerTexts()
const search = (page: Page): string => new URL(page.url()).search
const append = (hits: readonly Partial<StoredHit>[]): Promise<void> => stage.append(hits.map((fields) => makeHit({ site: 'default', ...fields })))

async function settle(page: Page): Promise<void> {
  await table(page).or(page.locator('.listing .empty')).first().waitFor()
  await page.waitForFunction(() => document.querySelector('.is-pending, .is-stale') === null)
}

async function open(more = ''): Promise<Page> {
  const page = await stage.open(`?page=hits${more}`)
  await settle(page)
  return page
}

const url = (path: string): string => `https://shop.example${path}`
const four: Partial<StoredHit>[] = [
  { time: start, path: '/a', user: 'ann', source: 'google', medium: 'cpc', session: 's1', title: 'First' },
  { time: start + minute, path: '/b', user: 'ann', source: 'Google', medium: 'organic', session: 's1' },
  { time: start + 2 * minute, path: '/c', source: 'news', medium: 'email', session: 's2', campaign: 'google-ads', title: 'All about google' },
  { time: start + 3 * minute, path: '/d', user: 'bob' },
]

test('PV24: columns, newest first, twenty a page: 45 hits are three pages', async () => {
  await append(Array.from({ length: 45 }, (_, index) => ({ time: start + index * minute, path: `/${index}`, user: 'ann', source: 'news', session: 's1' })))
  const page = await stage.open('')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Hits' }).click()
  await settle(page)
  expect((await table(page).locator('thead th').allInnerTexts()).map((head) => head.replace(/ [↑↓]$/, ''))).toEqual(['User', 'URL', 'Source', 'Time', 'Session'])
  await page.getByText('Page 1 of 3, 45 hits').waitFor()
  expect((await urls(page)).slice(0, 2)).toEqual([url('/44'), url('/43')])
  expect(await urls(page)).toHaveLength(20)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Page 2 of 3').waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Page 3 of 3').waitFor()
  await settle(page)
  expect(await urls(page)).toEqual([4, 3, 2, 1, 0].map((index) => url(`/${index}`)))
  expect(search(page)).toBe('?page=hits&n=3')
  await page.goBack()
  await page.getByText('Page 2 of 3').waitFor()
  await page.getByLabel('Rows').selectOption('50')
  await page.getByText('Page 1 of 1, 45 hits').waitFor()
  expect(search(page)).toBe('?page=hits&size=50')
})

describe('PV25: search', () => {
  test('finds a source whatever the case, and nothing of a title or a campaign', async () => {
    await append(four)
    const page = await open()
    await page.getByRole('searchbox', { name: 'Search hits' }).fill('GOOG')
    await expect.poll(() => urls(page)).toEqual([url('/b'), url('/a')])
    expect(search(page)).toBe('?page=hits&q=GOOG')
    await page.getByText('In id, user, URL, session, source and medium').waitFor()
    await page.reload()
    await settle(page)
    expect(await page.getByRole('searchbox', { name: 'Search hits' }).inputValue()).toBe('GOOG')
    await page.getByRole('searchbox', { name: 'Search hits' }).fill('nobody')
    await page.getByText('No hits like that').waitFor()
  })

  test('asks when the typing pauses, and follows the way back', async () => {
    await append(four)
    const page = await open()
    const asked = (): number => stage.answered.filter((line) => line.startsWith('GET /api/hits ')).length
    await stage.quiet()
    const before = asked()
    await page.getByRole('searchbox', { name: 'Search hits' }).pressSequentially('google', { delay: 20 })
    await expect.poll(() => urls(page)).toEqual([url('/b'), url('/a')])
    expect(asked()).toBe(before + 1)
    await page.goBack()
    await expect.poll(() => urls(page)).toHaveLength(4)
    expect(await page.getByRole('searchbox', { name: 'Search hits' }).inputValue()).toBe('')
  })
})

test('PV26: ordered by the heads; an order that there is not is none', async () => {
  await append(four)
  const page = await open()
  const head = (name: string) => table(page).getByRole('columnheader', { name })
  expect(await head('Time').getAttribute('aria-sort')).toBe('descending')
  await head('URL').getByRole('button').click()
  await page.waitForFunction(() => location.search === '?page=hits&order=-url')
  await expect.poll(() => urls(page)).toEqual(['/d', '/c', '/b', '/a'].map(url))
  await head('URL').getByRole('button').click()
  await expect.poll(() => urls(page)).toEqual(['/a', '/b', '/c', '/d'].map(url))
  expect(await head('URL').getAttribute('aria-sort')).toBe('ascending')
  await page.goto(`${stage.url}dashboard/?page=hits&order=nonsense`)
  await settle(page)
  expect(await urls(page)).toEqual(['/d', '/c', '/b', '/a'].map(url))
})

describe('PV27: one hit', () => {
  test.each([
    ['/b', '?page=person&user=ann'],
    ['/c', '?page=person&session=s2'],
    ['/e', '?page=person&visitor=v9'],
  ])('the hit of %s leads to its person, by the name that says the most', async (path, address) => {
    await append([...four, { time: start + 4 * minute, path: '/e', visitor: 'v9' }])
    const page = await open()
    await table(page).getByRole('link', { name: url(path) }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'This person' }).click()
    await page.getByRole('heading', { name: 'Visits', exact: true }).waitFor()
    expect(search(page)).toBe(address)
  })

  test('its URL is the title, all its fields are there, and the address says which', async () => {
    await stage.append([
      makeHit({ site: 'default', time: start, path: '/a', user: 'ann', title: 'First', browser: 'Firefox', country: 'DE', session: 's1' }),
      makeEvent('buy', { site: 'default', time: start + minute, path: '/thanks', props: { plan: 'pro' }, session: 's1' }),
    ])
    const page = await open()
    await table(page).getByRole('link', { name: url('/a') }).click()
    const dialog = page.getByRole('dialog', { name: url('/a') })
    await dialog.getByRole('heading', { name: url('/a') }).waitFor()
    for (const [name, value] of [['user_id', 'ann'], ['title', 'First'], ['browser', 'Firefox'], ['country', 'DE'], ['session_id', 's1'], ['type', 'pageview']])
      expect(await dialog.getByRole('row').filter({ has: page.getByRole('rowheader', { name: name!, exact: true }) }).getByRole('cell').innerText()).toBe(value)
    expect(search(page)).toMatch(/^\?page=hits&id=[\w-]{36}$/)
    await page.reload()
    await dialog.getByRole('heading').waitFor()
    await dialog.getByRole('link', { name: 'Hits of this session' }).click()
    await page.waitForFunction(() => location.search === '?page=hits&session=s1')
    await expect.poll(() => urls(page)).toEqual([url('/thanks'), url('/a')])
    await page.getByRole('button', { name: 'Remove: Session' }).click()
    await page.waitForFunction(() => location.search === '?page=hits')
    expect(await table(page).locator('.hit-kind').innerText()).toBe('buy')
    await table(page).getByRole('link', { name: url('/thanks') }).click()
    await page.getByRole('dialog').getByText('"plan": "pro"').waitFor()
    await page.getByRole('link', { name: 'Numbers of this page' }).click()
    await page.waitForFunction(() => location.search === '?f=is,event:page,/thanks')
  })

  test('by keys alone: opened, closed, and back where one was', async () => {
    await append(four)
    const page = await open()
    await table(page).getByRole('link', { name: url('/d') }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: url('/d') }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(search(page)).toBe('?page=hits')
    expect(await page.evaluate(() => document.activeElement!.textContent)).toBe(url('/d'))
  })

  test('one that is gone says so', async () => {
    await append(four)
    const page = await open('&id=00000000-0000-7000-8000-000000000000')
    await page.getByText('This hit is not there any more').waitFor()
  })
})

describe('PV28: named filters', () => {
  test.each<[string, (page: Page) => Promise<unknown>, string, string[]]>([
    ['by source', (page) => page.getByRole('searchbox', { name: 'Source' }).fill('google'), '&source=google', ['/a']],
    ['by medium', (page) => page.getByRole('searchbox', { name: 'Medium' }).fill('email'), '&medium=email', ['/c']],
    ['by anonymous', (page) => page.getByLabel('User', { exact: true }).selectOption('anonymous'), '&known=anonymous', ['/buy', '/c']],
    ['by known users', (page) => page.getByLabel('User', { exact: true }).selectOption('known'), '&known=known', ['/d', '/b', '/a']],
    ['by type', (page) => page.getByLabel('Type').selectOption('event'), '&type=event', ['/buy']],
    ['by a user in a row', (page) => table(page).getByRole('link', { name: 'ann' }).first().click(), '&user=ann', ['/b', '/a']],
    ['by a source in a row', (page) => table(page).getByRole('link', { name: 'news' }).click(), '&source=news', ['/c']],
    ['by a session in a row', (page) => table(page).getByRole('link', { name: 's2' }).click(), '&session=s2', ['/c']],
  ])('%s', async (_, act, more, paths) => {
    await append(four)
    await stage.append([makeEvent('buy', { site: 'default', time: start + 4 * minute, path: '/buy' })])
    const page = await open('&n=2')
    await act(page)
    await expect.poll(() => urls(page)).toEqual(paths.map(url))
    expect(search(page)).toBe(`?page=hits${more}`)
  })

  test('the filters and the period of the dashboard hold: every hit behind a number', async () => {
    await append([...four, { time: Date.now() - 40 * 86_400_000, path: '/a', user: 'old' }])
    const page = await stage.open('')
    await page.getByRole('region', { name: 'Top pages' }).getByRole('button', { name: '/a', exact: true }).click()
    await page.getByRole('link', { name: 'Show the hits' }).click()
    await settle(page)
    expect(await urls(page)).toEqual([url('/a')])
    expect(search(page)).toBe('?page=hits&f=is,event:page,/a')
    await page.getByRole('combobox', { name: 'Period', exact: true }).selectOption('91d')
    await expect.poll(() => urls(page)).toHaveLength(2)
    await page.goto(`${stage.url}dashboard/?page=hits&period=${new Date(start).toISOString().slice(0, 10)},${new Date(Date.now()).toISOString().slice(0, 10)}`)
    await settle(page)
    expect(await urls(page)).toHaveLength(4)
  })
})

test('hits that come are there by themselves on the first page, and push nothing away on another', async () => {
  await append(Array.from({ length: 45 }, (_, index) => ({ time: start + index * minute, path: `/${index}` })))
  const page = await open()
  await append([{ time: Date.now() - 1000, path: '/new' }])
  await expect.poll(async () => (await urls(page))[0], { timeout: 10_000 }).toBe(url('/new'))
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Page 2 of 3').waitFor()
  await settle(page)
  const before = await urls(page)
  await append([{ time: Date.now() - 500, path: '/newer' }])
  await stage.quiet()
  expect(await urls(page)).toEqual(before)
})

test('a slow answer: the rows before stay, with a mark; trouble says what it is', async () => {
  await append(four)
  const page = await open()
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  stage.intercept = async (request) => {
    if (!request.url.includes('search=ann')) return undefined
    await held
    return new Response('{"error":"the disk is gone"}', { status: 500 })
  }
  await page.getByRole('searchbox', { name: 'Search hits' }).fill('ann')
  await page.locator('.listing-rows.is-stale').waitFor()
  expect(await urls(page)).toHaveLength(4)
  release()
  await page.getByRole('alert').getByText('the disk is gone').waitFor()
  stage.intercept = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => urls(page)).toEqual([url('/b'), url('/a')])
})

test('without hits it says how they come', async () => {
  const page = await open()
  await page.getByText('No hits in this period').waitFor()
})

test('axe finds nothing wrong in the list nor in a hit, in both schemes and on a phone', async () => {
  await append(four)
  const page = await open('&user=ann')
  expect(await violationsOfAll(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await table(page).getByRole('link', { name: url('/a') }).click()
  await page.getByRole('dialog', { name: url('/a') }).waitFor()
  expect(await violationsOfAll(page)).toEqual([])
})
