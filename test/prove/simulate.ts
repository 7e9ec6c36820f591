import { availableParallelism } from 'node:os'
import { emptyResult, type ProveOptions, type ProveResult } from './proof.ts'
import type { OpenStore } from './schedule.ts'
import { createSeedPlayer, readRegressions, type PlayedSeed } from './seedPlayer.ts'
import { playInProcesses } from './seedProcesses.ts'

export interface SimulateOptions extends ProveOptions {
  /** @default the store, and for every other seed the store that gathers after a few batches already */
  open?: OpenStore
}

export interface SimulateResult extends ProveResult {
  /** Seeds of the schedules that went wrong: one at most, since the first one ends it. */
  failed: number[]
  /** Of everything that happened in all of them: the same for the same seed, in however many processes. */
  hash: string
}

/** Fewer schedules than this are played before another process has begun. */
const fewest = 50

/**
 * Simulated disasters: each seed is a schedule of several processes on one storage that crashes, tears, hangs, lies late
 * and lists in pages, by a clock of its own. Seeds that have failed once are tried first. The first that fails ends it.
 */
export async function simulate({ runs, seed, progress, say = () => {}, signal, open, jobs = runs < fewest ? 1 : availableParallelism() }: SimulateOptions): Promise<SimulateResult> {
  const result: SimulateResult = { ...emptyResult(seed), failed: [], hash: '' }
  const counts = new Map<string, number>()
  const regressions = await readRegressions()
  result.added = { 'seeds that have failed once': regressions.length }

  function take({ seed: each, acknowledged, hash, counts: its, failure }: PlayedSeed): boolean {
    result.runs++
    result.hits += acknowledged
    result.hash = chain(result.hash, hash)
    for (const [name, count] of Object.entries(its)) counts.set(name, (counts.get(name) ?? 0) + count)
    if (failure !== undefined) {
      result.failed.push(each)
      // One schedule counts once, however many answers it spoils.
      result[failure.kind === 'error' ? 'serverErrors' : failure.kind]++
      console.error(`seed ${each}: ${failure.kind}: ${failure.text}\n${failure.trace.join('\n')}`)
    }
    progress(result.runs, result)
    return failure === undefined
  }

  const seeds = listSeeds(regressions, seed, runs)
  if (open === undefined && jobs > 1) await playInProcesses({ seeds, processes: jobs, take, signal })
  else await playHere(seeds, await createSeedPlayer(open), take, signal)
  say([...counts].map(([name, count]) => `${count} ${name}`).join(', '))
  return result
}

async function playHere(seeds: Iterable<number>, play: (seed: number) => Promise<PlayedSeed>, take: (played: PlayedSeed) => boolean, signal: AbortSignal | undefined): Promise<void> {
  for (const seed of seeds) if (signal?.aborted || !take(await play(seed))) return
}

/** Each once: another comes in the place of one that has failed once. */
function* listSeeds(regressions: readonly number[], first: number, runs: number): Generator<number> {
  yield* regressions
  for (let [seed, given] = [first, 0]; given < runs; seed++) {
    if (regressions.includes(seed)) continue
    yield seed
    given++
  }
}

/** 64 bits that both decide. */
function chain(sum: string, hash: string): string {
  const next = (BigInt(`0x${sum || '0'}`) * 31n + BigInt(`0x${hash}`)) % 2n ** 64n
  return next.toString(16)
}
