import axe from 'axe-core'
import { expect, test } from 'vitest'
import { makeEvent } from '../store/makeHit.ts'
import { panelHits } from './panelHits.ts'
import { setDashboardStage, type Page } from './stage.ts'

const stage = setDashboardStage()
const now = Date.now()
const day = 86_400_000

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] }
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const vital = (metric: string, value: number, fields: object = {}) =>
  makeEvent('Web Vitals', { site: 'default', time: now, interactive: false, device: 'Desktop', country: 'DE', path: '/', props: { metric, value, rating: 'good' }, ...fields })

test('percentiles, ratings and shares are those of what was sent, by page, device and country', async () => {
  await stage.append([
    ...panelHits(now),
    // 12 of 16 up to 2,000 ms: the 75th percentile.
    ...Array.from({ length: 12 }, (_, index) => vital('LCP', 2000 - index * 100)),
    ...[2600, 3000].map((value) => vital('LCP', value, { path: '/slow', country: 'PL', visitor: 'pl' })),
    ...[4100, 5000].map((value) => vital('LCP', value, { path: '/slow', device: 'Mobile', time: now - day })),
    ...[0.01, 0.2, 0.3].map((value) => vital('CLS', value)),
  ])
  const page = await stage.open('?page=vitals&period=7d')
  const card = page.getByRole('button', { name: /^LCP/ })
  await card.waitFor()
  expect(await card.innerText()).toMatch(/2s\s+Good\s+75% good, 13% need improvement, 13% poor\s+16 measured/)
  expect(await page.getByRole('button', { name: /^CLS/ }).innerText()).toMatch(/0\.3\s+Poor\s+33% good, 33% need improvement, 33% poor\s+3 measured/)
  expect(await page.getByRole('button', { name: /^INP/ }).isDisabled()).toBe(true)
  expect(await violationsOf(page)).toEqual([])

  const rows = async (): Promise<string[]> => page.locator('.vitals .data tbody tr').allInnerTexts()
  expect((await rows()).map((row) => row.split(/\s+/).join(' '))).toEqual([
    '/ 15 1.7s (12) – 0.3 (3) – –',
    '/slow 4 4.1s (4) – – – –',
  ])
  await page.getByRole('button', { name: 'Devices' }).click()
  await page.getByRole('row', { name: /^Mobile 2 5/ }).waitFor()
  await page.getByRole('button', { name: 'Countries' }).click()
  await page.getByRole('row', { name: /^Poland 2 3s/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('by')).toBe('visit:country')

  // The trend has a value for each day that there is one of.
  const days = (await page.locator('.vital-trend .visually-hidden tbody tr').allInnerTexts()).map((row) => row.replace(/\s+/g, ' '))
  expect(days).toHaveLength(7)
  expect(days.at(-1)).toMatch(/1\.9s 14 measured$/) // The eleventh of fourteen.
  expect(days.at(-2)).toMatch(/5s 2 measured$/)
  expect(days.at(-3)).toMatch(/– 0 measured$/)
  // Filters narrow them, and the address says which metric the chart shows.
  await page.getByRole('button', { name: /^CLS/ }).click()
  await page.goto(`${page.url()}&f=is,visit:device,Mobile`)
  await page.getByRole('button', { name: /^LCP.*5s/ }).waitFor()
})

test('while nothing is sent the page says how', async () => {
  await stage.append(panelHits(now))
  const page = await stage.open('?page=vitals')
  await page.getByText('No web vitals were sent in this period.').waitFor()
  expect(await page.locator('.tag code').textContent()).toContain(`endpoint: '${stage.url}hit', use: [vitals(), ...standard()]`)
  expect(await violationsOf(page)).toEqual([])
})

test('at 360 px and in the dark nothing is cut off', async () => {
  await stage.append([...panelHits(now), ...['LCP', 'INP', 'CLS', 'FCP', 'TTFB'].map((metric) => vital(metric, 0.2))])
  await stage.page.emulateMedia({ colorScheme: 'dark' })
  await stage.page.setViewportSize({ width: 360, height: 700 })
  const page = await stage.open('?page=vitals')
  await page.getByRole('button', { name: /^TTFB/ }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  const [sheet, title] = await Promise.all([page.getByRole('region', { name: 'Pages', exact: true }).boundingBox(), page.getByRole('heading', { name: 'Pages' }).boundingBox()])
  expect(title!.x - sheet!.x).toBeGreaterThan(12)
  expect(await violationsOf(page)).toEqual([])
})
