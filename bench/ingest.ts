import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureSqlite } from '../scripts/sqlite.ts'
import { freePort } from '../test/process/collectorProcess.ts'
import { bundleTask } from './bundleTask.ts'
import { cacheFolder } from './cache.ts'
import { compare } from './compare.ts'
import { median } from './median.ts'
import type { BenchOptions, Figure } from './run.ts'

const here = (file: string): string => new URL(file, import.meta.url).pathname
const cli = here('../packages/collector/bin/treadlight.mjs')

/** A server under test: how it is started, and whether it is asked single hits or batches. */
interface Candidate {
  name: string
  command: (port: number, data: string) => { args: string[]; env: Record<string, string>; node?: string }
  /** Hits of one request. */
  batch: number
  /** Of the hits per second over those of the bare server. */
  aims?: Pick<Figure, 'floor' | 'goal'>
}

const collector = (sync: boolean): Candidate['command'] => (port, data) => ({
  args: [cli, 'serve'],
  env: { PORT: String(port), TREADLIGHT_STORAGE_BASE: data, TREADLIGHT_STORAGE_SYNC: String(sync), TREADLIGHT_TIMEZONE: 'UTC' },
})

const synced: Candidate = { name: 'collector, fsync on', command: collector(true), batch: 1, aims: { floor: 0.33, goal: 0.5 } }
const unsynced: Candidate = { name: 'collector, fsync off', command: collector(false), batch: 1, aims: { floor: 0.4, goal: 0.65 } }
const batches: Candidate = { name: 'collector, fsync on, batches of 50', command: collector(true), batch: 50, aims: { floor: 1.5, goal: 2.5 } }

const ours = [synced, unsynced, batches]

/** What the collector is held against. */
interface Baselines {
  bare: Candidate
  h3: Candidate
  /** None where there is no SQLite. A hit a request: a transaction each, or one for all that have come meanwhile; 50 a request, a transaction each. */
  sqlite?: { each: Candidate; together: Candidate; batches: Candidate }
}

/** Server on the first core, load on the second, where the system can pin. */
const pin = (core: number): string[] => (spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', String(core)] : [])
const serverPin = pin(0)
const loadPin = pin(1)

/** Seconds until the code is compiled and the collector has seen each user agent: a server is up for weeks. */
const warmUp = 4
/** Of a baseline at a quick size: it has less code, and looks at no user agent. */
const shortWarmUp = 1

interface Measurement {
  requests: number
  p99: number
  /** µs of CPU time of all threads, for each hit: others on the machine hardly make a difference to it, once it is warm. */
  cpu: number
  /** At 70 % of as many requests, ms. */
  calmP99: number
  startup: number
  idle: number
  loaded: number
}

/** Hits per second, one request at a time on each of 64 connections, all candidates in turn in every round. */
export async function ingest(options: BenchOptions): Promise<Figure[]> {
  const { rounds, seconds, quick = false, log } = options
  const scratch = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  try {
    const baselines = await prepareBaselines(scratch, options)
    const { bare, h3, sqlite } = baselines
    const candidates = [bare, h3, ...ours, ...(sqlite === undefined ? [] : Object.values(sqlite))]
    const measured: Measured = new Map(candidates.map((candidate) => [candidate, []]))
    for (let round = 1; round <= rounds; round++) {
      for (const candidate of candidates) {
        const measurement = await measure(candidate, seconds, quick)
        measured.get(candidate)!.push(measurement)
        log(`round ${round} of ${rounds}: ${candidate.name}: ${Math.round(measurement.requests * candidate.batch)} hits/s`)
      }
    }
    return [...figuresOf(measured, bare), ...comparisonsOf(measured, baselines)]
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** As Node.js alone runs them, so that their memory is their own. */
async function prepareBaselines(folder: string, { log, uses }: BenchOptions): Promise<Baselines> {
  const bundle = (file: string) => bundleTask(file, join(folder, file.replace('.ts', '.mjs')))
  const [bareServer, h3Server, sqliteServer] = [await bundle('bareServer.ts'), await bundle('h3Server.ts'), await bundle('sqliteServer.ts')]
  const of = (server: string): Candidate['command'] => (port) => ({ args: [server, String(port)], env: {} })
  const bare = { name: 'bare node:http, parses, answers 204', command: of(bareServer), batch: 1 }
  const h3 = { name: 'h3 alone, parses, answers 204', command: of(h3Server), batch: 1 }
  const found = ensureSqlite(cacheFolder('sqlite'))
  if (found === undefined) {
    log('SQLite is NOT compared: neither better-sqlite3 nor a Node.js with node:sqlite could be installed')
    return { bare, h3 }
  }
  const { name, version, module, node } = found
  uses?.(name, version)
  const inserts = (transactions: 'each' | 'together'): Candidate['command'] => (port, data) => ({ args: [sqliteServer, String(port), data, module, transactions], env: {}, node })
  const each = { name: `${name}, a transaction a hit`, command: inserts('each'), batch: 1 }
  const together = { name: `${name}, a transaction for all hits that have come`, command: inserts('together'), batch: 1 }
  return { bare, h3, sqlite: { each, together, batches: { name: `${name}, a transaction for 50 hits`, command: inserts('each'), batch: 50 } } }
}

type Measured = Map<Candidate, Measurement[]>

function medianOf(measured: Measured, candidate: Candidate, key: keyof Measurement): number {
  return median(measured.get(candidate)!.map((one) => one[key]))
}

function rateOf(measured: Measured, candidate: Candidate): number {
  return medianOf(measured, candidate, 'requests') * candidate.batch
}

function figuresOf(measured: Measured, bare: Candidate): Figure[] {
  const figures = [...measured.keys()].flatMap((candidate): Figure[] => [
    { name: candidate.name, value: rateOf(measured, candidate), unit: 'hits/s', better: 'higher' },
    { name: `${candidate.name}, of bare`, value: rateOf(measured, candidate) / rateOf(measured, bare), unit: '×', better: 'higher', ...candidate.aims },
    { name: `${candidate.name}, p99`, value: medianOf(measured, candidate, 'p99'), unit: 'ms', better: 'lower' },
    { name: `${candidate.name}, CPU`, value: medianOf(measured, candidate, 'cpu'), unit: 'µs/hit', better: 'lower' },
  ])
  const ofSynced = (key: keyof Measurement): number => medianOf(measured, synced, key)
  return [
    ...figures,
    { name: 'start to listening, empty store', value: ofSynced('startup'), unit: 'ms', better: 'lower' },
    { name: 'p99 at 70 % of its own maximum, fsync on', value: ofSynced('calmP99'), unit: 'ms', better: 'lower', floor: 20, goal: 10 },
    { name: 'RSS idle', value: ofSynced('idle'), unit: 'MiB', better: 'lower' },
    { name: 'RSS after the load', value: ofSynced('loaded'), unit: 'MiB', better: 'lower', floor: 192, goal: 128 },
  ]
}

const nothingDone = 'it stores and checks nothing'
const storesOnly = 'it stores what the hit says, and looks at none of it'

/** Above 1 the collector is better. */
function comparisonsOf(measured: Measured, { bare, h3, sqlite }: Baselines): Figure[] {
  const command = 'npm run bench -- ingest'
  const rates = (what: string, ours: Candidate, baseline: Candidate, unequal: string): Figure =>
    compare({ what, ours: rateOf(measured, ours), baseline: baseline.name, theirs: rateOf(measured, baseline), unit: 'hits/s', better: 'higher', unequal, command })
  const others = (what: string, key: keyof Measurement, unit: string, baseline: Candidate, unequal: string, candidate = synced): Figure =>
    compare({ what, ours: medianOf(measured, candidate, key), baseline: baseline.name, theirs: medianOf(measured, baseline, key), unit, better: 'lower', unequal, command })
  const single = 'a hit a request, on disk before its answer'
  return [
    rates(single, synced, bare, nothingDone),
    rates(single, synced, h3, nothingDone),
    rates('a hit a request, not waiting for the disk', unsynced, h3, nothingDone),
    ...(sqlite === undefined ? [] : [rates(single, synced, sqlite.each, storesOnly), rates(single, synced, sqlite.together, storesOnly), rates('50 hits a request, on disk before the answer', batches, sqlite.batches, storesOnly)]),
    others('CPU of a hit, a hit a request', 'cpu', 'µs', bare, nothingDone),
    others('CPU of a hit, a hit a request', 'cpu', 'µs', h3, nothingDone),
    ...(sqlite === undefined ? [] : [others('CPU of a hit, a hit a request', 'cpu', 'µs', sqlite.each, storesOnly), others('CPU of a hit, 50 hits a request', 'cpu', 'µs', sqlite.batches, storesOnly, batches)]),
    others('start to listening', 'startup', 'ms', bare, 'it has nothing to open'),
    others('memory idle', 'idle', 'MiB', h3, nothingDone),
    others('memory after the load', 'loaded', 'MiB', sqlite?.each ?? h3, sqlite === undefined ? nothingDone : storesOnly),
  ]
}

async function measure(candidate: Candidate, seconds: number, quick: boolean): Promise<Measurement> {
  const { command, batch } = candidate
  const data = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const port = await freePort()
  const { args, env, node = process.execPath } = command(port, data)
  const [program, ...rest] = [...serverPin, node, ...args] as [string, ...string[]]
  const started = performance.now()
  const server = spawn(program, rest, { env: { ...process.env, ...env }, stdio: 'ignore' })
  try {
    await untilListening(port, server)
    const startup = performance.now() - started
    const idle = await memoryOf(server)
    await load(port, batch, quick && !ours.includes(candidate) ? shortWarmUp : warmUp)
    const before = await cpuOf(server)
    const { requests, p99, hits } = await load(port, batch, seconds)
    const cpu = ((await cpuOf(server)) - before) / hits
    // Takes as long again, and is told of one of them.
    const calmP99 = candidate === synced && !quick ? (await load(port, batch, seconds, Math.round(requests * 0.7))).p99 : NaN
    return { requests, p99, cpu, calmP99, startup, idle, loaded: await memoryOf(server) }
  } finally {
    server.kill('SIGKILL')
    await once(server, 'exit')
    await rm(data, { recursive: true, force: true })
  }
}

/** What load.ts prints. */
interface LoadResult {
  requests: number
  p99: number
  hits: number
}

/** @param rate requests a second; as many as are answered by default */
async function load(port: number, batch: number, seconds: number, rate = 0): Promise<LoadResult> {
  const args = ['--import', 'tsx', here('load.ts'), ...[port, batch, seconds, rate].map(String)]
  const [program, ...rest] = [...loadPin, process.execPath, ...args] as [string, ...string[]]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the load ended with ${code}`)
  return JSON.parse(output) as LoadResult
}

async function untilListening(port: number, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
    try {
      await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** Resident memory, MiB. `taskset` replaces itself by what it starts, so the child is the server. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
}

/** So far, µs: Linux counts in hundredths of a second. */
async function cpuOf({ pid }: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}
