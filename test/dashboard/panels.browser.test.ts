import type { Query } from '@treadlight/store'
import type { Locator } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Column, formatCell, type Money } from '../../packages/dashboard/src/columns.ts'
import { type Dimension, nameOf } from '../../packages/dashboard/src/filter.ts'
import { panelHits } from './panelHits.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()

beforeEach(async () => {
  await stage.append(panelHits(Date.now()))
})

/** Every list of the page: where it is, what it lists and in which columns. */
const lists: [panel: string, tab: string, part: string, dimension: Exclude<Dimension, 'segment'>, columns: Column[]][] = [
  ['Top pages', 'Pages', '', 'event:page', ['visitors', 'pageviews', 'time_on_page', 'scroll_depth']],
  ['Top pages', 'Entry', '', 'visit:entry_page', ['visitors', 'bounce_rate', 'visit_duration']],
  ['Top pages', 'Exit', '', 'visit:exit_page', ['visitors', 'exit_rate']],
  ['Sources', 'Sources', '', 'visit:source', ['visitors', 'percentage']],
  ['Sources', 'Channels', '', 'visit:channel', ['visitors', 'percentage']],
  ['Sources', 'Referrers', '', 'visit:referrer', ['visitors', 'percentage']],
  ['Sources', 'Campaigns', '', 'visit:utm_campaign', ['visitors', 'percentage']],
  ['Sources', 'Campaigns', 'source', 'visit:utm_source', ['visitors', 'percentage']],
  ['Sources', 'Campaigns', 'medium', 'visit:utm_medium', ['visitors', 'percentage']],
  ['Sources', 'Campaigns', 'term', 'visit:utm_term', ['visitors', 'percentage']],
  ['Sources', 'Campaigns', 'content', 'visit:utm_content', ['visitors', 'percentage']],
  ['Places', 'Countries', '', 'visit:country', ['visitors', 'percentage']],
  ['Places', 'Regions', '', 'visit:region', ['visitors', 'percentage']],
  ['Places', 'Cities', '', 'visit:city', ['visitors', 'percentage']],
  ['Places', 'Languages', '', 'visit:language', ['visitors', 'percentage']],
  ['Devices', 'Browsers', '', 'visit:browser', ['visitors', 'percentage']],
  ['Devices', 'Systems', '', 'visit:os', ['visitors', 'percentage']],
  ['Devices', 'Devices', '', 'visit:device', ['visitors', 'percentage']],
  ['Devices', 'Screens', '', 'visit:screen_class', ['visitors', 'percentage']],
  ['Events and goals', 'Goals', '', 'event:goal', ['visitors', 'events', 'conversion_rate', 'total_revenue', 'average_revenue']],
  ['Events and goals', 'Events', '', 'event:name', ['visitors', 'events']],
  ['Events and goals', 'Props', '', 'event:props:plan', ['visitors', 'events']],
  ['Events and goals', 'Props', 'size', 'event:props:size', ['visitors', 'events']],
]

test('the numbers of every list are those of the API and of the reference store', async () => {
  const page = await stage.open('?period=7d')
  const reference = await stage.reference()
  for (const [panel, tab, part, dimension, columns] of lists) {
    const region = page.getByRole('region', { name: panel })
    await region.getByRole('group', { name: panel }).getByRole('button', { name: tab, exact: true }).click()
    if (part) await region.getByRole('combobox').selectOption({ label: part })
    const order_by = [['visitors', 'desc'], [dimension, 'asc']] as const
    const filters: Query['filters'] = dimension === 'event:name' ? [['is_not', dimension, ['pageview']]] : []
    const answer = await ask({ metrics: columns, dimensions: [dimension], date_range: '7d', order_by, filters })
    const [from, to] = answer.query.date_range.map((time) => Date.parse(time))
    const { rows } = await reference.query({ site: 'default', timezone: 'UTC', range: { from: from!, to: to! }, metrics: columns as Query['metrics'], dimensions: [dimension], orderBy: order_by, filters })
    expect(answer.results.map(({ dimensions, metrics }) => ({ dimensions, metrics: metrics.map(valueOf) }))).toEqual(rows.map(({ dimensions, metrics }) => ({ dimensions, metrics })))

    const expected = answer.results
      .filter(({ dimensions }) => !/utm_|props/.test(dimension) || !/^\((not set|none)\)$/.test(dimensions[0]!))
      .slice(0, 9)
      .map(({ dimensions, metrics }) => lineOf(nameOf(dimension, dimensions[0]!), metrics, columns))
    await expect.poll(() => shown(region), { message: `${panel}: ${dimension}`, timeout: 5000 }).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
  }
})

test('filters of several panels hold at once, and a browser shows its versions', async () => {
  const page = await stage.open('?period=7d&places=visit:country')
  await row('Devices', 'Firefox').click()
  await row('Places', 'Germany').click()
  const { results } = await ask({
    date_range: '7d',
    metrics: ['visitors', 'percentage'],
    dimensions: ['visit:browser_version'],
    filters: [['is', 'visit:browser', ['Firefox']], ['is', 'visit:country', ['DE']]],
    order_by: [['visitors', 'desc'], ['visit:browser_version', 'asc']],
  })
  const expected = results.map(({ dimensions, metrics }) => lineOf(dimensions[0]!, metrics, ['visitors', 'percentage']))
  await expect.poll(() => shown(page.getByRole('region', { name: 'Devices' }))).toEqual(expected)
  expect(expected.map(([version]) => version).toSorted()).toEqual(['140', '141'])
  expect(new URL(page.url()).search).toBe('?period=7d&f=is,visit:browser,Firefox&f=is,visit:country,DE&places=visit:country')
})

test('a click on an event shows its props, and back returns to the events', async () => {
  const page = await stage.open('?period=7d&events=event:name')
  await row('Events and goals', 'purchase').click()
  const choice = page.getByRole('region', { name: 'Events and goals' }).getByRole('combobox', { name: 'Prop' })
  await expect.poll(() => choice.locator('option').allTextContents()).toEqual(['plan', 'size'])
  await row('Events and goals', 'pro').waitFor()
  await page.goBack()
  await row('Events and goals', 'signup').waitFor()
})

describe('the full list', () => {
  test('sorts by any column, searches and is restored by its address', async () => {
    const page = await stage.open('?period=7d')
    await page.getByRole('button', { name: 'More: Pages' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pages' })
    await dialog.getByRole('button', { name: /^Views/ }).click()
    await expect.poll(() => numbers(dialog, 1)).toEqual((await numbersOf('pageviews')).toSorted((a, b) => b - a))
    await dialog.getByRole('button', { name: /^Views/ }).click()
    await expect.poll(() => numbers(dialog, 1)).toEqual((await numbersOf('pageviews')).toSorted((a, b) => a - b))
    expect(await dialog.getByRole('columnheader', { name: /^Views/ }).getAttribute('aria-sort')).toBe('ascending')
    await dialog.getByLabel('Search').fill('BLOG')
    await expect.poll(async () => (await shown(dialog)).map(([name]) => name).toSorted()).toEqual(['/blog/a', '/blog/b'])
    await expect.poll(() => new URL(page.url()).searchParams.get('detail')).toBe('event:page,pageviews,,BLOG')

    await page.reload()
    await expect.poll(async () => (await shown(dialog)).length).toBe(2)
    expect(await dialog.getByLabel('Search').inputValue()).toBe('BLOG')
    // The first one empties the search, as browsers have it.
    await page.keyboard.press('Escape')
    expect(await dialog.getByLabel('Search').inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await expect.poll(() => new URL(page.url()).search).toBe('?period=7d')
    await dialog.waitFor({ state: 'detached' })
  })

  test('countries are found by their names', async () => {
    const page = await stage.open('?period=7d&detail=visit:country,,,germ')
    const dialog = page.getByRole('dialog', { name: 'Countries' })
    await expect.poll(async () => (await shown(dialog)).map(([name]) => name)).toEqual(['Germany'])
  })

  test('back closes it, a row filters and closes it, and the focus returns', async () => {
    const page = await stage.open('?period=7d')
    const more = page.getByRole('button', { name: 'More: Sources' })
    const dialog = page.getByRole('dialog', { name: 'Sources' })
    await more.click()
    await dialog.waitFor()
    await page.goBack()
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => more.evaluate((element) => element === document.activeElement)).toBe(true)
    await more.click()
    await dialog.getByRole('rowheader').getByRole('button', { name: 'newsletter' }).click()
    await expect.poll(() => new URL(page.url()).search).toBe('?period=7d&f=is,visit:source,newsletter')
    await dialog.waitFor({ state: 'detached' })
  })

  test('goes page by page', async () => {
    const [first] = panelHits(Date.now())
    await stage.append(Array.from({ length: 120 }, (_, index) => ({ ...first!, id: first!.id.slice(0, -4) + (4096 + index).toString(16), view: '', visitor: `w${index}`, path: `/page-${index}` })))
    const page = await stage.open('?period=7d&detail=event:page')
    const dialog = page.getByRole('dialog', { name: 'Pages' })
    await dialog.getByText('1–50 of 126').waitFor()
    await dialog.getByRole('button', { name: 'Next' }).click()
    await dialog.getByText('51–100 of 126').waitFor()
    await dialog.getByRole('button', { name: 'Next' }).click()
    await dialog.getByText('101–126 of 126').waitFor()
    expect(await dialog.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
  })

  test('is saved as CSV in which nothing is a formula', async () => {
    const [first] = panelHits(Date.now())
    await stage.append([{ ...first!, id: `${first!.id.slice(0, -4)}abcd`, visitor: 'mallory', source: '=cmd|"/c calc"!A1' }])
    const page = await stage.open('?period=7d&detail=visit:source')
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download CSV' }).click()
    const download = await saved
    expect(download.suggestedFilename()).toBe('source.csv')
    const text = await new Response((await download.createReadStream()) as unknown as ReadableStream).text()
    const [head, ...lines] = text.trimEnd().split('\r\n')
    expect(head).toBe('visit:source,visitors,visits,bounce_rate,visit_duration,percentage')
    expect(lines).toHaveLength(6)
    expect(lines.filter((line) => /^"?[=+\-@]/.test(line))).toEqual([])
    expect(lines.find((line) => line.includes('cmd'))).toMatch(/^"'=cmd\|""\/c calc""!A1",1,1,/)
  })
})

test('goals are named, counted and deleted', async () => {
  const page = await stage.open('?period=7d')
  await row('Events and goals', 'signup').waitFor()
  await page.getByRole('button', { name: 'Edit goals…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Goals' })
  await dialog.getByText('Until you name one, every event is a goal').waitFor()
  await dialog.getByLabel('Name of the event').fill('purchase')
  await page.keyboard.press('Enter')
  await dialog.getByRole('listitem').getByText('purchase').first().waitFor()
  await dialog.getByLabel('Kind').selectOption('Page')
  await dialog.getByLabel('Path, * for any part').fill('nowhere')
  await page.keyboard.press('Enter')
  await dialog.getByText('page: must be a path').waitFor()
  await dialog.getByLabel('Path, * for any part').fill('/blog/*')
  await dialog.getByLabel('Shown as').fill('Readers')
  await page.keyboard.press('Enter')
  await dialog.getByRole('listitem').getByText('Readers').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()

  const { results } = await ask({ date_range: '7d', metrics: ['visitors', 'events'], dimensions: ['event:goal'] })
  const expected = results.map(({ dimensions, metrics }) => lineOf(dimensions[0]!, metrics, ['visitors', 'events']))
  expect(expected.map(([name]) => name)).toEqual(['Readers', 'purchase'])
  await expect.poll(async () => (await shown(page.getByRole('region', { name: 'Events and goals' }))).map((cells) => cells.slice(0, 3))).toEqual(expected)

  await page.getByRole('button', { name: 'Edit goals…' }).click()
  await dialog.getByRole('listitem').filter({ hasText: 'Readers' }).getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1)
})

describe('the map', () => {
  test('says what the list says, and a click filters', async () => {
    const page = await stage.open('?period=7d')
    const map = page.getByRole('group', { name: /^Map\./ })
    const { results } = await ask({ date_range: '7d', metrics: ['visitors', 'percentage'], dimensions: ['visit:country'] })
    await map.waitFor()
    const labels = await map.getByRole('button').evaluateAll((shapes) => shapes.map((shape) => shape.getAttribute('aria-label')))
    // Singapore is too small for the map: it has a dot.
    expect(labels.toSorted()).toEqual(results.map(({ dimensions: [code], metrics: [visitors, share] }) => `${nameOf('visit:country', code!)}: ${valueOf(visitors!)} visitors, ${formatCell('percentage', share)}`).toSorted())
    const table = page.getByRole('table', { name: 'Map' }).getByRole('row')
    expect(await table.count()).toBe(results.length + 1)
    await map.getByRole('button', { name: /^United States/ }).click()
    await expect.poll(() => new URL(page.url()).search).toBe('?period=7d&f=is,visit:country,US')
  })

  test('is one stop for the Tab key, arrows go on, Enter filters', async () => {
    const page = await stage.open('?period=7d')
    const map = page.getByRole('group', { name: /^Map\./ })
    await map.waitFor()
    expect(await map.locator('[tabindex="0"]').count()).toBe(1)
    await map.locator('[tabindex="0"]').focus()
    const first = await page.evaluate(() => document.activeElement!.getAttribute('data-code'))
    await page.keyboard.press('ArrowRight')
    const second = await page.evaluate(() => document.activeElement!.getAttribute('data-code'))
    expect([first, second]).toEqual(['DE', 'SG'])
    await page.getByText('Singapore 15 visitors').waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).search).toBe('?period=7d&f=is,visit:country,SG')
  })

  test('is loaded only when it is looked at', async () => {
    await stage.open('?period=7d&places=visit:city')
    await row('Places', 'Berlin').waitFor()
    expect(stage.answered.filter((line) => line.includes('worldShapes'))).toEqual([])
    await stage.page.getByRole('button', { name: 'Map' }).click()
    await stage.page.getByRole('group', { name: /^Map\./ }).waitFor()
    expect(stage.answered.filter((line) => line.includes('worldShapes'))).toHaveLength(1)
  })
})

test('the page of the last 30 minutes counts each minute and follows what happens', async () => {
  const [hit] = panelHits(Date.now())
  const at = (index: number, minutes: number) => ({ ...hit!, id: hit!.id.slice(0, -4) + (4096 + index).toString(16), time: Date.now() - minutes * 60_000, day: new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 10), view: '', visitor: `now${index}`, path: '/now' })
  await stage.append([at(1, 1), at(2, 1), at(3, 12), at(4, 40)])
  const page = await stage.open()
  await page.getByRole('button', { name: '2 people now' }).click()
  const region = page.getByRole('region', { name: 'Last 30 minutes' })
  const bars = region.getByRole('table', { name: 'Pageviews per minute' }).locator('tbody tr')
  await expect.poll(() => bars.locator('td').allTextContents()).toHaveLength(30)
  const counts = (await bars.locator('td').allTextContents()).map(Number)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3)
  await expect.poll(() => shown(page.getByRole('region', { name: 'Top pages' }))).toEqual([['/now', '3', '3', '–', '–']])
  await stage.append([at(5, 0)])
  await region.getByText('3', { exact: true }).first().waitFor()
  await expect.poll(() => shown(page.getByRole('region', { name: 'Top pages' })), { timeout: 5000 }).toEqual([['/now', '4', '4', '–', '–']])
  expect(await page.getByRole('region', { name: 'Newest events' }).getByRole('row').nth(1).innerText()).toMatch(/Pageview\s+\/now/)
  await region.getByRole('button', { name: '← Overview' }).click()
  expect(new URL(page.url()).search).toBe('')
})

test.each([
  ['sources=visit:utm_term', 'Sources', 'No tagged links were followed. Add ?utm_campaign=…'],
  ['places=visit:city', 'Places', 'No places are known. A place database'],
  ['', 'Places', 'No places are known. A place database'],
  ['events=event:name', 'Events and goals', 'No events yet. Send one'],
  ['events=props', 'Events and goals', 'No props were sent.'],
  ['', 'Events and goals', 'No goal was reached.'],
])('an empty list says what to do: %s %s', async (search, panel, advice) => {
  // What the hits of the last days have is not asked for: those of today lack it.
  await stage.append([{ ...panelHits(Date.now())[0]!, id: '019a0000-0000-7000-8000-00000000abcd', day: '2025-10-20', time: Date.UTC(2025, 9, 20, 12), received: Date.UTC(2025, 9, 20, 12), country: '', region: '', city: '', visitor: 'bare' }])
  const page = await stage.open(`?period=2025-10-20,2025-10-20&${search}`)
  await page.getByRole('region', { name: panel }).getByText(advice).waitFor()
})

interface Answer {
  results: { dimensions: string[]; metrics: (number | Money | null)[] }[]
  query: { date_range: [string, string] }
}

/** What the API says, asked by the page as the owner. */
function ask(query: object): Promise<Answer> {
  return stage.page.evaluate(async (body) => {
    const response = await fetch('../api/v2/query', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(await response.text())
    return response.json()
  }, { site_id: 'default', ...query }) as Promise<Answer>
}

function valueOf(cell: number | Money | null): number | null {
  return typeof cell === 'object' && cell !== null ? cell.value : cell
}

function row(panel: string, name: string): Locator {
  return stage.page.getByRole('region', { name: panel }).getByRole('rowheader').getByRole('button', { name, exact: true })
}

/** As {@link shown} reads it. */
function lineOf(name: string, cells: readonly (number | Money | null)[], columns: readonly Column[]): string[] {
  return [name, ...cells.map((cell, index) => formatCell(columns[index]!, cell))]
}

/** Name and numbers of every row. */
function shown(host: Locator): Promise<string[][]> {
  return host.locator('.rows tbody tr').evaluateAll((rows) =>
    rows.map((row) => [row.querySelector('bdi')!.textContent, ...[...row.querySelectorAll('td:not(.is-change)')].map((cell) => cell.textContent)]),
  )
}

async function numbers(host: Locator, column: number): Promise<number[]> {
  return (await shown(host)).map((cells) => Number(cells[1 + column]))
}

async function numbersOf(metric: string): Promise<number[]> {
  const { results } = await ask({ date_range: '7d', metrics: [metric], dimensions: ['event:page'] })
  return results.map(({ metrics }) => Number(metrics[0]))
}
