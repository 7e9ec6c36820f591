import { launchChromium } from '../test/browsers/chromium.ts'
import { measureStart } from '../test/browsers/measureStart.ts'
import type { BenchOptions, Figure } from './run.ts'

/** How long the tag's scripts keep the main thread as they start, in Chromium on a page of 500 paragraphs. */
export async function tracker({ rounds, log }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  const browser = await launchChromium()
  try {
    for (const name of ['t', 't.full'] as const) {
      const times = (await measureStart(browser, name, rounds * 10)).toSorted((a, b) => a - b)
      log(`${name}.js: ${times.map((time) => time.toFixed(2)).join(' ')} ms`)
      figures.push({ name: `start of ${name}.js, median`, value: times[times.length >> 1]!, unit: 'ms', better: 'lower', goal: 1 })
    }
  } finally {
    await browser.close()
  }
  return figures
}
