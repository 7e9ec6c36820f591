import { script } from '@treadlight/tracker/script'
import { script as fullScript } from '@treadlight/tracker/script-full'
import type { Browser } from 'playwright-core'
import { startFaultyCollector } from './faultyCollector.ts'

/**
 * How long a script's evaluation keeps the main thread of a page that it is new to, ms: each time in a fresh context,
 * compiled anew, after the page has parsed.
 */
export async function measureStart(browser: Browser, name: 't' | 't.full', times: number): Promise<number[]> {
  const text = { t: script, 't.full': fullScript }[name]
  const collector = await startFaultyCollector((path) => {
    // The tag's own script, between two looks at the clock.
    if (path === '/timed.js') return `let started=performance.now();${text};globalThis.took=performance.now()-started`
    if (path === '/favicon.ico') return ''
    return `<!doctype html><title>x</title><script defer src="/timed.js" data-ignore="iframe"></script>${'<p>text</p>'.repeat(500)}`
  })
  // Isolated pages have a finer clock: 5 µs.
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  const durations: number[] = []
  try {
    for (let time = 0; time < times; time++) {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.route('**/page', async (route) => {
        const answer = await route.fetch()
        await route.fulfill({ response: answer, headers: { ...answer.headers(), ...headers } })
      })
      await page.goto(`${collector.url}/page`)
      durations.push(await page.evaluate(() => (globalThis as unknown as { took: number }).took))
      await context.close()
    }
  } finally {
    collector.close()
  }
  return durations
}
