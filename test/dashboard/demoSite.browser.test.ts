import { describe, expect, test } from 'vitest'
import { violationsOfAll } from './axe.ts'
import { panelHits } from './panelHits.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage({ collector: { demoSize: { days: 40, visits: 5 } } })

describe('a site to look around in', () => {
  test('one click in the empty dashboard, and another one in the settings after it was said what goes', async () => {
    const page = await stage.open()
    await page.getByRole('button', { name: 'Look around with a year of made-up visits' }).click()
    // Whoever reads these numbers is told on every page that they are none.
    const note = page.getByRole('note')
    await note.waitFor()
    expect(await note.innerText()).toContain('all numbers of site demo')
    await page.locator('.panels').getByText('/shop', { exact: true }).first().waitFor()
    expect(await page.title()).toBe('demo (made up) · Treadlight')
    expect(await page.getByLabel('Site', { exact: true }).locator('option').allInnerTexts()).toEqual(['default', 'demo (made up)'])
    await page.goto(`${stage.url}dashboard/?site=demo&page=funnels`)
    await page.getByText('From product to order', { exact: true }).waitFor()
    expect(await note.count()).toBe(1)

    await note.getByRole('link', { name: 'Renew or remove it' }).click()
    await page.getByRole('button', { name: 'Bring demo up to today' }).waitFor()
    expect(await violationsOfAll(page)).toEqual([])
    await page.getByRole('button', { name: 'Remove site demo' }).press('Enter')
    await page.getByText(/made-up hits, 4 goals, 2 funnels, 3 segments, \d annotations and 0 share links would be deleted/).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove site' }).click()
    // Upkeep of what was just made comes first: half a minute where others have the cores.
    await page.getByRole('button', { name: 'Look around with a year of made-up visits' }).waitFor({ timeout: 60_000 })
    await expect.poll(() => note.count()).toBe(0)
  }, 180_000)

  test('what is in the way is said where it was asked for', async () => {
    const page = await stage.open()
    await stage.append([{ ...panelHits(Date.now())[0]!, site: 'demo' }])
    await page.getByRole('button', { name: 'Look around with a year of made-up visits' }).click()
    await page.getByText('there are hits of a site demo, which are real').waitFor()
  })
})
