import { createStore, openStorage } from '@treadlight/store'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startCollector } from '../process/collectorProcess.ts'
import { leastSquares } from './leastSquares.ts'
import { openOwnerSession, type OwnerSession } from './ownerSession.ts'
import { emptyResult, type ProveOptions, type ProveResult } from './proof.ts'
import { openFiles, residentMemory } from './residentMemory.ts'
import { keptDays, numberOf } from './soakHits.ts'
import { createSteadyLoad, kindOf, type SteadyLoad } from './steadyLoad.ts'

/** Hits a second. */
const rate = 200
const listeners = 5
/** ms between two looks at the process, two dashboards that are opened, and two prunings. */
const sampling = 5000
const dashboards = 5000
const prunings = 60_000
/** What is off in memory goes by collections and upkeep: a minute of samples is one point of the line. */
const samplesPerPoint = 12

/** What the overview of the dashboard asks for, of a day and of a week. */
const lists = ['event:page', 'visit:entry_page', 'visit:source', 'visit:channel', 'visit:country', 'visit:browser', 'visit:device', 'event:name']
const questions: readonly object[] = [...overviewOf('day', 'time:hour'), ...overviewOf('7d', 'time:day')]

/** One look at the process: hours since the start, MB, files and sockets that are open. */
interface Sample {
  at: number
  memory: number
  files: number | undefined
}

/**
 * A collector as users start it, with its upkeep, under an even load, while an owner looks at dashboards, somebody watches the
 * present and old hits are pruned; a run is a minute. Afterwards every hit is there once, as the files and as the page count
 * them. What its memory and its answers did meanwhile is measured.
 */
export async function soak({ runs, seed, progress, say = () => {}, signal }: ProveOptions): Promise<ProveResult> {
  const result = emptyResult(seed)
  const fail = (text: string): void => say(text)
  const data = await mkdtemp(join(tmpdir(), 'treadlight-soak-'))
  const collector = await startCollector({ data, detached: true, env: { TREADLIGHT_RETENTION_ANONYMOUS: String(keptDays) } })
  try {
    const owner = await openOwnerSession(collector.url, collector.password!)
    const load = createSteadyLoad({ url: collector.url, seed, rate, fail, result })
    const [samples, latencies, waits]: [Sample[], number[], number[]] = [[], [], []]
    const over = new AbortController()
    const started = performance.now()
    const listening = await Promise.all(Array.from({ length: listeners }, () => owner.listen(() => complain('a stream of the present was ended'))))
    const beside = [
      repeat(sampling, async () => void samples.push(await look(collector.child.pid!, started))),
      repeat(dashboards, async () => void waits.push(...(await openDashboard(owner)))),
      repeat(prunings, async () => void (await owner.post('/api/tasks/prune', {}, [409]))),
    ]
    const sending = load.run(over.signal)
    // Minutes of load: those in which the machine stood still are none.
    const loaded = (): number => performance.now() - started - load.held
    while (result.runs < runs && !signal?.aborted) {
      await wait(1000)
      if (loaded() < (result.runs + 1) * 60_000) continue
      latencies.push(...load.takeLatencies())
      progress(++result.runs, result)
    }
    over.abort()
    const sent = load.made / (loaded() / 1000)
    await Promise.all([sending, ...beside])
    latencies.push(...load.takeLatencies())
    await owner.post('/api/tasks/prune')
    for (const { end } of listening) end()
    if (listening.some(({ messages }) => messages() === 0)) complain('a stream of the present has said nothing')
    await compareCounts(owner, load, result)
    if ((await collector.stop('SIGTERM')) !== 0) complain('it did not end with 0')
    await compareFiles(data, load, result)
    result.hits = load.acknowledged.filter((kind) => kind > 0).length
    result.figures = { ...describe(samples, latencies, waits), 'hits that were sent a second': sent, 'the machine was held up, s': load.held / 1000 }
    return result

    /** Again and again until the load is over. What fails is a failure of the collector, unless the machine stood still: that cuts what is under way. */
    async function repeat(every: number, act: () => Promise<void>): Promise<void> {
      while (!over.signal.aborted) {
        const { held } = load
        await act().catch((error: unknown) => load.held === held && complain(String(error)))
        await wait(every, undefined, { signal: over.signal }).catch(() => undefined)
      }
    }
  } finally {
    collector.child.kill('SIGKILL')
    await rm(data, { recursive: true, force: true })
  }

  function complain(text: string): void {
    result.serverErrors++
    fail(text)
  }
}

async function look(pid: number, started: number): Promise<Sample> {
  return { at: (performance.now() - started) / 3_600_000, memory: await residentMemory(pid), files: await openFiles(pid) }
}

function overviewOf(range: string, time: string): object[] {
  const headline = { date_range: range, metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'] }
  return [headline, ...[time, ...lists].map((dimension) => ({ date_range: range, metrics: ['visitors', 'pageviews'], dimensions: [dimension] }))]
}

/** All questions of the overview at once, as the page asks them. @returns how long each took, ms */
async function openDashboard(owner: OwnerSession): Promise<number[]> {
  return Promise.all(
    questions.map(async (question) => {
      const begun = performance.now()
      await owner.post('/api/v2/query', { site_id: 'default', ...question })
      return performance.now() - begun
    }),
  )
}

/** As the page counts them: pageviews and events, without what was pruned. */
async function compareCounts(owner: OwnerSession, { acknowledged }: SteadyLoad, result: ProveResult): Promise<void> {
  const { results } = JSON.parse(await owner.post('/api/v2/query', { site_id: 'default', date_range: 'all', metrics: ['pageviews', 'events'] })) as { results: { metrics: number[] }[] }
  const [pageviews = 0, events = 0] = results[0]?.metrics ?? []
  const [sentPageviews, sentEvents] = [kindOf.pageview, kindOf.event].map((kind) => acknowledged.filter((its) => its === kind).length) as [number, number]
  for (const difference of [pageviews - sentPageviews, events - sentPageviews - sentEvents]) {
    if (difference < 0) result.lost -= difference
    else result.twice += difference
  }
}

/** As the files have them, read by another process than wrote them: each once, and nothing that was pruned. */
async function compareFiles(base: string, { acknowledged }: SteadyLoad, result: ProveResult): Promise<void> {
  const opened = await openStorage({ driver: 'fs', base })
  const store = await createStore(opened)
  const found = new Uint8Array(acknowledged.length)
  for await (const { id } of store.hits({ site: 'default' })) found[numberOf(id)]!++
  await store.close()
  await opened.storage.dispose()
  for (const [number, kind] of acknowledged.entries()) {
    const times = found[number]!
    const wanted = kind === kindOf.old ? 0 : 1
    if (times < wanted) result.lost++
    if (times > wanted) result.twice++
  }
}

function describe(samples: readonly Sample[], latencies: readonly number[], waits: readonly number[]): Record<string, number> {
  const half = samples.slice(Math.floor(samples.length / 2))
  const points = Array.from({ length: Math.floor(half.length / samplesPerPoint) }, (_, index) => {
    const some = half.slice(index * samplesPerPoint, (index + 1) * samplesPerPoint)
    return [some[0]!.at, some.reduce((sum, { memory }) => sum + memory, 0) / some.length] as const
  })
  const { slope, error } = leastSquares(points)
  const files = samples.flatMap((sample) => sample.files ?? [])
  return {
    'answer p50, ms': percentile(latencies, 0.5),
    'answer p99, ms': percentile(latencies, 0.99),
    'question p99, ms': percentile(waits, 0.99),
    'questions': waits.length,
    'memory at the start, MB': samples[0]!.memory,
    'memory in the end, MB': samples.at(-1)!.memory,
    'memory at most, MB': Math.max(...samples.map(({ memory }) => memory)),
    // A line through fewer than three minutes says nothing.
    ...(points.length > 2 && { 'memory slope, MB/h': slope, 'its error, MB/h': error }),
    ...(files.length > 0 && { 'open files at most': Math.max(...files), 'open files in the end': files.at(-1)! }),
  }
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0
}
