import axe from 'axe-core'
import { beforeEach, expect, test } from 'vitest'
import { panelHits } from './panelHits.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage({ timezone: 'Europe/Berlin' })
const now = Date.now()
const day = 86_400_000
beforeEach(() => stage.append(panelHits(now)))

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] }
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** As a deploy hook does. */
async function annotate(body: object): Promise<void> {
  const { token } = await stage.collector.tokens.create('ci', ['annotations'])
  const response = await fetch(`${stage.url}api/annotations`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) })
  expect(response.status).toBe(201)
}
const berlinDay = (time: number): string => new Date(time).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' })

/** Rows of the table for those who do not see the chart that have something in the column of annotations. */
async function annotatedRows(page: Page): Promise<[string, string][]> {
  // All at once: the chart may be drawn anew meanwhile.
  const cells = await page.locator('.trend .visually-hidden tbody tr').evaluateAll((rows) => rows.map((row): [string, string] => [row.firstElementChild!.textContent!, row.lastElementChild!.textContent!]))
  return cells.filter(([, text]) => /[a-z]{2}/i.test(text))
}

/** Whether the colour of marks is in the column of pixels of a bucket. */
async function isMarked(page: Page, index: number, of: number): Promise<boolean> {
  return page.evaluate(
    ([index, of]) => {
      const host = document.querySelector<HTMLElement>('.chart')!
      const canvas = host.querySelector('canvas')!
      const over = host.querySelector<HTMLElement>('.u-over')!
      const scale = canvas.width / canvas.clientWidth
      const x = Math.round((over.offsetLeft + (over.clientWidth * index!) / (of! - 1)) * scale)
      const probe = document.createElement('i')
      probe.style.color = getComputedStyle(host).getPropertyValue('--mark')
      document.body.append(probe)
      const wanted = getComputedStyle(probe).color.match(/\d+/g)!.map(Number)
      probe.remove()
      const { data } = canvas.getContext('2d')!.getImageData(x - 1, 0, 3, canvas.height)
      let hits = 0
      for (let at = 0; at < data.length; at += 4) if ([0, 1, 2].every((part) => Math.abs(data[at + part]! - wanted[part]!) < 30)) hits++
      return hits > 20
    },
    [index, of],
  )
}

test('what a deploy hook has said is a mark at its bucket, by day and by hour, with its text where the cursor is', async () => {
  const time = now - 3 * day
  await annotate({ text: 'v1.2 deployed <b>', time: new Date(time).toISOString() })
  await annotate({ text: 'Campaign', time: berlinDay(time) })
  const page = await stage.open('?period=7d')
  await page.getByRole('button', { name: '2 annotations' }).waitFor()
  const [[bucket, texts] = ['', ''], ...others] = await annotatedRows(page)
  expect(others).toEqual([])
  expect(texts).toBe('Campaign; v1.2 deployed <b>')
  expect(bucket).toBe(new Date(time).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'Europe/Berlin' }))
  await expect.poll(() => isMarked(page, 3, 7)).toBe(true)
  expect(await isMarked(page, 2, 7)).toBe(false)

  const chart = page.getByRole('group', { name: /Left and right arrow keys/ })
  await chart.focus()
  for (let count = 0; count < 4; count++) await page.keyboard.press('ArrowLeft')
  await chart.getByRole('status').getByText('v1.2 deployed <b>').waitFor()
  await page.keyboard.press('ArrowLeft')
  expect(await chart.getByRole('status').textContent()).not.toContain('deployed')
  expect(await violationsOf(page)).toEqual([])

  // By hour they fall apart: a day is where it begins.
  await page.getByLabel('Interval').selectOption('By hour')
  await expect.poll(async () => (await annotatedRows(page)).map(([, text]) => text)).toEqual(['Campaign', 'v1.2 deployed <b>'])
  await page.getByLabel('Chart', { exact: true }).selectOption('Pageviews by source')
  await page.getByRole('button', { name: '2 annotations' }).waitFor()
  await page.getByLabel('Interval').selectOption('By day')
  await expect.poll(async () => (await annotatedRows(page)).map(([, text]) => text)).toEqual(['Campaign; v1.2 deployed <b>'])
})

test('by week and month they are in the bucket that holds them, and those of the period before beside it', async () => {
  await annotate({ text: 'before', time: berlinDay(now - 9 * day) })
  await annotate({ text: 'within', time: berlinDay(now - 2 * day) })
  const page = await stage.open('?period=7d&compare=previous_period')
  await page.getByRole('button', { name: '1 annotation', exact: true }).waitFor()
  // Nine days ago is the fifth day of the week before: beside the one of two days ago.
  await page.getByRole('group', { name: /Left and right arrow keys/ }).focus()
  for (let count = 0; count < 3; count++) await page.keyboard.press('ArrowLeft')
  const status = page.locator('.chart').getByRole('status')
  await status.getByText('within').waitFor()
  expect(await status.locator('.tooltip-note').allTextContents()).toEqual(['within', 'before'])
  for (const interval of ['week', 'month']) {
    await page.goto(`${stage.url}dashboard/?period=12mo&interval=${interval}`)
    await page.getByRole('button', { name: '2 annotations' }).waitFor()
    expect((await annotatedRows(page)).flatMap(([, text]) => text.split('; '))).toEqual(['before', 'within'])
  }
})

test('owners add one, change it and delete it, after a word of what that means', async () => {
  const page = await stage.open('?period=7d')
  await page.getByRole('button', { name: 'Add an annotation…' }).click()
  await page.getByText('Nothing is noted in this period.').waitFor()
  const dialog = page.getByRole('dialog', { name: 'Annotations' })
  await dialog.getByLabel('What happened').fill('Launch')
  await dialog.getByLabel('Day').fill(berlinDay(now - day))
  await dialog.getByLabel('Link').fill('javascript:alert(1)')
  await page.keyboard.press('Enter')
  await dialog.getByText('link: must be an address').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByLabel('Link').fill('https://example.test/launch')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await dialog.getByRole('row', { name: /Launch/ }).waitFor()
  expect(await dialog.getByRole('link', { name: 'More on Launch' }).getAttribute('href')).toBe('https://example.test/launch')
  expect(await violationsOf(page)).toEqual([])

  await dialog.getByRole('button', { name: 'Change Launch' }).click()
  await dialog.getByLabel('What happened').fill('Relaunch')
  await dialog.getByLabel('Time').fill('14:30')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('row', { name: /14:30.*Relaunch/ }).waitFor()
  await dialog.getByRole('button', { name: 'Delete Relaunch' }).click()
  await page.getByText(/The annotation “Relaunch” of .* goes from the trend/).waitFor()
  await page.getByRole('dialog', { name: 'Delete an annotation' }).getByRole('button', { name: 'Delete' }).click()
  await dialog.getByText('Nothing is noted in this period.').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Add an annotation…' }).waitFor()
})
