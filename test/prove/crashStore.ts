import { createStore, openStorage, type StorageConfig } from '@treadlight/store'
import type { Buffer } from 'node:buffer'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { day, indexOf, personName, site } from './crashFacts.ts'
import { createCrashOracle, type CrashOracle, type Judgement } from './crashOracle.ts'
import { removeWorker, startWorker, type CrashWorker, type Listener } from './crashWorker.ts'
import { seededRandom } from './random.ts'
import { readRaw } from './rawStorage.ts'
import type { ProveOptions, ProveResult } from './proof.ts'
import type { StoreWorkerPlan } from './storeWorker.ts'

/** What workers of one storage share. */
export type Shared = Pick<StoreWorkerPlan, 'config' | 'seed' | 'start' | 'startedAt' | 'speed' | 'grace' | 'settle'>

/** Where a life ends: so many ms after it has entered the phase the nth time since it was so many ms old. */
interface Target {
  phase: string
  nth: number
  age: number
  delay: number
}

/** What the proofs of the store say beside their result: what was found, and what was under way when a worker was killed. */
export interface CrashLog {
  found(text: string): unknown
  killed(phase: string): void
}

/** Lives of one folder: afterwards everything in it is looked at and a fresh one begins. */
const livesPerFolder = 25
/** Lives after which every hit is read, not only counted. */
const livesPerListing = 5
/** Facts of one life are below this many. */
const factsPerLife = 20_000
/** How long a life goes on before it is to be killed, and how long it may take then to get where, ms. */
const youth = 400
const longestLife = 600

/** Writes and deletions under way, of which a life is killed in one. */
const phases: readonly string[] = [
  'write-segment',
  'write-manifest',
  'write-pruning',
  'write-erasure',
  'write-link',
  'delete-batch',
  'delete-segment',
  'delete-manifest',
  'delete-link',
]

/**
 * kill -9 of a process that appends, compacts, prunes, erases and sweeps at once, in the midst of one of these: what was
 * acknowledged is there in the next life, once; what was pruned or erased stays gone; nothing is left over in the end.
 */
export async function crashStore({ runs, seed, progress, signal }: ProveOptions, log: CrashLog = showLog): Promise<ProveResult> {
  const random = seededRandom(seed)
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  try {
    while (result.runs < runs && !signal?.aborted) await livesOfOneFolder(Math.min(livesPerFolder, runs - result.runs), random, result, progress, log, signal)
    return result
  } finally {
    await removeWorker()
  }
}

async function livesOfOneFolder(
  lives: number,
  random: () => number,
  result: ProveResult,
  progress: ProveOptions['progress'],
  log: CrashLog,
  signal: ProveOptions['signal'],
): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'treadlight-crash-store-'))
  const seed = Math.floor(random() * 2 ** 32)
  const speed = [1, 3600, 36_000][Math.floor(random() * 3)]!
  const shared: Shared = {
    config: { driver: 'fs', base },
    seed,
    // A day that is closed after 20 hours of its own, so that the fastest clock gets there.
    start: Date.UTC(2026, 9, 1, 17),
    startedAt: Date.now(),
    speed,
    grace: Math.floor(2 + random() ** 2 * 300) * speed,
    // Nobody but the living process writes: the batches of the dead are settled at once. A write that takes almost as long is refused.
    settle: Math.floor(100 + random() ** 2 * 900) * speed,
  }
  const before = { ...result }
  const oracle = createCrashOracle(seed, shared.start)
  for (let life = 0; life < lives && !signal?.aborted; life++) {
    const target: Target = { phase: phases[Math.floor(random() * phases.length)]!, nth: 1 + Math.floor(random() ** 3 * 10), age: random() * youth, delay: random() < 0.5 ? 0 : random() ** 2 * 30 }
    const choices = Math.floor(random() * 2 ** 32)
    const first = life * factsPerLife
    const plan = { ...shared, choices, first, step: 1, leftOver: oracle.leftOver(), senders: 1 + Math.floor(random() * 6), reads: life % 3 === 2 }
    await oneLife(`life ${life}`, plan, target, (life + 1) % livesPerListing === 0, oracle, result, log)
    addJudgements(oracle, result, log)
    progress(++result.runs, result)
  }
  await finish(shared, oracle, result, log)
  result.hits += oracle.acknowledged()
  if (countFailures(result) === countFailures(before)) await rm(base, { recursive: true, force: true })
  else log.found(`kept ${base}, facts of seed ${seed}`)
}

async function oneLife(
  name: string,
  plan: StoreWorkerPlan,
  target: Target,
  lists: boolean,
  oracle: CrashOracle,
  result: ProveResult,
  log: CrashLog,
): Promise<void> {
  const under: string[] = []
  let entered = 0
  let isGrown = false
  let reached = (): void => undefined
  const inside = new Promise<void>((resolve) => (reached = resolve))
  const listen = listenTo(name, oracle, result, log)
  const worker = await startWorker(plan, (words) => {
    listen(words)
    const [verb, phase = ''] = words
    if (verb === 'enter') under.push(phase)
    if (verb === 'leave') under.splice(under.indexOf(phase), 1)
    if (verb === 'enter' && isGrown && phase === target.phase && ++entered === target.nth) reached()
  })
  await worker.ask(lists ? 'list' : 'count')
  await worker.ask('live')
  await wait(target.age)
  isGrown = true
  const late = new AbortController()
  await Promise.race([inside.then(async () => void (target.delay > 0 && (await wait(target.delay)))), wait(longestLife, undefined, { signal: late.signal }).catch(() => undefined)])
  late.abort()
  await kill(name, worker, plan, oracle)
  log.killed(under.includes(target.phase) ? target.phase : (under.findLast((phase) => phase !== 'write-link') ?? 'between'))
}

/** -9, and hears the process out. */
export async function kill(name: string, worker: CrashWorker, shared: Shared, oracle: CrashOracle): Promise<void> {
  worker.child.kill('SIGKILL')
  await worker.ended
  oracle.end(name, clockOf(shared)())
}

/** What a worker says: of hits to the oracle, of trouble to the result. */
export function listenTo(name: string, oracle: CrashOracle, result: ProveResult, log: CrashLog): Listener {
  return (words) => {
    if (oracle.hear(name, words)) return
    const [verb, ...rest] = words
    // What the kill cut off was never acknowledged.
    const isTornBatch = verb === 'problem' && rest[0] === 'torn' && rest[1]?.includes(':batch:') === true
    if ((verb !== 'problem' && verb !== 'error') || isTornBatch) return
    result.serverErrors++
    log.found(`${name}: ${words.join(' ')}`)
  }
}

function addJudgements(oracle: CrashOracle, result: ProveResult, log: CrashLog): void {
  for (const { by, judgement } of oracle.judgeAll()) addJudgement(by, judgement, result, log)
}

function addJudgement(by: string, { lost, surplus, required }: Judgement, result: ProveResult, log: CrashLog): void {
  result.lost += lost.length
  result.twice += surplus.length
  if (lost.length > 0) log.found(`${by} lacks ${lost.length} of ${required}, among them ${lost[0]}`)
  for (const text of surplus.slice(0, 3)) log.found(`${by}: ${text}`)
}

/**
 * Sends what is left over, prunes and erases once more, and gives upkeep weeks: then all that there is to be is there, in
 * every view, and nothing else.
 */
export async function finish(shared: Shared, oracle: CrashOracle, result: ProveResult, log: CrashLog): Promise<void> {
  const plan = { ...shared, choices: 0, first: 1_000_000_000, step: 1, leftOver: oracle.leftOver(), senders: 0, reads: false }
  const last = await startWorker(plan, listenTo('the last', oracle, result, log))
  for (const command of ['deliver', 'prune', ...[...oracle.persons].map((person) => `erase ${person}`), 'maintain', 'list', 'close']) await last.ask(command)
  await last.ended
  oracle.end('the last', clockOf(shared)())
  await ageLeftOvers(shared.config)
  for (const days of [0.1, 0.5, 2, 12, 13, 14]) await lookAfter(shared, days, oracle, result, log)
  const fresh = await startWorker({ ...plan, leftOver: [] }, listenTo('a fresh one', oracle, result, log))
  for (const command of ['count', 'list', 'close']) await fresh.ask(command)
  await fresh.ended
  addJudgements(oracle, result, log)
  for (const fault of await findFaults(shared, oracle)) {
    result.serverErrors++
    log.found(fault)
  }
}

/** A round of upkeep so many days later, and what can be read then. */
async function lookAfter(shared: Shared, days: number, oracle: CrashOracle, result: ProveResult, log: CrashLog): Promise<void> {
  const clock = clockOf(shared)
  const opened = await openStorage(shared.config)
  // At the pace of the real one: on a busy machine, what is written by a clock ten hours a second takes too long to count.
  const [later, startedAt] = [clock() + days * day, Date.now()]
  const store = await createStore({ ...opened, now: () => later + Date.now() - startedAt, grace: shared.grace, settle: shared.settle, refreshMs: 0 })
  await store.maintain({ force: true })
  const begun = clock()
  const answer: number[] = []
  for await (const { id } of store.hits({ site })) answer.push(indexOf(id))
  const { rows } = await store.query({ site, range: { from: 0, to: 8e15 }, timezone: 'UTC', metrics: ['pageviews'] })
  const by = `the store after ${days} days`
  addJudgement(by, oracle.judge({ begun, ended: clock(), answer }), result, log)
  addJudgement(by, oracle.judge({ begun, ended: clock(), answer: rows[0]?.metrics[0] ?? 0 }), result, log)
  const exported = await countLines(store.lines({ site }))
  if (exported !== answer.length) {
    result.twice++
    log.found(`${by} lists ${answer.length} hits and exports ${exported}`)
  }
  await store.close()
  await opened.storage.dispose()
}

async function countLines(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0
  for await (const piece of pieces) for (const byte of piece) if (byte === 10) count++
  return count
}

/** What lies in the storage although nothing needs it, or though its person was erased. */
async function findFaults(shared: Shared, oracle: CrashOracle): Promise<string[]> {
  const { storage } = await openStorage(shared.config)
  const values = new Map<string, Buffer>()
  for (const key of await storage.getKeys(`${site}:`)) values.set(key, (await storage.getItemRaw<Buffer>(key))!)
  await storage.dispose()
  const { faults, texts, torn } = await readRaw(values, true)
  const named = [...oracle.persons].flatMap((person) => {
    const key = [...texts].find(([, text]) => text.includes(personName(person)))?.[0]
    return key === undefined ? [] : [`${key} still names ${personName(person)}`]
  })
  const aside = shared.config.driver === 'fs' ? (await readdir(join(shared.config.base, site), { recursive: true })).filter((path) => path.includes('~')) : []
  return [...faults, ...named, ...torn.map((key) => `${key} is left, torn`), ...aside.map((path) => `${path} is left, half-written`)]
}

/** What the driver wrote aside is left alone for a while of the real clock. */
async function ageLeftOvers(config: StorageConfig): Promise<void> {
  if (config.driver !== 'fs') return
  for (const path of await readdir(config.base, { recursive: true })) if (path.includes('~')) await utimes(join(config.base, path), 1, 1)
}

function clockOf({ start, startedAt, speed }: Shared): () => number {
  return () => start + (Date.now() - startedAt) * speed
}

export function countFailures({ lost, twice, serverErrors }: ProveResult): number {
  return lost + twice + serverErrors
}

export const showLog: CrashLog = { found: (text) => console.error(text), killed: () => undefined }
