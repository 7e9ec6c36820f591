import type { FunnelQuery, JourneyQuery, StoredHit } from '@treadlight/store'
import axe from 'axe-core'
import { describe, expect, test } from 'vitest'
import { makeEvent } from '../store/makeHit.ts'
import { visit } from './onPage.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage()
const hostile = '/<b>&"?.*\u202e'

/** Yesterday's visits: from the start to the prices and the sign-up, fewer and fewer. */
function seeded(): StoredHit[] {
  const noon = Date.parse(`${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`)
  return Array.from({ length: 12 }, (_, index) => {
    const paths = ['/', '/pricing', '/pricing', '/signup'].slice(0, 1 + (index % 4) + (index % 4 === 3 ? 0 : Number(index % 2 === 1)))
    const from = { time: noon + index * 3_600_000 / 4, source: index % 3 === 0 ? 'news' : '', channel: index % 3 === 0 ? 'Email' : '' }
    const hits = visit(`v${index % 10}`, index === 5 ? ['/blog', hostile, '/'] : paths, from)
    const last = hits.at(-1)!
    return index % 4 === 3 ? [...hits, makeEvent('signup', { ...from, site: 'default', visitor: last.visitor, path: last.path, time: last.time + 1000, day: last.day })] : hits
  }).flat()
}

const steps = [{ page: '/' }, { page: '/p*' }, { event: 'signup' }]

async function save(name: string): Promise<void> {
  const { token } = await stage.collector.tokens.create('seed', ['admin'])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${stage.url}api/funnels`, { method: 'POST', headers, body: JSON.stringify({ name, steps }) })
  expect(response.status).toBe(201)
}

const lastWeek = { from: Date.now() - 30 * 86_400_000, to: Date.now() + 86_400_000 }
const askFunnel = async (asked: Partial<FunnelQuery> = {}) => (await stage.reference()).funnel({ site: 'default', range: lastWeek, steps, ...asked })
const askJourneys = async (asked: Partial<JourneyQuery>) => (await stage.reference()).journeys({ site: 'default', range: lastWeek, branches: 12, ...asked })

async function cells(page: Page, name: string): Promise<string[][]> {
  const rows = page.getByRole('region', { name, exact: true }).locator('tbody tr')
  return rows.evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')))
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }))
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`))
}

const isWide = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)

describe('funnels', () => {
  test('one is made of what visitors did, and shows how far they came: what the reference says', async () => {
    await stage.append(seeded())
    const page = await stage.open('?period=7d')
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Funnels' }).click()
    await page.getByText('There are no funnels yet. Make one of the steps').waitFor()
    await page.getByRole('button', { name: 'Make a funnel' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Sign <b>up')
    await page.getByRole('combobox', { name: /^Step 1/ }).fill('/')
    await page.getByRole('combobox', { name: /^Step 2/ }).fill('pricing')
    await page.getByRole('button', { name: 'Add a step' }).click()
    await page.getByLabel('Kind of step 3').selectOption('event')
    await page.getByRole('combobox', { name: /^Step 3/ }).fill('signup')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('steps[1].page: must be a path').waitFor()
    await page.getByRole('combobox', { name: /^Step 2/ }).fill('/p*')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('region', { name: 'Sign <b>up', exact: true }).getByRole('row').nth(3).waitFor()

    const { steps: counted } = await askFunnel()
    expect(counted.map(({ visitors }) => visitors)).toEqual([10, 7, 3])
    const rate = (part: number, whole: number) => `${Number(((100 * part) / whole).toFixed(1))}%`
    const [first, second, third] = counted.map(({ visitors }) => visitors) as [number, number, number]
    expect(await cells(page, 'Sign <b>up')).toEqual([
      [String(first), String(counted[0]!.visits), '', '', '100%'],
      [String(second), String(counted[1]!.visits), String(first - second), rate(second, first), rate(second, first)],
      [String(third), String(counted[2]!.visits), String(second - third), rate(third, second), rate(third, first)],
    ])
    await page.getByText(`${third} of ${first} visitors who began came to the end: 30%.`).waitFor()
  })

  test('the filters and the period of the page are those of its funnels', async () => {
    await stage.append(seeded())
    await save('Way in')
    const page = await stage.open('?page=funnels&period=7d&f=is,visit:source,news')
    const { steps: counted } = await askFunnel({ filters: [['is', 'visit:source', ['news']]] })
    await expect.poll(async () => (await cells(page, 'Way in')).map(([visitors]) => visitors)).toEqual(counted.map(({ visitors }) => String(visitors)))
    await page.goto(`${stage.url}dashboard/?page=funnels&period=day`)
    await page.getByText('Nobody took the first step in this period.').waitFor()
  })

  test('one is removed after it was said what that means', async () => {
    await stage.append(seeded())
    await save('Old')
    const page = await stage.open('?page=funnels&period=7d')
    await page.getByRole('region', { name: 'Old' }).getByRole('row').nth(3).waitFor()
    await page.getByRole('button', { name: 'Remove Old' }).click()
    await page.getByText(/The funnel “Old” with its 3 steps is removed.*The hits of the 10 visitors/).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Remove Old' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('There are no funnels yet').waitFor()
    await page.reload()
    await page.getByText('There are no funnels yet').waitFor()
  })

  test('what goes wrong is said, and asked again', async () => {
    await stage.append(seeded())
    await save('Way in')
    stage.intercept = (request) => (new URL(request.url).pathname === '/api/funnel' ? Response.json({ error: 'no luck' }, { status: 500 }) : undefined)
    const page = await stage.open('?page=funnels&period=7d')
    await page.getByText('no luck').waitFor()
    stage.intercept = undefined
    await page.getByRole('region', { name: 'Way in' }).getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('region', { name: 'Way in' }).getByRole('row').nth(3).waitFor()
  })
})

describe('journeys', () => {
  const column = (page: Page, number: number) => page.locator('.journey-column').nth(number - 1)
  const rowsOf = (page: Page, number: number): Promise<(string | null)[][]> =>
    column(page, number).locator('tbody tr').evaluateAll((all) => all.map((row) => [row.querySelector('.row-name')!.textContent, row.querySelector('td')!.textContent]))

  test('a column for each step: what the reference says, and all of it in the address', async () => {
    await stage.append(seeded())
    const page = await stage.open('?period=7d')
    await page.getByRole('link', { name: 'Journeys' }).click()
    const { visits, columns } = await askJourneys({ depth: 1 })
    await page.getByText(`${visits} of ${visits} visits in this period`).waitFor()
    const named = ({ steps, ended }: (typeof columns)[number]) => [
      ...steps.map((step) => ['page' in step ? step.page : `Event ${step.event}`, String(step.visits)]),
      ...(ended > 0 ? [['(left)', String(ended)]] : []),
    ]
    expect(await rowsOf(page, 1)).toEqual(named(columns[0]!))

    await column(page, 1).getByRole('button', { name: '/', exact: true }).click()
    await expect.poll(() => page.locator('.journey-column').count()).toBe(2)
    await column(page, 2).getByRole('button', { name: '/pricing', exact: true }).click()
    await expect.poll(() => page.locator('.journey-column').count()).toBe(3)
    const along = await askJourneys({ depth: 3, along: [{ page: '/' }, { page: '/pricing' }] })
    await expect.poll(() => rowsOf(page, 3)).toEqual(named(along.columns[2]!))
    expect(new URL(page.url()).search).toBe('?page=journeys&period=7d&first=page:/&second=page:/pricing')

    await page.reload()
    await expect.poll(() => rowsOf(page, 3)).toEqual(named(along.columns[2]!))
    expect(await column(page, 2).getByRole('button', { name: '/pricing', exact: true }).getAttribute('aria-pressed')).toBe('true')
    await column(page, 1).getByRole('button', { name: '/', exact: true }).press('Enter')
    await expect.poll(() => page.locator('.journey-column').count()).toBe(1)
    await page.goBack()
    await expect.poll(() => page.locator('.journey-column').count()).toBe(3)
  })

  test('from a step, backwards, without events', async () => {
    await stage.append(seeded())
    const page = await stage.open('?page=journeys&period=7d')
    await page.getByLabel('Where to begin').selectOption('step')
    await page.getByLabel('Kind of the first step').selectOption('event')
    await page.getByRole('combobox', { name: /^First step/ }).fill('signup')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByLabel('Which way').selectOption('before')
    await page.getByLabel('Events are steps too').uncheck()
    const { started, visits, columns } = await askJourneys({ from: { event: 'signup' }, direction: 'before', events: false, depth: 1 })
    expect(started).toBe(3)
    await page.getByText(`${started} of ${visits} visits`).waitFor()
    await expect.poll(() => rowsOf(page, 1)).toEqual(columns[0]!.steps.map((step) => ['page' in step ? step.page : '', String(step.visits)]))
    await page.getByRole('combobox', { name: /^First step/ }).fill('never')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('No visit of this period did that.').waitFor()
  })

  test('a funnel leads to what visitors did behind a step', async () => {
    await stage.append(seeded())
    await save('Way in')
    const page = await stage.open('?page=funnels&period=7d')
    await page.getByRole('button', { name: 'what next? after /p*' }).click()
    const { started, visits } = await askJourneys({ from: { page: '/p*' }, depth: 1 })
    await page.getByText(`${started} of ${visits} visits`).waitFor()
    expect(new URL(page.url()).search).toBe('?page=journeys&period=7d&start=page:/p*')
  })
})

test('both pass axe, light and dark, and fit a narrow phone', async () => {
  await stage.append(seeded())
  await save('A name that is rather long for a funnel of three steps, on a phone')
  const page = await stage.open('?page=funnels&period=7d')
  await page.getByRole('row').nth(3).waitFor()
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const search of ['?page=funnels&period=7d', '?page=funnels&period=7d&detail=funnel', '?page=journeys&period=7d&first=page:/&second=page:/pricing']) {
      await page.goto(`${stage.url}dashboard/${search}`)
      await page.locator('.funnel-table, .journey-column:nth-child(3)').first().waitFor()
      found.push(...(await violations(page)).map((line) => `${colorScheme} ${search} ${line}`))
      if (process.env['SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['SHOTS']}/${colorScheme}${found.length}${search.replaceAll(/\W+/g, '-')}.png` })
    }
  }
  expect(found).toEqual([])
  await page.setViewportSize({ width: 360, height: 740 })
  for (const search of ['?page=funnels&period=7d', '?page=funnels&period=7d&detail=funnel', '?page=journeys&period=7d&first=page:/&second=page:/pricing']) {
    await page.goto(`${stage.url}dashboard/${search}`)
    await page.locator('.funnel-table, .journey-column:nth-child(3)').first().waitFor()
    expect([search, await isWide(page)]).toEqual([search, false])
    if (process.env['SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['SHOTS']}/phone${search.replaceAll(/\W+/g, '-')}.png`, fullPage: true })
  }
}, 60_000)
