import { script } from '@treadlight/tracker/script'
import { script as fullScript } from '@treadlight/tracker/script-full'
import { launchChromium } from '../test/browsers/chromium.ts'
import { measureStarts, type StartTimes } from '../test/browsers/measureStart.ts'
import type { BenchOptions, Figure } from './run.ts'

/** To put a script into a page and to read the clock takes its time too. */
const baseline = 'an empty script'
const scripts = { [baseline]: '', 't.js': script, 't.full.js': fullScript }

/** What is told of a start, and of what is told how much is the script's own. No more than 50 ms at a stretch, or it is a long task. */
const facts: { fact: keyof StartTimes; words: string; bounds: Pick<Figure, 'floor' | 'goal'>; hasOwn?: true }[] = [
  { fact: 'evaluation', words: 'evaluation', bounds: { goal: 1 }, hasOwn: true },
  { fact: 'busy', words: 'evaluation, the thread busy', bounds: {}, hasOwn: true },
  { fact: 'total', words: 'all of its start', bounds: {} },
  { fact: 'longest', words: 'longest of its tasks', bounds: { floor: 50 } },
]

/** How long the tag's scripts keep the main thread as they start, in Chromium on a page of 500 paragraphs. */
export async function tracker({ rounds, log }: BenchOptions): Promise<Figure[]> {
  const browser = await launchChromium()
  try {
    const starts = await measureStarts(browser, scripts, rounds * 10)
    const figures: Figure[] = []
    for (const name of Object.keys(scripts) as (keyof typeof scripts)[]) {
      for (const { fact, words, bounds, hasOwn } of facts) {
        const times = sorted(starts[name], fact)
        log(`${name}, ${words}: ${times.map((time) => time.toFixed(2)).join(' ')} ms`)
        const median = middle(times)
        figures.push({ name: `${name}, ${words}, median`, value: median, unit: 'ms', better: 'lower', ...bounds })
        if (!hasOwn || name === baseline) continue
        figures.push({ name: `${name}, ${words}, beyond ${baseline}’s`, value: median - middle(sorted(starts[baseline], fact)), unit: 'ms', better: 'lower' })
      }
    }
    return figures
  } finally {
    await browser.close()
  }
}

function sorted(starts: readonly StartTimes[], fact: keyof StartTimes): number[] {
  return starts.map((start) => start[fact]).toSorted((one, other) => one - other)
}

function middle(times: readonly number[]): number {
  return times[times.length >> 1]!
}
