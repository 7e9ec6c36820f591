import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/process/collectorProcess.ts'
import type { BenchOptions, Figure } from './run.ts'

const here = (file: string): string => new URL(file, import.meta.url).pathname
const cli = here('../packages/collector/bin/treadlight.mjs')

/** A server under test: how it is started, and whether it is asked single hits or batches. */
interface Candidate {
  name: string
  command: (port: number, data: string) => { args: string[]; env: Record<string, string> }
  /** Hits of one request. */
  batch: number
  /** Of the hits per second over those of the bare server. */
  aims?: Pick<Figure, 'floor' | 'goal'>
}

const collector = (sync: boolean): Candidate['command'] => (port, data) => ({
  args: [cli, 'serve'],
  env: { PORT: String(port), TREADLIGHT_STORAGE_BASE: data, TREADLIGHT_STORAGE_SYNC: String(sync), TREADLIGHT_TIMEZONE: 'UTC' },
})
const bare: Candidate['command'] = (port) => ({ args: ['--import', 'tsx', here('bareServer.ts'), String(port)], env: {} })

const candidates: Candidate[] = [
  { name: 'bare node:http, parses, answers 204', command: bare, batch: 1 },
  { name: 'collector, fsync on', command: collector(true), batch: 1, aims: { floor: 0.33, goal: 0.5 } },
  { name: 'collector, fsync off', command: collector(false), batch: 1, aims: { floor: 0.4, goal: 0.65 } },
  { name: 'collector, fsync on, batches of 50', command: collector(true), batch: 50, aims: { floor: 1.5, goal: 2.5 } },
]

/** Server on the first core, load on the second, where the system can pin. */
const pin = (core: number): string[] => (spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', String(core)] : [])
const serverPin = pin(0)
const loadPin = pin(1)

/** Seconds until the code is compiled and each user agent was seen: a server is up for weeks. */
const warmUp = 4

interface Measurement {
  requests: number
  p99: number
  /** At 70 % of as many requests, ms. */
  calmP99: number
  startup: number
  idle: number
  loaded: number
}

/** Hits per second, one request at a time on each of 64 connections, all candidates in turn in every round. */
export async function ingest({ rounds, seconds, log }: BenchOptions): Promise<Figure[]> {
  const measured = new Map<Candidate, Measurement[]>(candidates.map((candidate) => [candidate, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const candidate of candidates) {
      const measurement = await measure(candidate, seconds)
      measured.get(candidate)!.push(measurement)
      log(`round ${round} of ${rounds}: ${candidate.name}: ${Math.round(measurement.requests * candidate.batch)} hits/s`)
    }
  }
  return figuresOf(measured)
}

function figuresOf(measured: ReadonlyMap<Candidate, Measurement[]>): Figure[] {
  const medians = (candidate: Candidate, key: keyof Measurement): number => median(measured.get(candidate)!.map((one) => one[key]))
  const baseline = medians(candidates[0]!, 'requests')
  const figures = candidates.flatMap((candidate): Figure[] => {
    const rate = medians(candidate, 'requests') * candidate.batch
    return [
      { name: candidate.name, value: rate, unit: 'hits/s', better: 'higher' },
      { name: `${candidate.name}, of bare`, value: rate / baseline, unit: '×', better: 'higher', ...candidate.aims },
      { name: `${candidate.name}, p99`, value: medians(candidate, 'p99'), unit: 'ms', better: 'lower' },
    ]
  })
  const [, synced] = candidates as [Candidate, Candidate]
  return [
    ...figures,
    { name: 'start to listening, empty store', value: medians(synced, 'startup'), unit: 'ms', better: 'lower' },
    { name: 'p99 at 70 % of its own maximum, fsync on', value: medians(synced, 'calmP99'), unit: 'ms', better: 'lower', floor: 20, goal: 10 },
    { name: 'RSS idle', value: medians(synced, 'idle'), unit: 'MiB', better: 'lower' },
    { name: 'RSS after the load', value: medians(synced, 'loaded'), unit: 'MiB', better: 'lower', floor: 192, goal: 128 },
  ]
}

async function measure({ command, batch }: Candidate, seconds: number): Promise<Measurement> {
  const data = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const port = await freePort()
  const { args, env } = command(port, data)
  const [program, ...rest] = [...serverPin, process.execPath, ...args] as [string, ...string[]]
  const started = performance.now()
  const server = spawn(program, rest, { env: { ...process.env, ...env }, stdio: 'ignore' })
  try {
    await untilListening(port, server)
    const startup = performance.now() - started
    const idle = await memoryOf(server)
    await load(port, batch, warmUp)
    const { requests, p99 } = await load(port, batch, seconds)
    const calm = await load(port, batch, seconds, Math.round(requests * 0.7))
    return { requests, p99, calmP99: calm.p99, startup, idle, loaded: await memoryOf(server) }
  } finally {
    server.kill('SIGKILL')
    await once(server, 'exit')
    await rm(data, { recursive: true, force: true })
  }
}

/** @param rate requests a second; as many as are answered by default */
async function load(port: number, batch: number, seconds: number, rate = 0): Promise<{ requests: number; p99: number }> {
  const args = ['--import', 'tsx', here('load.ts'), ...[port, batch, seconds, rate].map(String)]
  const [program, ...rest] = [...loadPin, process.execPath, ...args] as [
    string,
    ...string[],
  ]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the load ended with ${code}`)
  return JSON.parse(output) as { requests: number; p99: number }
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

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
