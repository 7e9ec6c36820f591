import { readFile } from 'node:fs/promises'
import { beforeEach, expect, test } from 'vitest'
import { readCsvRows, readNdjson, readParquet } from '../collector/export/readExport.ts'
import { makeEngagement, makeHit } from '../store/makeHit.ts'
import { type Page, setDashboardStage } from './stage.ts'

const stage = setDashboardStage()
const today = new Date().toISOString().slice(0, 10)
const dayAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

/** Three hits of now and one of 40 days ago, of somebody whose name is found if it is there. */
beforeEach(async () => {
  const time = Date.parse(`${today}T00:00:01Z`)
  const view = makeHit({ site: 'default', time, title: '=cmd()', user: 'zuse', props: { plan: 'pro' } })
  const old = makeHit({ site: 'default', time: time - 40 * 86_400_000 })
  await stage.append([view, makeEngagement(view, { engaged: 1500 }), makeHit({ site: 'default', time: time + 1, path: '/ü' }), old])
})

async function openDialog(search = ''): Promise<Page> {
  const page = await stage.open(search)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('menuitem', { name: 'Export hits…' }).click()
  await page.getByRole('dialog', { name: 'Export hits' }).waitFor()
  return page
}

async function download(page: Page): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

async function storedIds(from = 0): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of stage.store.hits({ site: 'default', from })) ids.push(id)
  return ids.toSorted()
}

test('every format downloads the hits of the page’s period, and says when it is done', async () => {
  const page = await openDialog('?period=7d')
  const expected = await storedIds(Date.parse(dayAgo(6)))
  expect(expected).toHaveLength(3)
  for (const [label, format, read] of [
    [/^CSV/, 'csv', async (bytes: Buffer) => readCsvRows(bytes)],
    [/^NDJSON/, 'ndjson', async (bytes: Buffer) => readNdjson(bytes)],
    [/^Parquet/, 'parquet', readParquet],
  ] as const) {
    await page.getByRole('radio', { name: label }).check()
    const { name, bytes } = await download(page)
    expect(name).toBe(`treadlight-default-${dayAgo(6)}-${today}.${format}`)
    const rows = (await read(bytes)) as unknown as { id: string; user: string; title: string }[]
    expect(rows.map(({ id }) => id).toSorted()).toEqual(expected)
    expect(rows.some(({ user }) => user === 'zuse')).toBe(true)
    await page.getByRole('status').filter({ hasText: 'Downloaded' }).waitFor()
    expect(await page.getByText(/^3 hits, [\d.]+ (byte|kB)$/).count()).toBe(1)
  }
})

test('all days, anonymised, by keyboard alone', async () => {
  const page = await stage.open()
  await page.getByRole('button', { name: 'Menu' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('[role=menuitem]:focus').waitFor()
  // Letters lead through the entries that begin with them.
  for (let tries = 0; tries < 5 && (await page.locator('[role=menuitem]:focus').textContent()) !== 'Export hits…'; tries++) await page.keyboard.press('e')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Export hits' }).waitFor()
  expect(new URL(page.url()).searchParams.get('detail')).toBe('export')
  for (const name of ['First day', 'Last day']) await page.getByRole('dialog').getByLabel(name).fill('')
  await page.getByRole('checkbox', { name: 'Anonymised' }).focus()
  await page.keyboard.press('Space')
  await page.getByText('Nobody by name').waitFor()
  await page.keyboard.press('Tab')
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
  expect(file.suggestedFilename()).toBe('treadlight-default-anonymised.csv')
  const bytes = await readFile(await file.path())
  expect(readCsvRows(bytes)).toHaveLength(4)
  expect(bytes.includes('zuse')).toBe(false)
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.searchParams.has('detail'))
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('a download that does not begin is told of, and the page goes on', async () => {
  const page = await openDialog()
  stage.intercept = (request) => (new URL(request.url).pathname === '/api/export' ? Response.json({ error: 'busy' }, { status: 503 }) : undefined)
  await page.getByRole('link', { name: 'Download' }).click()
  await page.getByRole('status').filter({ hasText: 'has not begun' }).waitFor({ timeout: 15_000 })
  stage.intercept = undefined
  await download(page)
  await page.getByRole('status').filter({ hasText: /^Downloaded$/ }).waitFor()
})
