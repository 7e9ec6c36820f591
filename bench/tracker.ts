import { script } from '@treadlight/tracker/script'
import { script as fullScript } from '@treadlight/tracker/script-full'
import { launchChromium } from '../test/browsers/chromium.ts'
import { measureStarts, type StartTimes } from '../test/browsers/measureStart.ts'
import type { BenchOptions, Figure } from './run.ts'

/** The clock, the load event and its handler take their time too. */
const baseline = 'an empty script'
const scripts = { [baseline]: '', 't.js': script, 't.full.js': fullScript }

/** What is told of a start. No more than 50 ms at a stretch, or it is a long task. */
const facts: { fact: keyof StartTimes; words: string; bounds: Pick<Figure, 'floor' | 'goal'> }[] = [
  { fact: 'evaluation', words: 'evaluation', bounds: {} },
  { fact: 'total', words: 'all of its start', bounds: {} },
  { fact: 'longest', words: 'longest of its tasks', bounds: { floor: 50 } },
]

/** How long the tag's scripts keep the main thread as they start, in Chromium on a page of 500 paragraphs. */
export async function tracker({ rounds, log }: BenchOptions): Promise<Figure[]> {
  const browser = await launchChromium()
  try {
    const starts = await measureStarts(browser, scripts, rounds * 10)
    const figures: Figure[] = []
    let empty = 0
    for (const [name, its] of Object.entries(starts)) {
      for (const { fact, words, bounds } of facts) {
        const times = its.map((start) => start[fact]).toSorted((one, other) => one - other)
        log(`${name}, ${words}: ${times.map((time) => time.toFixed(2)).join(' ')} ms`)
        const median = times[times.length >> 1]!
        figures.push({ name: `${name}, ${words}, median`, value: median, unit: 'ms', better: 'lower', ...bounds })
        if (fact !== 'evaluation') continue
        if (name === baseline) empty = median
        else figures.push({ name: `${name}, evaluation beyond ${baseline}’s`, value: median - empty, unit: 'ms', better: 'lower', goal: 1 })
      }
    }
    return figures
  } finally {
    await browser.close()
  }
}
