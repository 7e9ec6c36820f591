import { readFile } from 'node:fs/promises'
import { createStore } from '@treadlight/store'
import { smallScale } from './mutants.ts'
import { openPatched } from './patchedStore.ts'
import { playSchedule, type OpenStore, type ScheduleResult } from './schedule.ts'

/** What a seed came to: one that went well is told in few words, since there are many. */
export interface PlayedSeed {
  seed: number
  acknowledged: number
  hash: string
  counts: ScheduleResult['counts']
  /** The first thing that went wrong, and what led to it. */
  failure?: ScheduleResult['failures'][number] & { trace: readonly string[] }
}

/** Lines of a schedule that are printed when it has failed. */
const shownLines = 80

/**
 * Plays schedules by their seeds: every other one on a store that gathers after a few batches already, some with sums that are
 * kept and some with imports.
 * @param open instead of these stores
 */
export async function createSeedPlayer(open?: OpenStore): Promise<(seed: number) => Promise<PlayedSeed>> {
  const small = open ?? (await openPatched('small', smallScale))
  const regressions = await readRegressions()
  return async (seed) => {
    // Schedules that have failed once are to stay what they were.
    const isOld = regressions.includes(seed)
    const keepSums = open === undefined && seed % 4 > 1 && !isOld
    const loads = seed % 3 === 0 && !isOld
    const { failures, acknowledged, hash, counts, lines } = await playSchedule(seed, open ?? (seed % 2 === 0 ? createStore : small), keepSums, loads)
    const [failure] = failures
    return { seed, acknowledged, hash, counts, ...(failure && { failure: { ...failure, trace: traceTo(lines) } }) }
  }
}

/** Seeds that found a bug once. */
export async function readRegressions(): Promise<number[]> {
  return JSON.parse(await readFile(new URL('regressions.json', import.meta.url), 'utf8')) as number[]
}

/** What led to the first failure. */
function traceTo(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.includes('FAILURE')) + 1
  return [lines[0] ?? '', '…', ...lines.slice(Math.max(1, end - shownLines), end)]
}
