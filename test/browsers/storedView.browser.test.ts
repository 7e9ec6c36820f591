import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../collector/runCli.ts'
import { logIn, startCollector, type CollectorProcess, type StatsAnswer } from '../process/collectorProcess.ts'
import { launchChromium } from './chromium.ts'
import { startRenderedSite, type RenderedSite } from './renderedSite.ts'

// What a real collector makes of a server with a token of scope `hits` and the script that it serves.

let browser: Browser
let data: string
let collector: CollectorProcess
let site: RenderedSite
let query: (query: object) => Promise<StatsAnswer>
beforeAll(async () => {
  browser = await launchChromium()
  data = await mkdtemp(join(tmpdir(), 'treadlight-stored-'))
  const { out } = await runCli(data, ['token', 'create', '--name', 'shop', '--scope', 'hits', '--json'], { TREADLIGHT_STORAGE_BASE: data })
  collector = await startCollector({ data })
  query = await logIn(collector.url, collector.password!)
  site = await startRenderedSite(collector, (JSON.parse(out) as { token: string }).token)
})
afterAll(async () => {
  site.close()
  await browser.close()
  await collector.stop()
  await rm(data, { recursive: true, force: true })
})

/** Pageviews and visitors by page. */
const pages = async () =>
  (await query({ metrics: ['pageviews', 'visitors'], dimensions: ['event:page'], date_range: 'all' })).results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0], metrics[1]]).toSorted()
/** Each hit as it is stored: of the browser's fact it has title and screen. */
async function stored(): Promise<Record<string, unknown>[]> {
  const { out } = await runCli(data, ['export', '--format', 'ndjson'], { TREADLIGHT_STORAGE_BASE: data })
  return out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('PV01, PV02: of a server and its script the collector has one view of one visitor; of one whose script is blocked the server’s', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${site.url}/counted`)
  await expect.poll(async () => (await stored()).map(({ title }) => title), { timeout: 20_000 }).toEqual(['Title of /counted'])

  await context.route('**/t.server.js', (route) => route.abort('blockedbyclient'))
  await page.goto(`${site.url}/blocked`)
  await expect.poll(pages, { timeout: 20_000 }).toEqual([['/blocked', 1, 1], ['/counted', 1, 1]])
  const [counted, blocked] = site.counted
  const views = (await stored()).filter(({ type }) => type === 'pageview')
  expect(views).toMatchObject([
    { id: counted!.id, origin: 'server', title: 'Title of /counted', screen: '1280x720', browser: 'Chrome' },
    { id: blocked!.id, origin: 'server', title: '', browser: 'Chrome' },
  ])
  expect(views[0]!['visitor']).toBe(views[1]!['visitor'])
  expect((await query({ metrics: ['pageviews', 'visitors'], date_range: 'all' })).results[0]!.metrics).toEqual([2, 1])
  await context.close()
})
