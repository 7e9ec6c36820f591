import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { startFaultyCollector } from './faultyCollector.ts'

/** What one start takes of the main thread, ms. */
export interface StartTimes {
  /** To compile the script and to evaluate it, by the page's clock: what its own scripts wait for. */
  evaluation: number
  /** The same as the trace says what the thread was busy: on a machine with few cores it waits for others meanwhile. */
  busy: number
  /** All that runs of the script until its first view is confirmed, in whichever tasks, the evaluation included. Being traced makes it slower. */
  total: number
  /** The longest of these at a stretch. */
  longest: number
}

/** Longer than a view waits for its title and its answer. */
const untilSent = 900

/** ms after which Chromium has done what it does for a page that has loaded. */
const untilCalm = 300

/** Isolated pages have a finer clock: 5 µs. */
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** What Chromium's trace calls it when script runs. */
const runs = new Set(['EvaluateScript', 'v8.callFunction', 'FunctionCall', 'RunMicrotasks', 'TimerFire', 'EventDispatch'])

/** In microseconds. */
interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur: number
  /** Of which the thread was busy. */
  tdur: number
  args: { data?: { url?: string } }
}

/**
 * How long scripts keep the main thread of a page that they are new to: in turn, and each time in two fresh contexts, one for
 * the clock and one for the trace, compiled anew, after the page has parsed.
 *
 * @param scripts their texts by name
 */
export async function measureStarts<Name extends string>(browser: Browser, scripts: Record<Name, string>, times: number): Promise<Record<Name, StartTimes[]>> {
  const names = Object.keys(scripts) as Name[]
  const collector = await startFaultyCollector((path) => {
    if (path === '/favicon.ico') return ''
    const [, name, kind] = /^\/(.*)\/(timed\.js|page|empty)$/.exec(decodeURIComponent(path)) ?? []
    if (kind === 'timed.js') return scripts[name as Name]
    const tag = kind === 'page' ? '<script defer src="timed.js" data-ignore="iframe"></script>' : ''
    return { headers, body: `<!doctype html><title>x</title>${tag}${'<p>text</p>'.repeat(500)}` }
  })
  const visit = async <Result>(look: (page: Page) => Promise<Result>): Promise<Result> => {
    const context = await browser.newContext()
    const result = await look(await context.newPage())
    await context.close()
    return result
  }
  const measure = async (name: Name): Promise<StartTimes> => {
    const url = `${collector.url}/${name}`
    const evaluation = await visit(async (page) => {
      await page.goto(`${url}/empty`)
      return page.evaluate(insertScript, untilCalm)
    })
    const trace = async (): Promise<TraceEvent[]> => visit(async (page) => {
      await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] })
      await page.goto(`${url}/page`)
      await wait(untilSent)
      return readTasks((JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] }).traceEvents)
    })
    let tasks = await trace()
    // Now and then Chromium leaves out what it is asked for.
    for (let again = 0; tasks.length === 0 && again < 5; again++) tasks = await trace()
    const durations = tasks.map(({ dur }) => dur / 1000)
    return { evaluation, busy: tasks[0]!.tdur / 1000, total: durations.reduce((sum, duration) => sum + duration, 0), longest: Math.max(...durations) }
  }
  const starts = Object.fromEntries(names.map((name) => [name, [] as StartTimes[]])) as Record<Name, StartTimes[]>
  try {
    for (let time = 0; time < times; time++) for (const name of names) starts[name].push(await measure(name))
  } finally {
    collector.close()
  }
  return starts
}

/** In the page: runs the script, and answers how long that took, ms. As text of an element it is compiled and evaluated before `append` returns. */
async function insertScript(untilCalm: number): Promise<number> {
  const tag = document.createElement('script')
  tag.dataset['ignore'] = 'iframe'
  tag.text = await (await fetch('timed.js')).text()
  await new Promise((resolve) => setTimeout(resolve, untilCalm))
  const started = performance.now()
  document.head.append(tag)
  return performance.now() - started
}

/** Where script ran, the evaluation first; nothing where the trace lacks that. The page has no other. */
function readTasks(events: readonly TraceEvent[]): TraceEvent[] {
  const first = events.find(({ name, args }) => name === 'EvaluateScript' && args.data?.url?.endsWith('/timed.js'))
  if (first === undefined) return []
  let end = first.ts
  return events
    .filter(({ name, ph, pid, tid, ts }) => runs.has(name) && ph === 'X' && pid === first.pid && tid === first.tid && ts >= first.ts)
    .toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)
    .filter(({ ts, dur }) => ts >= end && (end = ts + dur))
}
