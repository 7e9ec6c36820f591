import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { ConfigError } from 'treadlight'
import { garbageCollector } from '../process/garbageCollector.ts'
import { createAccount, createCollectorOn } from './fuzzCollector.ts'
import { createFuzzInputs, type FuzzInput } from './fuzzInputs.ts'
import { fuzzSockets } from './fuzzSockets.ts'
import type { ProveOptions, ProveResult } from './proof.ts'
import { createStallClock } from './stallClock.ts'

export interface FuzzResult extends ProveResult {
  /** What went wrong, with the input, of the first few. */
  failures: string[]
  unhandledRejections: number
  /** Of the in-process ones. */
  perSecond: number
  /** The most that twenty at once took of the CPU, ms: none of them took more. */
  slowest: { ms: number; seed: number; start: number }
  /** MB of heap for each 100,000 inputs after the first half. */
  growth: number
}

/** Inputs of one collector: it and its store begin anew with each, so that a seed is enough to see them again. */
const chunk = 10_000
/** Sent at the same time, as browsers do. */
const lot = 20
/** Of a hundred inputs so many are bytes on a socket. */
const rawShare = 0.01
/** ms of the CPU that a lot may take; nothing is as slow as that on any machine. */
const tooSlow = 1000
/** ms that a lot may wait, without what the machine stood still. */
const tooLong = 30_000
const maxShown = 20
const noon = Date.parse('2026-11-21T12:00:00.000Z')

/**
 * Hostile requests: no answer is a server error, nothing is rejected behind one's back, prototypes stay as they are, what
 * was answered 201 is in the store, once. Seeds that have failed once are tried first.
 */
export async function fuzz({ runs, seed, progress, say, signal }: ProveOptions): Promise<FuzzResult> {
  const result: FuzzResult = {
    runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0,
    failures: [], unhandledRejections: 0, perSecond: 0, slowest: { ms: 0, seed, start: 0 }, growth: 0,
  }
  const fail = (text: string): void => void (result.failures.length < maxShown && result.failures.push(text))
  const onRejection = (error: unknown): void => {
    result.unhandledRejections++
    result.serverErrors++
    fail(`unhandled rejection: ${String(error)}`)
  }
  process.on('unhandledRejection', onRejection)
  const collectGarbage = garbageCollector()
  const anything = createFuzzInputs(noon)
  const account = await createAccount()
  const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
  const raw = Math.round(runs * rawShare)
  const regressions = await readRegressions()
  result.added = { 'of seeds that have failed once': regressions.length * chunk }
  const seeds = [...regressions.map((each) => [each, chunk] as const), ...splitRuns(runs - raw, seed)]
  const clock = createStallClock()
  const heaps: { runs: number; heap: number }[] = []
  let took = 0
  let counted = 0

  try {
    for (const [each, size] of seeds) {
      if (signal?.aborted) break
      // Made beforehand: what is measured is the collector.
      const inputs = fc.sample(anything, { numRuns: size, seed: each })
      const collector = await createCollectorOn(account, noon, (error) => {
        // Of this kind are sentences for the owner.
        if (!(error instanceof ConfigError)) fail(`seed ${each}: told the log: ${String(error)}`)
      })
      const later: Promise<void>[] = []
      const started = performance.now()
      const send = async (input: FuzzInput): Promise<void> => {
        const status = await collector.send(input)
        if (status < 500) return
        result.serverErrors++
        fail(`seed ${each}: ${status} for ${describe(input)}`)
      }
      for (let start = 0; start < inputs.length; start += lot) {
        const [begun, stalled, cpu] = [performance.now(), clock.stalled, process.cpuUsage()]
        const some = inputs.slice(start, start + lot)
        // A password takes 75 ms to hash, on purpose and on another thread.
        const isLogin = ({ path }: FuzzInput): boolean => path.startsWith('/api/login')
        later.push(...some.filter(isLogin).map(send))
        await Promise.all(some.filter((input) => !isLogin(input)).map(send))
        const { user, system } = process.cpuUsage(cpu)
        const waited = performance.now() - begun
        // Before a machine that stood still is told from a collector that does not answer.
        if (waited > tooLong) await wait(200)
        if (waited - (clock.stalled - stalled) > tooLong) fail(`seed ${each}: ${Math.round(waited)} ms for some from the input ${start} on`)
        const ms = (user + system) / 1000
        if (ms > result.slowest.ms) result.slowest = { ms, seed: each, start }
      }
      took += performance.now() - started
      counted += inputs.length
      await Promise.all(later)
      const { lost, twice, hits } = await collector.judge()
      result.lost += lost
      result.twice += twice
      result.hits += hits
      if (lost + twice > 0) fail(`seed ${each}: ${lost} lost, ${twice} counted twice`)
      if (JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== prototype) fail(`seed ${each}: Object.prototype has changed`)
      await collector.close()
      result.runs += inputs.length
      collectGarbage()
      heaps.push({ runs: result.runs, heap: process.memoryUsage().heapUsed })
      progress(result.runs, result)
    }
    if (!signal?.aborted) await fuzzSockets({ runs: raw, seed, fail, result })
  } finally {
    clock.end()
    process.off('unhandledRejection', onRejection)
  }
  result.perSecond = Math.round((counted / took) * 1000)
  result.growth = growthOf(heaps)
  if (result.slowest.ms > tooSlow) fail(`${Math.round(result.slowest.ms)} ms of the CPU for some of seed ${result.slowest.seed} from the input ${result.slowest.start} on`)
  if (result.growth > 5) fail(`the heap has grown by ${result.growth.toFixed(1)} MB for each 100,000 inputs`)
  // What is none of the counts fails the run all the same.
  if (result.failures.length > 0 && result.lost + result.twice + result.serverErrors === 0) result.serverErrors++
  for (const failure of result.failures) console.error(failure)
  say?.(`${result.perSecond} inputs a second; the slowest ${lot} took ${result.slowest.ms.toFixed(1)} ms (seed ${result.slowest.seed}, from ${result.slowest.start} on)`)
  say?.(`${result.unhandledRejections} unhandled rejections; the heap has grown by ${result.growth.toFixed(2)} MB for each 100,000 inputs`)
  return result
}

function splitRuns(runs: number, seed: number): (readonly [seed: number, size: number])[] {
  return Array.from({ length: Math.ceil(runs / chunk) }, (_, index) => [(seed + index) | 0, Math.min(chunk, runs - index * chunk)] as const)
}

/** From the middle to the end, where caches have long been full. Fewer than ten collectors say nothing. */
function growthOf(heaps: readonly { runs: number; heap: number }[]): number {
  if (heaps.length < 10) return 0
  const [first, last] = [heaps[Math.floor(heaps.length / 2)]!, heaps.at(-1)!]
  return ((last.heap - first.heap) / 2 ** 20 / (last.runs - first.runs)) * 100_000
}

function describe(input: FuzzInput): string {
  return JSON.stringify({ ...input, body: input.body instanceof Uint8Array ? Buffer.from(input.body).toString('latin1') : input.body }).slice(0, 2000)
}

/** Seeds that found a bug once. */
async function readRegressions(): Promise<number[]> {
  return JSON.parse(await readFile(new URL('fuzzRegressions.json', import.meta.url), 'utf8')) as number[]
}
