import type { Filter, StoredHit } from '@treadlight/store'
import { expect, test } from 'vitest'
import { formatMetric, type Metric, metrics } from '../../packages/dashboard/src/metrics.ts'
import { onPage, visit } from './onPage.ts'
import { setDashboardStage } from './stage.ts'

// Its clock is set back on 25 October 2026, at 3 o'clock, and forward on 29 March.
const zone = 'Europe/Berlin'
const hour = 3_600_000
const stage = setDashboardStage({ timezone: zone })
const { value, number, row } = onPage(stage)

/** Visits around the ends of summer time, this year's and last year's. */
function autumn(): StoredHit[] {
  const times = [
    Date.UTC(2026, 9, 23, 21, 59),
    Date.UTC(2026, 9, 23, 22, 1),
    Date.UTC(2026, 9, 24, 22, 1),
    Date.UTC(2026, 9, 25, 0, 30),
    Date.UTC(2026, 9, 25, 1, 30),
    Date.UTC(2026, 9, 25, 22, 59),
    Date.UTC(2026, 9, 25, 23, 1),
    Date.UTC(2025, 9, 24, 22, 1),
    Date.UTC(2025, 9, 26, 12),
  ]
  const sources = ['Google', 'Bing', '', 'News']
  return times.flatMap((time, index) =>
    visit(`v${index % 5}`, ['/', '/pricing', '/docs'].slice(0, 1 + (index % 3)), { time, zone, source: sources[index % 4]!, device: index % 2 ? 'Mobile' : 'Desktop' }),
  )
}

/** What the reference store says of the days, both included. */
async function asReference(from: number, to: number, filters: Filter[] = []): Promise<string[]> {
  const { rows } = await (await stage.reference()).query({ site: 'default', timezone: zone, range: { from, to }, metrics, filters })
  return metrics.map((metric, index) => formatMetric(metric, rows[0]?.metrics[index]))
}

const days = { from: Date.UTC(2026, 9, 23, 22), to: Date.UTC(2026, 9, 25, 23) }
const before = { from: Date.UTC(2026, 9, 21, 22), to: days.from }

const filtered: [query: string, filters: Filter[]][] = [
  ['', []],
  ['&f=is,visit:source,Google', [['is', 'visit:source', ['Google']]]],
  ['&f=is_not,visit:source,Google&f=contains,event:page,/', [['is_not', 'visit:source', ['Google']], ['contains', 'event:page', ['/']]]],
  ['&f=has_done,event:page,/pricing', [['has_done', ['is', 'event:page', ['/pricing']]]]],
  ['&f=matches,event:page,^/(docs|pricing)$', [['matches', 'event:page', ['^/(docs|pricing)$']]]],
]

test('the headline over the end of summer time is the reference store’s, whatever is filtered by', async () => {
  await stage.append(autumn())
  const page = await stage.open()
  for (const [query, filters] of filtered) {
    await page.goto(`${stage.url}dashboard/?period=2026-10-24,2026-10-25&compare=previous_period${query}`)
    const ofPage = query.includes('event:page') && !query.includes('has_done')
    const wanted = (await asReference(days.from, days.to, filters)).map((text, index) => (ofPage && isOfVisits(metrics[index]!) ? '–' : text))
    await expect.poll(() => page.locator('.number-value').allTextContents(), { message: query }).toEqual(wanted)
    const was = await asReference(before.from, before.to, filters)
    expect(await number('Pageviews').locator('.change').getAttribute('title'), query).toBe(`was ${was[metrics.indexOf('pageviews')]}`)
  }
})

function isOfVisits(metric: Metric): boolean {
  return metric === 'views_per_visit' || metric === 'visit_duration'
}

test('the chart’s table has every bucket of both periods, and the reference store’s numbers', async () => {
  await stage.append(autumn())
  const page = await stage.open('?period=2026-10-25,2026-10-25&compare=year_over_year&interval=hour&metric=pageviews')
  const table = page.getByRole('table', { name: 'Pageviews', exact: true })
  await table.waitFor({ state: 'attached' })
  const shown = await table.locator('tbody tr').evaluateAll((trs) => trs.map((tr) => [...tr.querySelectorAll('td')].map((td) => Number(td.textContent))))
  // An hour that is gone through twice is one bucket: the day has 25 hours and 24 labels.
  expect(shown).toHaveLength(24)
  const reference = await stage.reference()
  const hoursOf = async (from: number, hours: number): Promise<number[]> => {
    const { rows } = await reference.query({ site: 'default', timezone: zone, range: { from, to: from + hours * hour }, metrics: ['pageviews'], dimensions: ['time:hour'] })
    return Array.from({ length: 24 }, (_, at) => Number(rows.find((found) => found.dimensions[0]!.slice(11, 13) === String(at).padStart(2, '0'))?.metrics[0] ?? 0))
  }
  expect(shown.map(([now]) => now)).toEqual(await hoursOf(Date.UTC(2026, 9, 24, 22), 25))
  expect(shown.map(([, then]) => then)).toEqual(await hoursOf(Date.UTC(2025, 9, 24, 22), 24))
  expect(shown[0]![1]).toBe(2)
})

test('PV30 PV32: pageviews by source, sorted, direct by its name, zero-filled, with sum and average', async () => {
  await stage.append(autumn())
  const page = await stage.open('?period=2026-10-23,2026-10-26&chart=sources')
  const table = page.getByRole('table', { name: 'Pageviews by source' })
  await table.waitFor({ state: 'attached' })
  expect(await table.locator('thead th').allTextContents()).toEqual(['Day', 'Bing', 'Direct', 'Google', 'News'])
  const shown = await table.locator('tbody tr').evaluateAll((trs) => trs.map((tr) => [...tr.querySelectorAll('td')].map((td) => Number(td.textContent))))
  const { rows } = await (await stage.reference()).query({
    site: 'default',
    timezone: zone,
    range: { from: Date.UTC(2026, 9, 22, 22), to: Date.UTC(2026, 9, 26, 23) },
    metrics: ['pageviews'],
    dimensions: ['time:day', 'visit:source'],
  })
  const at = (day: string, source: string): number => Number(rows.find(({ dimensions }) => dimensions[0] === day && dimensions[1] === source)?.metrics[0] ?? 0)
  expect(shown).toEqual(['2026-10-23', '2026-10-24', '2026-10-25', '2026-10-26'].map((day) => ['Bing', 'Direct / None', 'Google', 'News'].map((source) => at(day, source))))
  const sum = rows.reduce((total, { metrics: [views] }) => total + views!, 0)
  expect(await page.locator('.trend-sum').textContent()).toBe(`${sum} pageviews, ${Math.round((sum / 4) * 10) / 10} per day on average`)

  const chart = page.getByRole('group', { name: /^Pageviews by source\. / })
  await chart.focus()
  await page.keyboard.press('Home')
  // A number of the headline is drawn as a line again.
  expect(await number('Visits').getAttribute('aria-pressed')).toBe('false')
  expect(await chart.innerText()).toContain(`${shown[0]!.reduce((a, b) => a + b, 0)} pageviews`)
  await number('Visits').click()
  await page.getByRole('group', { name: /^Visits\. / }).waitFor()
})

test('PV30: no pageviews, and more sources than colours', async () => {
  await stage.append(Array.from({ length: 12 }, (_, index) => visit(`v${index}`, Array.from({ length: 1 + (index % 3) }, () => '/'), { zone, source: `s${String(index).padStart(2, '0')}` })).flat())
  const page = await stage.open('?period=7d&chart=sources')
  await page.getByRole('table', { name: 'Pageviews by source' }).waitFor({ state: 'attached' })
  const legend = await page.getByRole('list', { name: 'Sources', exact: true }).getByRole('listitem').allInnerTexts()
  expect(legend).toHaveLength(8)
  expect(legend.reduce((sum, entry) => sum + Number(/\d+$/.exec(entry)![0]), 0)).toBe(24)
  expect(legend.at(-1)).toMatch(/^Others\s+\d+$/)

  await page.getByRole('combobox', { name: 'Period' }).selectOption('next_week')
  await page.locator('.trend-empty').getByText('No data for this period').waitFor()
})

test('PV31: every range that the picker offers is one that the collector knows', async () => {
  await stage.append(visit('ada', ['/'], { zone }))
  const page = await stage.open()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  const picker = page.getByRole('combobox', { name: 'Period' })
  const refusals: string[] = []
  page.on('response', async (response) => {
    if (response.status() === 400) refusals.push(`${response.request().postData()} ${await response.text()}`)
  })
  const names = await picker.locator('optgroup option').evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
  expect(names.length).toBeGreaterThan(26)
  for (const name of names) {
    await picker.selectOption(name)
    await expect.poll(() => page.locator('.headline.is-stale, .trend.is-stale, .trend.is-pending').count()).toBe(0)
  }
  expect(refusals).toEqual([])
})

test('own dates, steps back and forth, and the interval are in the address', async () => {
  await stage.append(autumn())
  const page = await stage.open('?period=2026-10-01,2026-10-31')
  await page.getByRole('button', { name: 'Period before' }).click()
  expect(new URL(page.url()).search).toBe('?period=2026-09-01,2026-09-30')
  await page.getByRole('button', { name: 'Period after' }).click()
  expect(new URL(page.url()).search).toBe('?period=2026-10-01,2026-10-31')
  await page.getByLabel('Interval').selectOption('time:week')
  expect(new URL(page.url()).search).toBe('?period=2026-10-01,2026-10-31&interval=week')
  await page.getByLabel('First day').fill('2026-10-24')
  await page.getByLabel('Last day').fill('2026-10-20')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  expect(new URL(page.url()).search).toBe('?period=2026-10-20,2026-10-24')

  // Back ends the choosing of others.
  const picker = page.getByRole('combobox', { name: 'Period' })
  for (const name of ['7d', 'today', 'custom']) await picker.selectOption(name)
  await page.getByLabel('First day').waitFor()
  await page.goBack()
  await page.getByLabel('First day').waitFor({ state: 'detached' })
  expect(await picker.inputValue()).toBe('7d')
})

test('a step goes by the period that is wanted, not by the one that is still shown', async () => {
  await stage.append(autumn())
  const page = await stage.open('?period=7d')
  const before = page.getByRole('button', { name: 'Period before' })
  await expect.poll(() => before.isEnabled()).toBe(true)
  let answer = (): void => {}
  const isWanted = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/api/v2/query', async (route) => {
    await isWanted
    await route.continue()
  })
  await page.keyboard.press('q')
  await expect.poll(() => before.isEnabled()).toBe(false)
  await page.keyboard.press('b')
  expect(new URL(page.url()).search).toBe('?period=91d')
  answer()
  await expect.poll(() => before.isEnabled()).toBe(true)
  await page.unroute('**/api/v2/query')
})

test('a key closes the fields for own dates that nobody has filled in', async () => {
  await stage.append(autumn())
  const page = await stage.open('')
  const picker = page.getByRole('combobox', { name: 'Period' })
  await picker.selectOption('custom')
  await page.getByLabel('First day').waitFor()
  await picker.evaluate((element) => (element as HTMLElement).blur())
  await page.keyboard.press('d')
  await expect.poll(() => picker.inputValue()).toBe('today')
  expect(await page.getByLabel('First day').count()).toBe(0)
})

test('a country is filtered by the name that is typed', async () => {
  await stage.append(autumn())
  const page = await stage.open('?detail=filter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('How').selectOption('contains')
  await dialog.getByLabel('What').selectOption('visit:country')
  // No part of a name is in its code.
  expect(await dialog.getByLabel('How').locator('option').allInnerTexts()).toEqual(['is', 'is not', 'anywhere in the visit is', 'nowhere in the visit is'])
  await dialog.getByRole('combobox', { name: 'Values' }).fill('Germany')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('f')).toBe('is,visit:country,DE')
})

test('a filter is asked for by keys, with suggestions, changed by its chip, and back undoes it', async () => {
  await stage.append([...visit('ada', ['/', '/Pricing'], { zone, country: 'DE' }), ...visit('ben', ['/pricing/more'], { zone, country: 'FR' }), ...visit('cyd', ['/docs'], { zone })])
  const page = await stage.open()
  await value('Visitors').getByText('3', { exact: true }).waitFor()
  await page.keyboard.press('f')
  const dialog = page.getByRole('dialog', { name: 'Filter' })
  await dialog.getByRole('combobox', { name: 'Values' }).fill('PRIC')
  await expect.poll(() => dialog.getByRole('listbox').getByRole('option').allInnerTexts()).toEqual(['/Pricing', '/pricing/more'])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Apply' }).press('Enter')
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  expect(new URL(page.url()).search).toBe('?f=is,event:page,/Pricing')

  await page.getByRole('button', { name: 'Page is /Pricing' }).click()
  await dialog.getByLabel('How').selectOption('contains')
  await dialog.getByRole('button', { name: 'Remove /Pricing' }).click()
  await dialog.getByRole('combobox', { name: 'Values' }).fill('ricing')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await value('Visitors').getByText('2', { exact: true }).waitFor()

  await page.keyboard.press('f')
  await dialog.getByLabel('What').selectOption('visit:country')
  await dialog.getByRole('combobox', { name: 'Values' }).fill('germ')
  await dialog.getByRole('option', { name: 'Germany' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  expect(new URL(page.url()).search).toBe('?f=contains,event:page,ricing&f=is,visit:country,DE')
  await page.goBack()
  await value('Visitors').getByText('2', { exact: true }).waitFor()
})

test('a pattern that does not compile is said to be one, and the way back is open', async () => {
  await stage.append(visit('ada', ['/'], { zone }))
  const page = await stage.open('?f=matches,event:page,(')
  await page.getByRole('alert').first().waitFor()
  expect(await page.getByRole('alert').first().innerText()).toMatch(/filters/)
  await page.getByText('this cannot be answered').waitFor()
  await page.getByRole('button', { name: 'Remove filter: Page' }).click()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
})

test('keys change the view, and mean nothing where they are typed', async () => {
  await stage.append(visit('ada', ['/'], { zone }))
  const page = await stage.open()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  const steps: [key: string, search: string][] = [
    ['d', '?period=today'],
    ['b', '?period=yesterday'],
    ['n', '?period=today'],
    ['w', '?period=7d'],
    ['c', '?period=7d&compare=previous_period'],
    ['s', '?period=7d&compare=previous_period&chart=sources'],
    ['?', '?period=7d&compare=previous_period&chart=sources&detail=keys'],
    ['d', '?period=7d&compare=previous_period&chart=sources&detail=keys'],
    ['Escape', '?period=7d&compare=previous_period&chart=sources'],
  ]
  for (const [key, search] of steps) {
    await expect.poll(() => page.locator('.headline.is-stale').count()).toBe(0)
    await page.keyboard.press(key)
    await expect.poll(() => new URL(page.url()).search).toBe(search)
  }
  // The dialog was a step of its own, and closing it went back: no view is there twice.
  await page.goBack()
  expect(new URL(page.url()).search).toBe('?period=7d')

  // Who speaks to the computer turns them off (WCAG 2.1.4), and finds them where they were.
  await page.keyboard.press('?')
  await page.getByRole('checkbox', { name: 'Single letters do this' }).uncheck()
  await page.keyboard.press('Escape')
  await expect.poll(() => new URL(page.url()).search).toBe('?period=7d')
  await page.reload()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  await page.keyboard.press('d')
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
  await page.getByRole('checkbox', { name: 'Single letters do this' }).check()
  await page.keyboard.press('Escape')
  await expect.poll(() => new URL(page.url()).search).toBe('?period=7d')
  await page.keyboard.press('d')
  await expect.poll(() => new URL(page.url()).search).toBe('?period=today')
})

test('the focus is where it was after a dialog', async () => {
  await stage.append(visit('ada', ['/'], { zone }))
  const page = await stage.open()
  const button = page.getByRole('button', { name: 'Filter', exact: true })
  await button.press('Enter')
  await page.getByRole('dialog', { name: 'Filter' }).waitFor()
  expect(await page.getByRole('combobox', { name: 'Values' }).evaluate((element) => element === document.activeElement)).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
})

test('less bounces are good news, and the sign is not the colour alone', async () => {
  const now = Date.now() - 60_000
  await stage.append([...visit('ada', ['/', '/a'], { time: now, zone }), ...visit('ben', ['/'], { time: now - 7 * 24 * hour, zone })])
  await stage.open('?period=7d&compare=previous_period')
  const change = number('Bounce rate').locator('.change')
  await change.waitFor()
  expect(await change.getAttribute('class')).toContain('is-better')
  expect(await change.innerText()).toMatch(/^↓ 100 pts/)
  expect(await change.textContent()).toContain('less, was 100%')
  await row('Top pages', '/').waitFor()
})
