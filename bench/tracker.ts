import { launchChromium } from '../test/browsers/chromium.ts'
import { measureStart, type StartTimes } from '../test/browsers/measureStart.ts'
import type { BenchOptions, Figure } from './run.ts'

/** What is told of a start. No more than 50 ms at a stretch, or it is a long task. */
const facts: { fact: keyof StartTimes; words: string; bounds: Pick<Figure, 'floor' | 'goal'> }[] = [
  { fact: 'evaluation', words: 'evaluation', bounds: { goal: 1 } },
  { fact: 'total', words: 'all of its start', bounds: {} },
  { fact: 'longest', words: 'longest of its tasks', bounds: { floor: 50 } },
]

/** How long the tag's scripts keep the main thread as they start, in Chromium on a page of 500 paragraphs. */
export async function tracker({ rounds, log }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  const browser = await launchChromium()
  try {
    for (const name of ['t', 't.full'] as const) {
      const starts = await measureStart(browser, name, rounds * 10)
      for (const { fact, words, bounds } of facts) {
        const times = starts.map((start) => start[fact]).toSorted((a, b) => a - b)
        log(`${name}.js, ${words}: ${times.map((time) => time.toFixed(2)).join(' ')} ms`)
        figures.push({ name: `${name}.js, ${words}, median`, value: times[times.length >> 1]!, unit: 'ms', better: 'lower', ...bounds })
      }
    }
  } finally {
    await browser.close()
  }
  return figures
}
