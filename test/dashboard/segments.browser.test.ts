import axe from 'axe-core'
import { beforeEach, expect, test } from 'vitest'
import { panelHits } from './panelHits.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage()
const now = Date.now()
beforeEach(() => stage.append(panelHits(now)))

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] }
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** What the simple store says of the same filters. */
async function visitorsOf(...filters: (readonly [string, string, string[]])[]): Promise<string> {
  const today = Date.parse(new Date(Date.now()).toISOString().slice(0, 10))
  const reference = await stage.reference()
  const { rows } = await reference.query({
    site: 'default', timezone: 'UTC', metrics: ['visitors'], filters: filters as never, range: { from: today - 29 * 86_400_000, to: today + 86_400_000 },
  })
  return String(rows[0]!.metrics[0])
}
const visitors = (page: Page) => page.locator('.headline').getByRole('button', { name: /^Visitors/ })

test('the filters that are set are saved under a name, which stands for them from then on, also in the address', async () => {
  const page = await stage.open('?f=is,visit:device,Mobile&f=is,visit:country,SG')
  const expected = await visitorsOf(['is', 'visit:device', ['Mobile']], ['is', 'visit:country', ['SG']])
  await page.getByRole('button', { name: 'Segments', exact: true }).click()
  await page.getByText('There are no segments yet.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByLabel('Save the filters that are set as').fill('Phones <b>')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Segment is Phones <b>' }).waitFor()
  expect(new URL(page.url()).search).toMatch(/^\?f=is,segment,[0-9a-f]{12}$/)
  await visitors(page).getByText(expected, { exact: true }).waitFor()
  // A link restores it; other filters go with it.
  await page.goto(`${page.url()}&f=is,visit:browser,Firefox&period=30d`)
  await page.getByRole('button', { name: 'Segment is Phones <b>' }).waitFor()
  await visitors(page).getByText(await visitorsOf(['is', 'visit:device', ['Mobile']], ['is', 'visit:country', ['SG']], ['is', 'visit:browser', ['Firefox']]), { exact: true }).waitFor()
})

test('one is chosen from the list by keyboard, opened into its filters, and saved over', async () => {
  const page = await stage.open('?f=is,visit:device,Mobile')
  await page.getByRole('button', { name: 'Segments', exact: true }).click()
  await page.getByLabel('Save the filters that are set as').fill('Phones')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Segment is Phones' }).waitFor()
  await page.getByRole('button', { name: 'Remove filter: Segment' }).click()
  await visitors(page).getByText(await visitorsOf(), { exact: true }).waitFor()

  await page.getByRole('button', { name: 'Segments', exact: true }).click()
  await page.getByRole('button', { name: 'Phones', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Segment is Phones' }).click()
  await page.getByText('Device is Mobile').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Show as filters' }).click()
  await page.getByRole('button', { name: 'Device is Mobile' }).waitFor()
  expect(new URL(page.url()).search).toBe('?f=is,visit:device,Mobile')

  await page.goto(`${stage.url}dashboard/?f=is,visit:device,Desktop`)
  await page.getByRole('button', { name: 'Segments', exact: true }).click()
  await page.getByRole('button', { name: 'Save the filters that are set over Phones' }).click()
  await page.getByRole('button', { name: 'Segment is Phones' }).waitFor()
  await visitors(page).getByText(await visitorsOf(['is', 'visit:device', ['Desktop']]), { exact: true }).waitFor()
})

test('in the settings they are made, renamed, and deleted after a word of what that means', async () => {
  const page = await stage.open('?page=settings&section=segments')
  await page.getByText('There are no segments').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Odd')
  await page.getByLabel('Filters', { exact: true }).fill('[')
  await page.getByRole('button', { name: 'Make a segment' }).click()
  await page.getByText('this is no JSON').waitFor()
  await page.getByLabel('Filters', { exact: true }).fill('[["or",[["is","visit:country",["SG"]],["is","visit:device",["Mobile"]]]]]')
  await page.getByRole('button', { name: 'Make a segment' }).click()
  await page.getByRole('row', { name: /^Odd/ }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Change Odd' }).click()
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Abroad or phones')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Show the visitors of Abroad or phones' }).click()
  // What the page cannot write stays together.
  await page.getByRole('button', { name: 'Segment is Abroad or phones' }).click()
  await page.getByText('These filters go beyond').waitFor()
  await page.keyboard.press('Escape')

  await page.goto(`${stage.url}dashboard/?page=settings&section=segments`)
  await page.getByRole('button', { name: 'Delete Abroad or phones' }).click()
  await page.getByText('The segment “Abroad or phones” with 1 filter goes.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('There are no segments').waitFor()
})

test('who follows a link to one that is gone is told so, and can leave it', async () => {
  const page = await stage.open('?f=is,segment,0123456789ab')
  await page.getByText('there is no segment "0123456789ab"').first().waitFor()
  await page.getByRole('button', { name: 'Remove filter: Segment' }).click()
  await visitors(page).getByText(await visitorsOf(), { exact: true }).waitFor()
})
