import { expect, test } from 'vitest'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()

test('the settings are a page of their own, and the address says which section', async () => {
  const page = await stage.open()
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'Sites and hosts' }).waitFor()
  expect(new URL(page.url()).search).toBe('?page=settings')
  await page.goBack()
  await page.getByText('Ready for the first hit').waitFor()
})

test('on a phone the page and the section that are open are in sight', async () => {
  await stage.page.setViewportSize({ width: 360, height: 700 })
  const page = await stage.open('?page=settings&section=config')
  await page.getByRole('heading', { name: 'Configuration' }).waitFor()
  for (const current of [page.getByRole('link', { name: 'Settings' }), page.getByRole('button', { name: 'Configuration' })]) {
    const { x, width } = (await current.boundingBox())!
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + width).toBeLessThanOrEqual(360)
  }
})

test('a token is made, shown once, opens what it is for, and is revoked', async () => {
  const page = await stage.open('?page=settings&section=tokens')
  await page.getByText('There are no tokens').waitFor()
  await page.getByLabel('What it is for').fill('ci <b>')
  await page.getByLabel(/^stats/).uncheck()
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByText('scopes: a token needs at least one of').waitFor()
  await page.getByLabel(/^stats/).check()
  await page.getByRole('button', { name: 'Make a token' }).click()
  const token = (await page.locator('.tag code').textContent())!
  expect(token).toMatch(/^tl_/)
  const ask = async (): Promise<number> => (await fetch(`${stage.url}api/goals`, { headers: { authorization: `Bearer ${token}` } })).status
  expect(await ask()).toBe(200)

  await page.reload()
  await page.getByRole('row', { name: /ci <b>/ }).waitFor()
  expect(await page.content()).not.toContain(token)
  await page.getByRole('button', { name: 'Revoke ci <b>' }).click()
  await page.getByText(/What uses the token “ci <b>” \(stats\) gets no answer any more/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await ask()).toBe(200)
  await page.getByRole('button', { name: 'Revoke ci <b>' }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('There are no tokens').waitFor()
  expect(await ask()).toBe(401)
})
