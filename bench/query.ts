import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensureChdb } from '../scripts/chdb.ts'
import { bundleTask, runTask } from './bundleTask.ts'
import { cacheFolder } from './cache.ts'
import { compare } from './compare.ts'
import { median } from './median.ts'
import type { Listing, QueryTask, QueryTaskResult, Samples } from './queryTask.ts'
import type { QuestionName } from './questions.ts'
import type { BenchOptions, Figure } from './run.ts'
import { places, type EngineName, type Place } from './sqlEngines.ts'
import { sizeOf } from './storage.ts'

/** A site with made-up hits in a folder. */
export interface MadeSite {
  base: string
  /** As they were asked for, and as many as there are. */
  asked: number
  hits: number
  days: number
  samples: Samples
}

const fullHits = 10_000_000
const todaysHits = 20_000

/**
 * How long questions take that a dashboard asks, and what they cost: each measured in a process of its own, from before
 * the storage is opened until the answer is there, and then again with other ranges and values. Beside it two SQL
 * engines with the same hits, and how all of it grows.
 */
export async function query(options: BenchOptions): Promise<Figure[]> {
  const { log, hits = fullHits } = options
  const scratch = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const data = resolve(options.data ?? join(scratch, 'data'))
  try {
    const program = await bundleTask('queryTask.ts', join(scratch, 'task.mjs'))
    const run = (task: QueryTask) => runTask<QueryTask, QueryTaskResult>(program, task)
    const cost = new Map<MadeSite, Figure[]>()
    const make = async (count: number, days: number): Promise<MadeSite> => {
      const made = await makeSite(run, data, count, days, log)
      // What questions are answered from is made anew, since data that was kept may be of another version.
      cost.set(made, await costOf(run, made, log))
      return made
    }
    const year = await make(hits, 365)
    const month = await make(hits / 10, 30)
    const bench: QueryBench = { ...options, run, rss: [] }
    const figures = [...(await askYear(bench, year)), ...(await askView(bench, month, scratch)), ...(await listPeople(bench, year))]
    figures.push({ name: 'peak RSS of all that', value: Math.max(...bench.rss), unit: 'MB', better: 'lower', ...limits(hits, 256, 128) }, ...cost.get(year)!)
    figures.push(...(await growth(bench, [await make(hits / 100, 365), await make(hits / 10, 365), year, ...(options.larger ? [await make(hits * 3, 365)] : [])])))
    figures.push(...(await compareEngines(bench, year, findChdb(log))))
    return figures
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The questions of a year put to the engines and to the store, and nothing else: figures are what was compared. */
export async function compareQuestions(options: BenchOptions & { hits: number }): Promise<Figure[]> {
  const { log, hits, data } = options
  const scratch = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  try {
    const program = await bundleTask('queryTask.ts', join(scratch, 'task.mjs'))
    const run = (task: QueryTask) => runTask<QueryTask, QueryTaskResult>(program, task)
    const year = await makeSite(run, resolve(data ?? join(scratch, 'data')), hits, 365, log)
    await costOf(run, year, log)
    const figures = await compareEngines({ ...options, run, rss: [] }, year, findChdb(log))
    return figures.filter(({ against }) => against !== undefined)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface QueryBench extends BenchOptions {
  run: (task: QueryTask) => Promise<QueryTaskResult>
  /** MB, of each process that was asked something. */
  rss: number[]
}

/** Limits are for as many hits as the issue says. */
function limits(hits: number, floor: number, goal: number): Pick<Figure, 'floor' | 'goal'> {
  return hits === fullHits ? { floor, goal } : {}
}

export function count(hits: number): string {
  return hits >= 1_000_000 ? `${hits / 1_000_000} M` : `${hits / 1000} k`
}

/** Made-up hits, those of the last time where `data` has them. */
export async function makeSite(run: QueryBench['run'], data: string, asked: number, days: number, log: BenchOptions['log']): Promise<MadeSite> {
  const base = join(data, `${asked} hits of ${days} days`)
  const made = await readFile(join(base, 'made.json'), 'utf8').catch(() => undefined)
  if (made !== undefined) return { base, asked, days, ...(JSON.parse(made) as Pick<MadeSite, 'hits' | 'samples'>) }
  await rm(base, { recursive: true, force: true })
  await mkdir(base, { recursive: true })
  log(`making ${count(asked)} hits of ${days} days …`)
  const start = performance.now()
  const { hits, samples } = await run({ task: 'make', base, hits: asked, days })
  log(`  ${Math.round((performance.now() - start) / 1000)} s`)
  return { base, asked, days, hits, samples }
}

/** What index and rollups take, bytes and CPU time. */
async function costOf(run: QueryBench['run'], { base, asked, hits, days }: MadeSite, log: BenchOptions['log']): Promise<Figure[]> {
  log('making index and rollups anew …')
  const { cpu, rss } = await run({ task: 'build', base, hits: asked, days })
  const bytes = (await sizeOf(join(base, 'shop', 'index'))) + (await sizeOf(join(base, 'shop', 'rollup')))
  return [
    { name: 'index and rollups, bytes per hit', value: bytes / hits, unit: 'B', better: 'lower', ...limits(asked, 10, 7) },
    { name: 'index, rollups and filters of persons, made from segments', value: (cpu * 1_000_000) / hits, unit: 'CPU s/Mhit', better: 'lower', ...limits(asked, 1.5, 0.7) },
    { name: 'filters of persons, bytes per hit', value: (await sizeOf(join(base, 'shop', 'persons'))) / hits, unit: 'B', better: 'lower' },
    { name: 'peak RSS of making them', value: rss, unit: 'MB', better: 'lower' },
  ]
}

interface Asked {
  fresh: number
  warm: number
  rss: number
  answers: QueryTaskResult['answers']
}

/** In several new processes. */
async function ask({ run, rounds, log, rss }: QueryBench, { base, asked, days }: Pick<MadeSite, 'base' | 'asked' | 'days'>, question: QuestionName): Promise<Asked> {
  const results: QueryTaskResult[] = []
  for (let round = 0; round < rounds; round++) results.push(await run({ task: 'ask', base, hits: asked, days, question }))
  log(`${question}, ${count(asked)}: fresh ${results.map(({ fresh }) => fresh.toFixed(1)).join(' ')}, warm ${results.map(({ warm }) => warm.toFixed(1)).join(' ')} ms`)
  rss.push(...results.map((result) => result.rss))
  const most = Math.max(...results.map((result) => result.rss))
  return { fresh: median(results.map(({ fresh }) => fresh)), warm: median(results.map(({ warm }) => warm)), rss: most, answers: results[0]!.answers }
}

async function askYear(bench: QueryBench, year: MadeSite): Promise<Figure[]> {
  const unfiltered = await ask(bench, year, 'unfiltered')
  const filtered = await ask(bench, year, 'filtered')
  const name = `${count(year.asked)}, ${year.days} days`
  return [
    { name: `unfiltered, ${name}: fresh`, value: unfiltered.fresh, unit: 'ms', better: 'lower', ...limits(year.asked, 40, 20) },
    { name: `unfiltered, ${name}: warm`, value: unfiltered.warm, unit: 'ms', better: 'lower', ...limits(year.asked, 5, 3) },
    { name: `country and source filter, ${name}: fresh`, value: filtered.fresh, unit: 'ms', better: 'lower', ...limits(year.asked, 120, 60) },
    { name: `country and source filter, ${name}: warm`, value: filtered.warm, unit: 'ms', better: 'lower', ...limits(year.asked, 40, 15) },
  ]
}

async function askView(bench: QueryBench, month: MadeSite, scratch: string): Promise<Figure[]> {
  const plain = await ask(bench, month, 'view')
  const base = join(scratch, 'with today')
  await cp(month.base, base, { recursive: true })
  // Upkeep packs what nobody adds to any more; what came since, up to an eighth, is read from batches.
  const { hits } = await bench.run({ task: 'addToday', base, hits: todaysHits, days: 1 })
  if (hits !== todaysHits) throw new Error(`${hits} hits of today`)
  const full = await ask(bench, { ...month, base }, 'view')
  await rm(base, { recursive: true, force: true })
  const [whole, tenth] = [fullHits, month.asked * 10]
  const held = whole === tenth ? fullHits : 0
  const name = `all that one view of the dashboard asks, ${count(month.asked)}, ${month.days} days`
  return [
    { name: `${name}: fresh`, value: plain.fresh, unit: 'ms', better: 'lower', ...limits(held, 80, 40) },
    { name: `${name}: warm`, value: plain.warm, unit: 'ms', better: 'lower' },
    { name: 'with 20,000 uncompacted hits on top, after upkeep each minute, extra: fresh', value: full.fresh - plain.fresh, unit: 'ms', better: 'lower', ...limits(held, 60, 20) },
    { name: 'with 20,000 uncompacted hits on top, after upkeep each minute, extra: warm', value: full.warm - plain.warm, unit: 'ms', better: 'lower' },
  ]
}

const listings: readonly { listing: Listing; name: string; floor?: number; goal?: number }[] = [
  { listing: 'session and day', name: 'session timeline, day known', floor: 10, goal: 3 },
  { listing: 'session', name: 'session timeline, day not known' },
  { listing: 'daily user', name: 'newest 50 of a user who comes daily', floor: 100, goal: 25 },
  { listing: 'rare user', name: 'newest 50 of a user who came once or twice', floor: 100, goal: 25 },
  { listing: 'absent user', name: 'newest 50 of a user who never came', floor: 100, goal: 25 },
]

async function listPeople({ run, log, rss }: QueryBench, { base, asked, days, samples }: MadeSite): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { listing, name, floor, goal } of listings) {
    const found = await run({ task: 'list', base, hits: asked, days, samples, listing })
    log(`${name}: fresh ${found.fresh.toFixed(1)}, warm ${found.warm.toFixed(1)} ms, ${found.hits} hits`)
    rss.push(found.rss)
    const limited = floor !== undefined && goal !== undefined ? limits(asked, floor, goal) : {}
    figures.push({ name: `${name}: warm`, value: found.warm, unit: 'ms', better: 'lower', ...limited })
    figures.push({ name: `${name}: fresh`, value: found.fresh, unit: 'ms', better: 'lower' })
  }
  return figures
}

/** The slope is that of time over hits, both by their logarithm: 1 where ten times as many take ten times as long. */
async function growth(bench: QueryBench, sites: readonly MadeSite[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const question of ['unfiltered', 'filtered'] as const) {
    const asked: Asked[] = []
    for (const site of sites) asked.push(await ask(bench, site, question))
    for (const [index, { fresh, warm, rss }] of asked.entries()) {
      const name = `growth, ${question}, ${count(sites[index]!.asked)}`
      figures.push({ name: `${name}: fresh`, value: fresh, unit: 'ms', better: 'lower' }, { name: `${name}: warm`, value: warm, unit: 'ms', better: 'lower' })
      figures.push({ name: `${name}: peak RSS`, value: rss, unit: 'MB', better: 'lower' })
    }
    const slope = (of: 'fresh' | 'warm' | 'rss') => slopeOf(asked.map((each, index) => [Math.log(sites[index]!.hits), Math.log(each[of])]))
    for (const of of ['fresh', 'warm', 'rss'] as const) {
      figures.push({ name: `growth, ${question}: slope of ${of === 'rss' ? 'memory' : of}`, value: slope(of), unit: '', better: 'lower' })
    }
  }
  return figures
}

function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, at]) => at))]
  return mean(points.map(([a, b]) => (a - x) * (b - y))) / mean(points.map(([a]) => (a - x) ** 2))
}

/** Where its module is; undefined where it cannot be installed. */
function findChdb(log: BenchOptions['log']): string | undefined {
  const modules = ensureChdb(cacheFolder('chdb'))
  if (modules === undefined) log('chdb is NOT compared: it could not be installed')
  return modules && join(modules, 'chdb', 'index.mjs')
}

const placeNames: Record<Place, string> = {
  Parquet: 'the segments as they are (it also tells sessions apart)',
  hits: 'its own table of hits (sessions told apart before)',
  visits: 'its own table of the same visits',
}

const placeUnequal: Record<Place, string> = {
  Parquet: 'it counts and tells sessions apart; ours are sums and an index',
  hits: 'it counts hits; ours are sums and an index',
  visits: 'it counts visits; ours are sums and an index',
}

const questionNames = { unfiltered: 'five questions of the dashboard', filtered: 'the headline of a country and a source' } as const

async function compareEngines(bench: QueryBench, year: MadeSite, chdb: string | undefined): Promise<Figure[]> {
  const { run, log, uses } = bench
  const ours = { unfiltered: await ask(bench, year, 'unfiltered'), filtered: await ask(bench, year, 'filtered') }
  const modules: [EngineName, string | undefined][] = [['DuckDB', import.meta.resolve('@duckdb/node-api')], ['chdb', chdb]]
  const figures: Figure[] = []
  for (const [name, module] of modules) {
    if (module === undefined) continue
    log(`asking ${name} …`)
    const { engine, rss } = await run({ task: 'engine', base: year.base, hits: year.asked, days: year.days, engine: { name, module } })
    if (engine === undefined) throw new Error(`${name} said nothing`)
    uses?.(name, engine.version)
    for (const question of ['unfiltered', 'filtered'] as const) {
      for (const place of places) {
        const { first, warm, totals } = engine[question][place]
        checkTotals(`${name}, ${question}, ${place}`, totals, totalsOf(ours[question].answers))
        const baseline = `${name} ${engine.version}, ${placeNames[place]}`
        const what = `${questionNames[question]}, ${count(year.asked)} hits of ${year.days} days, asked before`
        figures.push({ name: `${name} ${engine.version}, ${question}, ${placeNames[place]}: first`, value: first, unit: 'ms', better: 'lower' })
        figures.push({ name: `${name} ${engine.version}, ${question}, ${placeNames[place]}: warm`, value: warm, unit: 'ms', better: 'lower' })
        figures.push(compare({ what, ours: ours[question].warm, baseline, theirs: warm, unit: 'ms', better: 'lower', unequal: placeUnequal[place], command: 'npm run bench -- query' }))
      }
    }
    figures.push({ name: `${name}: peak RSS, with its tables in memory`, value: rss, unit: 'MB', better: 'lower' })
  }
  return figures
}

/** As an engine's `totals`, as far as an answer says them: rates are rounded. */
function totalsOf(answers: QueryTaskResult['answers']): number[] {
  const [head, , ...breakdowns] = answers
  return [...(head?.rows[0]?.metrics ?? []), ...breakdowns.map(({ rows }) => rows[0]?.metrics[0])].map(Number)
}

/** @throws Error where an engine and the store differ */
function checkTotals(what: string, totals: readonly number[], ours: readonly number[]): void {
  const [visitors = NaN, visits = NaN, views = NaN, bounced = NaN, duration = NaN, ...breakdowns] = totals
  const same = [visitors, visits, views, Math.round((100 * views) / visits) / 100, Math.round((100 * bounced) / visits), Math.round(duration / 1000 / visits), ...breakdowns]
  if (JSON.stringify(same) !== JSON.stringify(ours)) throw new Error(`${what}: ${JSON.stringify(same)}, and the store says ${JSON.stringify(ours)}`)
}
