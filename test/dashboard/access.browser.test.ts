import axe from 'axe-core'
import { describe, expect, test } from 'vitest'
import { makeHit } from '../store/makeHit.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage({ collector: { sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }] } })

const ownersPages = ['Settings', 'Hits', 'Visits', 'Person']

async function seed(): Promise<void> {
  const time = Date.now() - 60_000
  const hit = (site: string, path: string) => makeHit({ site, visitor: `v ${path}`, time, url: `https://${site}.example${path}`, path })
  await stage.append([hit('default', '/of-default'), hit('blog', '/of-blog')])
}

/** A browser of somebody else: no cookie of anybody. */
async function openElsewhere(path: string): Promise<Page> {
  const context = await stage.browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => stage.mishaps.push(String(error)))
  await page.goto(stage.url + path)
  return page
}

async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

async function menuOf(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Menu' }).click()
  const entries = await page.getByRole('menuitem').allInnerTexts()
  await page.keyboard.press('Escape')
  return entries
}

async function expectNothingOfOwners(page: Page): Promise<void> {
  const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()
  for (const name of ownersPages) expect(links).not.toContain(name)
  const address = new URL(page.url())
  for (const search of ['?page=settings', '?page=settings&section=users', '?page=hits', '?detail=export', '?detail=goals', '?detail=check']) {
    await page.goto(address.origin + address.pathname + search)
    await page.getByRole('region', { name: 'Visitors' }).waitFor()
    expect(await page.getByRole('link', { name: 'Overview' }).getAttribute('aria-current')).toBe('page')
    await page.getByRole('button', { name: 'Period before' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.getByText('API tokens').count()).toBe(0)
  }
  await page.goto(address.href)
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }))
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`))
}

/** In each scheme and width; nothing is wider than a phone. */
async function expectAccessible(page: Page): Promise<void> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      for (const line of await violations(page)) found.push(`${colorScheme}, ${width}: ${line}`)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
  expect(found).toEqual([])
  await page.setViewportSize({ width: 1280, height: 900 })
}

describe('users', () => {
  test('a viewer is added, logs in, and sees the numbers of the site and nothing of the admin', async () => {
    await seed()
    const page = await stage.open('?page=settings&section=users')
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('blog').check()
    await page.getByRole('button', { name: 'Add a user' }).click()
    const password = (await page.locator('.tag code').textContent())!
    await page.getByRole('row', { name: /ada Viewer: blog/ }).waitFor()
    await expectAccessible(page)

    const viewer = await openElsewhere('dashboard/')
    expect(await viewer.getByLabel('Name').inputValue()).toBe('admin')
    await logIn(viewer, 'ada', 'wrong')
    await viewer.getByText('Wrong name or password').waitFor()
    await logIn(viewer, 'Ada', password)
    await viewer.getByText('/of-blog').first().waitFor()
    expect(await viewer.content()).not.toContain('of-default')
    expect(await menuOf(viewer)).toEqual(['Keyboard shortcuts', 'Change password…', 'Log out'])
    await expectNothingOfOwners(viewer)

    await page.getByRole('button', { name: 'Remove ada' }).click()
    await page.getByText('ada can log in no more').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('row', { name: /ada/ }).waitFor({ state: 'detached' })
    await viewer.getByRole('button', { name: 'Log in' }).waitFor({ timeout: 30_000 })
    await viewer.context().close()
  }, 60_000)

  test('a user is made owner, and is given another password; the only owner stays one', async () => {
    await stage.collector.users.add({ name: 'bob', role: 'viewer' }, 'correct horse')
    const page = await stage.open('?page=settings&section=users')
    await page.getByRole('button', { name: 'Remove bob' }).waitFor()
    expect(await page.getByRole('button', { name: 'Remove admin' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Change admin' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(/^Viewer/).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('admin is the only owner').waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Change bob' }).click()
    await dialog.getByLabel(/^Owner/).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /bob Owner/ }).waitFor()
    await page.getByRole('button', { name: 'Remove admin' }).waitFor()
    await page.getByRole('button', { name: 'New password for bob' }).click()
    await page.getByRole('button', { name: 'New password', exact: true }).last().click()
    const password = (await page.locator('.tag code').textContent())!
    expect((await stage.collector.users.check('bob', password))?.role).toBe('owner')
    expect(await stage.collector.users.check('bob', 'correct horse')).toBeUndefined()
  })

  test('everybody changes the own password in the menu, and stays logged in', async () => {
    await seed()
    await stage.collector.users.add({ name: 'ada', role: 'viewer' }, 'correct horse')
    const page = await openElsewhere('dashboard/')
    await logIn(page, 'ada', 'correct horse')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Change password…' }).click()
    await page.getByLabel('Password until now').fill('wrong')
    await page.getByLabel('New password').fill('battery staple')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByText('old: is not your password').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Password until now').fill('correct horse')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByText('Your password is changed').waitFor()
    await page.reload()
    await page.getByText('/of-default').first().waitFor()
    expect(await stage.collector.users.check('ada', 'battery staple')).toBeDefined()
    await page.context().close()
  })
})

describe('share links', () => {
  test('one is made, opens in any browser, shows its site alone, and is over once it is removed', async () => {
    await seed()
    const page = await stage.open('?page=settings&section=shares&site=blog')
    await page.getByText('There are no share links').waitFor()
    await page.getByLabel('What it is for').fill('for <b>Eve</b>')
    await page.getByRole('button', { name: 'Make a link' }).click()
    const address = (await page.locator('.tag code').textContent())!
    expect(address).toMatch(new RegExp(`^${stage.url}share/[\\w-]{32}/dashboard/$`))
    await expectAccessible(page)

    const guest = await openElsewhere(address.slice(stage.url.length))
    await guest.getByText('/of-blog').first().waitFor()
    expect(await guest.content()).not.toMatch(/of-default|Eve&lt;/)
    expect(await menuOf(guest)).toEqual(['Keyboard shortcuts'])
    await expectNothingOfOwners(guest)
    await guest.getByText('/of-blog').first().waitFor()

    await page.getByRole('button', { name: 'Remove for <b>Eve</b>' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('There are no share links').waitFor()
    await guest.getByText('There is no such share link').waitFor({ timeout: 40_000 })
    const reloaded = await guest.reload()
    expect(reloaded!.status()).toBe(404)
    await guest.getByRole('heading', { name: 'There is no such share link' }).waitFor()
    expect(await violations(guest)).toEqual([])
    await guest.context().close()
  }, 90_000)

  test('with a password it asks for that alone', async () => {
    await seed()
    const page = await stage.open('?page=settings&section=shares')
    await page.getByLabel('What it is for').fill('board')
    await page.getByLabel('Password').fill('correct horse')
    await page.getByLabel('Last day').fill('2099-12-31')
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByRole('row', { name: /with a password, until 2099-12-31/ }).waitFor()
    const address = (await page.locator('.tag code').textContent())!

    const guest = await openElsewhere(address.slice(stage.url.length))
    await guest.getByText('Who gave you this link knows its password').waitFor()
    expect(await guest.getByLabel('Name').count()).toBe(0)
    await expectAccessible(guest)
    await guest.getByLabel('Password').fill('wrong')
    await guest.getByRole('button', { name: 'Log in' }).click()
    await guest.getByText('Wrong password').waitFor()
    await guest.getByLabel('Password').fill('correct horse')
    await guest.getByRole('button', { name: 'Log in' }).click()
    await guest.getByText('/of-default').first().waitFor()
    await guest.reload()
    await guest.getByText('/of-default').first().waitFor()
    const [cookie] = await guest.context().cookies(`${address.replace('dashboard/', '')}api/sites`)
    expect([cookie!.path, cookie!.httpOnly, cookie!.sameSite]).toEqual([new URL('../api', address).pathname, true, 'Strict'])
    expect(await guest.context().cookies(`${stage.url}api/sites`)).toEqual([])
    await guest.context().close()
  })
})
