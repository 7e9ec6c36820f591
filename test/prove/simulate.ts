import { readFile } from 'node:fs/promises'
import { createStore } from '@treadlight/store'
import { smallScale } from './mutants.ts'
import { openPatched } from './patchedStore.ts'
import type { ProveOptions, ProveResult } from './run.ts'
import { playSchedule, type OpenStore, type ScheduleResult } from './schedule.ts'

export interface SimulateOptions extends ProveOptions {
  /** @default the store, and for every other seed the store that gathers after a few batches already */
  open?: OpenStore
}

export interface SimulateResult extends ProveResult {
  /** Seeds of the schedules that went wrong. */
  failed: number[]
  /** Of everything that happened in all of them: the same for the same seed. */
  hash: string
}

/** Lines of a schedule that are printed when it has failed. */
const shownLines = 80

/**
 * Simulated disasters: each seed is a schedule of several processes on one storage that crashes, tears, hangs, lies late
 * and lists in pages, by a clock of its own. Seeds that have failed once are tried first.
 */
export async function simulate({ runs, seed, progress, open }: SimulateOptions): Promise<SimulateResult> {
  const result: SimulateResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0, failed: [], hash: '' }
  const counts = new Map<string, number>()
  const small = open ?? (await openPatched('small', smallScale))
  const regressions = await readRegressions()
  result.added = { 'seeds that have failed once': regressions.length }
  for (const each of [...regressions, ...Array.from({ length: runs }, (_, index) => seed + index)]) {
    const keepSums = open === undefined && each % 4 > 1 && !regressions.includes(each)
    // Schedules that have failed once are to stay what they were.
    const loads = each % 3 === 0 && !regressions.includes(each)
    const played = await playSchedule(each, open ?? (each % 2 === 0 ? createStore : small), keepSums, loads)
    take(result, each, played)
    for (const [name, count] of Object.entries(played.counts)) counts.set(name, (counts.get(name) ?? 0) + count)
    progress(++result.runs, result)
  }
  console.error([...counts].map(([name, count]) => `${count} ${name}`).join(', '))
  return result
}

function take(result: SimulateResult, seed: number, { failures, acknowledged, hash, lines }: ScheduleResult): void {
  result.hits += acknowledged
  result.hash = chain(result.hash, hash)
  if (failures.length === 0) return
  result.failed.push(seed)
  // One schedule counts once, however many answers it spoils.
  const [{ kind, text }] = failures as [ScheduleResult['failures'][number]]
  if (kind === 'error') result.serverErrors++
  else result[kind]++
  console.error(`seed ${seed}: ${kind}: ${text}\n${traceTo(lines).join('\n')}`)
}

/** What led to the first failure. */
function traceTo(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.includes('FAILURE')) + 1
  return [lines[0] ?? '', '…', ...lines.slice(Math.max(1, end - shownLines), end)]
}

/** 64 bits that both decide. */
function chain(sum: string, hash: string): string {
  const next = (BigInt(`0x${sum || '0'}`) * 31n + BigInt(`0x${hash}`)) % 2n ** 64n
  return next.toString(16)
}

/** Seeds that found a bug once. */
async function readRegressions(): Promise<number[]> {
  return JSON.parse(await readFile(new URL('regressions.json', import.meta.url), 'utf8')) as number[]
}
