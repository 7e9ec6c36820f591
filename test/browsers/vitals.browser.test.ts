import type { Hit } from '@treadlight/protocol'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { setStage } from './stage.ts'

// Web vitals as the web-vitals package measures them in real Chromium, by the module as it is published.

const stage = setStage({ head: '<script type="module" src="/app.js"></script>' })

let app: string
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { consent, init, standard } from '@treadlight/tracker'
        import { vitals } from '@treadlight/tracker/vitals'
        Object.assign(globalThis, { consent })
        init({ endpoint: '/hit', use: [vitals(), ...standard({ ignore: [] })] })
        if (location.search === '?denied') consent({ measurement: false })`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: 'esm',
    write: false,
  })
  app = outputFiles[0]!.text
})

beforeEach(() => {
  stage.answers['/app.js'] = app
  stage.answers['/elsewhere'] = '<!doctype html><title>elsewhere</title>'
  // What moves counts unless there was input half a second before. The button takes its time.
  stage.body = `
    <p>text</p>
    <button>next</button>
    <script>
      setTimeout(() => document.body.prepend(Object.assign(document.createElement('div'), { id: 'late', style: 'height: 200px' })), 400)
      document.querySelector('button').onclick = () => {
        for (const start = performance.now(); performance.now() < start + 60;);
        history.pushState(null, '', '/next')
        document.title = '/next'
      }
      // web-vitals waits for an idle moment, a second at most. Without a name it may be collected as garbage before it is called.
      var observer = new PerformanceObserver(() => setTimeout(() => (document.body.className = 'timed'), 1100))
      observer.observe({ type: 'event', durationThreshold: 40 })
    </script>`
})

const vitals = (): Hit[] => stage.hits('event')
const metrics = () => vitals().map(({ props }) => props!['metric']).sort()

/** What all vitals of a document have in common: the view that it was loaded for. */
const landing = ({ id, url, title, referrer }: Hit): Partial<Hit> => ({ view: id, url, title, referrer, interactive: false })

async function settle(page: Page): Promise<void> {
  await page.waitForSelector('#late')
  // Chromium has reported the shift once it has painted twice.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

test('belong to the view that the document was loaded for, though they come when it shows another', async () => {
  const page = await stage.open('/start?ref=mail')
  await settle(page)
  await page.click('button')
  await expect.poll(() => stage.hits('pageview').length).toBe(2)
  await expect.poll(metrics).toEqual(['FCP', 'LCP', 'TTFB'])
  await expect.poll(() => page.evaluate(() => document.body.className), { timeout: 5000 }).toBe('timed')
  await page.goto(`${stage.collector.url}/elsewhere`)
  await expect.poll(metrics, { timeout: 15_000 }).toEqual(['CLS', 'FCP', 'INP', 'LCP', 'TTFB'])
  const [first] = stage.hits('pageview')
  expect(first).toMatchObject({ url: `${stage.collector.url}/start?ref=mail`, title: '/start', referrer: '' })
  for (const hit of vitals()) expect(hit).toMatchObject(landing(first!))
  expect(vitals().find(({ props }) => props!['metric'] === 'CLS')!.props!['value']).toBeGreaterThan(0)
  expect(stage.observed.errors).toEqual([])
})

test('of a visitor who allows it later none is lost, and they are of the first view', async () => {
  const page = await stage.open('/start?denied')
  await settle(page)
  await page.waitForTimeout(500)
  expect(stage.collector.requests).toEqual([])
  await page.evaluate(() => (globalThis as unknown as { consent(given: object): void }).consent({ measurement: true }))
  await expect.poll(metrics, { timeout: 15_000 }).toEqual(['FCP', 'TTFB'])
  // LCP is said within a second of the click.
  await page.click('button')
  await expect.poll(metrics, { timeout: 15_000 }).toEqual(['FCP', 'LCP', 'TTFB'])
  await expect.poll(() => stage.hits('pageview').map(({ url }) => new URL(url).pathname)).toEqual(['/start', '/next'])
  for (const hit of vitals()) expect(hit).toMatchObject(landing(stage.hits('pageview')[0]!))
})

test('edge 18: of a page restored from the back/forward cache they belong to its new view', async () => {
  // Playwright switches the cache off.
  const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${stage.collector.url}/start`)
    await settle(page)
    await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0)
    await page.goto(`${stage.collector.url}/elsewhere`)
    await expect.poll(metrics, { timeout: 15_000 }).toEqual(['CLS', 'FCP', 'LCP', 'TTFB'])
    await page.evaluate(() => history.back()).catch(() => {})
    await expect.poll(metrics, { timeout: 15_000 }).toEqual(['CLS', 'FCP', 'FCP', 'LCP', 'LCP', 'TTFB', 'TTFB'])
    await expect.poll(() => stage.hits('pageview').length).toBe(2)
    const [loaded, restored] = stage.hits('pageview')
    expect(vitals().slice(0, 4).map(({ view }) => view)).toEqual(Array(4).fill(loaded!.id))
    for (const hit of vitals().slice(4)) expect(hit).toMatchObject(landing(restored!))
  } finally {
    await browser.close()
  }
})
