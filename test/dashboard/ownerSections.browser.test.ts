import { defineDestination, type ForwardedHit } from '@treadlight/destinations'
import { describe, expect, test } from 'vitest'
import { hitOf } from '../collector/runCli.ts'
import { violationsOfAll } from './axe.ts'
import { setDashboardStage, type Page } from './stage.ts'

/** What the other system answers, and what it has. */
const crm = { status: 200, arrived: [] as ForwardedHit[] }
const destination = defineDestination<ForwardedHit>({
  name: 'crm',
  map: (hit) => hit,
  batch: (items) => [{ request: { url: '', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
  async deliver({ body }) {
    if (crm.status === 200) crm.arrived.push(...(JSON.parse(body!) as ForwardedHit[]))
    return { status: crm.status, header: () => '', body: '' }
  },
})

const stage = setDashboardStage({
  timezone: 'Europe/Berlin',
  collector: {
    settings: { hosts: ['shop.example'], exclude: { paths: ['/intern'], addresses: [] } },
    retention: { anonymous: 30 * 86_400_000, authenticated: 60 * 86_400_000 },
    destinations: [destination],
    forwarding: { rhythm: { gatherFor: 0, beat: 60_000, takeOverAfter: 150_000 }, random: () => 0 },
    storage: { place: 'folder ./data', promise: 'a hit answered 201 is on disk (synced)' },
    privacyPage: [{ title: 'Internet addresses', sentences: ['It is not stored, not in parts either.'] }],
    configuration: { port: { value: 4600, from: 'default' }, hosts: { value: ['shop.example'], from: 'treadlight.config.json' } },
  },
})
const sections = ['sites', 'exclusions', 'drops', 'retention', 'storage', 'destinations', 'privacy', 'config']
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const open = (section: string): Promise<Page> => stage.open(`?page=settings&section=${section}`)
async function post(hit: object): Promise<string | null> {
  const response = await fetch(`${stage.url}hit`, { method: 'POST', headers: { 'user-agent': firefox }, body: JSON.stringify(hit) })
  return response.headers.get('x-hit-dropped')
}
async function stored(): Promise<string[]> {
  const found: string[] = []
  for await (const { url } of stage.store.hits({ site: 'default', order: 'oldest' })) found.push(url)
  return found
}

describe('sites', () => {
  test('a host whose hit was dropped is allowed by a click, and its next hit is stored', async () => {
    expect(await post({ url: 'https://new.example/a' })).toBe('host')
    const page = await open('sites')
    await page.getByRole('button', { name: 'Allow new.example' }).click()
    await page.getByText('Site default takes hits of shop.example, new.example now.').waitFor()
    expect(await post({ url: 'https://new.example/b' })).toBeNull()
    expect(await stored()).toEqual(['https://new.example/b'])
    await page.getByText('No hits of other hosts have come').waitFor()

    await page.getByRole('button', { name: 'Remove new.example from default' }).click()
    await page.getByText('Hits of new.example are not counted for site default any more').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('Site default takes hits of shop.example now.').waitFor()
    expect(await post({ url: 'https://new.example/c' })).toBe('host')
  })

  test('a site is added, its mistakes shown where they are, and removed after it was said what that does', async () => {
    const page = await open('sites')
    await page.getByLabel('Its id').fill('blog')
    await page.getByLabel('Its hosts, separated by commas').fill('shop.example')
    await page.getByRole('button', { name: 'Add a site' }).click()
    await page.getByText('hosts: site blog: shop.example is a host of site default already').waitFor()
    await page.getByLabel('Its hosts, separated by commas').fill('blog.example, *.blog.example')
    await page.getByRole('button', { name: 'Add a site' }).click()
    await page.getByText('Site blog is added: hits from blog.example, *.blog.example are counted for it').waitFor()
    const choice = page.locator('header').getByRole('combobox')
    await choice.waitFor()
    expect(await choice.innerText()).toContain('blog')
    expect(await post({ url: 'https://blog.example/' })).toBeNull()
    await page.getByRole('button', { name: 'Remove site blog' }).click()
    await page.getByText(/Its hits, about 1, stay/).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove site' }).click()
    await page.getByText('Site blog is removed').waitFor()
    await choice.waitFor({ state: 'detached' })
    expect(await post({ url: 'https://blog.example/', site: 'blog' })).toBe('site')
  })
})

test('exclusions: a path and one’s own address are excluded, and counted again; those of the settings stay', async () => {
  const page = await open('exclusions')
  await page.getByRole('row', { name: /\/intern path by the settings/ }).waitFor()
  await page.getByLabel('A path').fill('https://shop.example/admin')
  await page.getByRole('button', { name: 'Exclude path' }).click()
  await page.getByText(/path: "https:\/\/shop.example\/admin" must be a path/).waitFor()
  await page.getByLabel('A path').fill('/admin')
  await page.getByRole('button', { name: 'Exclude path' }).click()
  await page.getByText('Hits of site default of /admin and what is below it are not stored any more').waitFor()
  expect(await post({ url: 'https://shop.example/admin/x' })).toBe('path')
  await page.getByRole('button', { name: /^Exclude your address, / }).click()
  await page.getByText(/Hits of site default from .* are not stored any more/).waitFor()
  expect(await post({ url: 'https://shop.example/' })).toBe('address')
  await page.getByRole('button', { name: /^Remove [\d:.a-f]+$/ }).click()
  await page.getByText('is excluded no more').waitFor()
  expect(await post({ url: 'https://shop.example/' })).toBeNull()
  await page.getByRole('button', { name: 'Do not count this browser' }).click()
  await page.getByText('The visits of this browser are not counted.').waitFor()
})

test('drops: by reason and day, with samples, what was not understood, and what each reason means', async () => {
  await post({ url: 'https://<b>evil.example/x' })
  await post({ url: 'https://evil.example/<img src=x>' })
  await post({ url: 'https://shop.example/intern/x' })
  await post({ url: 7 })
  const page = await open('drops')
  const reasons = page.getByRole('table', { name: 'Dropped hits by reason' })
  await reasons.getByRole('row', { name: /host 1 Its page is of a host that is not one of the site’s Allow the host if it is yours/ }).waitFor()
  await reasons.getByRole('row', { name: /path 1 You have excluded its path/ }).waitFor()
  await page.getByRole('table', { name: 'By day' }).getByRole('row', { name: /2 1 host, 1 path|2 1 path, 1 host/ }).waitFor()
  await page.getByRole('table', { name: 'Refused: not understood' }).getByRole('row', { name: 'url 2' }).waitFor()
  await page.getByRole('table', { name: 'The latest dropped hits' }).getByRole('row', { name: /^evil\.example\/%3Cimg%20src=x%3E host/ }).waitFor()
})

describe('PT15 the purge form', () => {
  const hour = 3_600_000

  test('begins with a day ago by the site’s clock, says the numbers first, deletes these, and says so', async () => {
    const ages = [100, 75, 50, 30, 20, 2]
    await stage.append(ages.map((age) => hitOf(age / 24, { url: `https://shop.example/${age}`, user: age === 75 ? 'ada' : '' })))
    const page = await open('retention')
    await page.getByText('Hits are kept for 30 days, those of known users for 60 days.').waitFor()
    const field = page.getByLabel('Older than')
    const offered = await field.inputValue()
    expect(offered).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const inBerlin = new Date(Date.now() - 24 * hour).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' })
    expect(Math.abs(Date.parse(`${offered.replace(' ', 'T')}Z`) - Date.parse(`${inBerlin.replace(' ', 'T')}Z`))).toBeLessThan(60_000)

    for (const [text, problem] of [['soon', 'before: "soon": must be YYYY-MM-DD hh:mm:ss'], ['2099-01-01 00:00:00', 'that is still to come in Europe/Berlin']] as const) {
      await field.fill(text)
      await page.getByRole('button', { name: 'Count them first' }).click()
      await page.getByText(problem).waitFor()
      expect(await field.inputValue()).toBe(text)
    }
    expect(await stored()).toHaveLength(6)

    await field.fill(offered)
    await page.getByRole('button', { name: 'Count them first' }).click()
    await page.getByText('4 pageviews (3 of anonymous visitors, 1 of known users) and 0 of their events and reports would be deleted. This cannot be undone.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await stored()).toHaveLength(6)
    await page.getByRole('button', { name: 'Count them first' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('4 pageviews (3 of anonymous visitors, 1 of known users) and 0 of their events and reports were deleted.').waitFor()
    expect(await stored()).toEqual(['https://shop.example/20', 'https://shop.example/2'])
  })

  test('what retention no longer allows is counted first too', async () => {
    await stage.append([31, 40, 61, 1].map((age) => hitOf(age, { user: age === 40 || age === 61 ? 'ada' : '' })))
    const page = await open('retention')
    await page.getByRole('button', { name: 'Delete now what is too old' }).click()
    await page.getByText('2 pageviews (1 of anonymous visitors, 1 of known users) and 0 of their events and reports would be deleted.').waitFor()
    expect(await stored()).toHaveLength(4)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('were deleted').waitFor()
    expect(await stored()).toHaveLength(2)
  })
})

test('storage: where, what a 201 is worth, how much, and what upkeep does', async () => {
  await stage.append([hitOf(5), hitOf(4), hitOf(0)])
  const page = await open('storage')
  await page.getByText('a hit answered 201 is on disk (synced)').waitFor()
  await page.getByText('folder ./data').waitFor()
  await page.getByRole('row', { name: /^default 3 3 / }).waitFor()
  await page.getByRole('table', { name: 'Values by kind' }).getByRole('row', { name: /^batch 1/ }).waitFor()
  await page.getByText('none since this process began').waitFor()
  await page.getByRole('button', { name: 'Do upkeep now' }).click()
  await page.getByText(/^Upkeep is done: \d+ compacted, \d+ rewritten, \d+ deleted/).waitFor()
  await page.getByText(/UTC: \d+ compacted/).waitFor()
})

test('destinations: what was not taken is sent again, or discarded, after it was said how much it is', async () => {
  crm.status = 400
  crm.arrived = []
  for (const name of ['one', 'two']) await post({ url: `https://shop.example/${name}` })
  const dead = async (): Promise<number> => (await stage.collector.forwarding!.deadLetters('crm', 1)).count
  await expect.poll(dead).toBe(2)
  const page = await open('destinations')
  await page.getByRole('heading', { name: 'Dead letters of crm: 2' }).waitFor()
  await page.getByRole('button', { name: 'Discard dead letters of crm' }).click()
  await page.getByText('2 dead letters of crm would be removed').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await dead()).toBe(2)
  crm.status = 200
  await page.getByRole('button', { name: 'Send again: dead letters of crm' }).click()
  await page.getByText('2 dead letters of crm would be sent again').waitFor()
  await page.getByRole('button', { name: 'Send again', exact: true }).last().click()
  await page.getByText('2 dead letters of crm are sent again').waitFor()
  await expect.poll(() => crm.arrived.map(({ url }) => url).toSorted()).toEqual(['https://shop.example/one', 'https://shop.example/two'])
  expect(await dead()).toBe(0)
})

test('privacy and configuration: what is in force, in words and by setting', async () => {
  const page = await open('privacy')
  await page.getByText('It is not stored, not in parts either.').waitFor()
  expect(await page.getByRole('link', { name: 'the page /privacy' }).getAttribute('href')).toBe(`${stage.url}privacy`)
  await page.getByRole('button', { name: 'Configuration' }).click()
  await page.getByRole('row', { name: 'hosts shop.example treadlight.config.json' }).waitFor()
  await page.getByRole('row', { name: 'port 4600 default' }).waitFor()
})

test.each(sections)('axe finds nothing wrong in section %s', async (section) => {
  crm.status = 400
  await post({ url: 'https://new.example/a' })
  await post({ url: 'https://shop.example/' })
  await post({ url: 7 })
  const page = await open(section)
  await stage.quiet()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await violationsOfAll(page)).toEqual([])
  // It is left on a phone, and no wider than that.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
})
