import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PlayedSeed } from './seedPlayer.ts'

/** How many seeds a process is sent at a time: it never waits for the next. */
const portion = 10

export interface SeedProcessesOptions {
  /** In the order in which what they came to is told. */
  seeds: Iterable<number>
  processes: number
  /** Told of each; answers whether to go on. */
  take: (played: PlayedSeed) => boolean
  /** When to begin no further ones. */
  signal?: AbortSignal | undefined
}

/** Plays seeds in several processes. What each came to is told in the order of the seeds, whoever was faster. */
export async function playInProcesses({ seeds, processes, take, signal }: SeedProcessesOptions): Promise<void> {
  const rest = seeds[Symbol.iterator]()
  const begun: number[] = []
  const played = new Map<number, PlayedSeed>()
  let taken = 0
  let isOver = false

  function next(): number[] {
    const seeds: number[] = []
    for (; !isOver && !signal?.aborted && seeds.length < portion; ) {
      const { done, value } = rest.next()
      if (done === true) break
      begun.push(value)
      seeds.push(value)
    }
    return seeds
  }

  function note(one: PlayedSeed): void {
    played.set(one.seed, one)
    for (let seed = begun[taken]; !isOver && seed !== undefined && played.has(seed); seed = begun[++taken]) {
      isOver = !take(played.get(seed)!)
      played.delete(seed)
    }
  }

  await Promise.all(Array.from({ length: processes }, () => keepPlaying(next, note, () => isOver)))
}

async function keepPlaying(next: () => number[], note: (played: PlayedSeed) => void, isOver: () => boolean): Promise<void> {
  // The terminal's Ctrl-C is not for it.
  const child = fork(fileURLToPath(new URL('seedWorker.ts', import.meta.url)), { execArgv: ['--import', 'tsx', '--conditions=@treadlight/source'], detached: true })
  const ended = once(child, 'exit')
  await Promise.race([once(child, 'message'), ended])
  try {
    for (let seeds = next(); seeds.length > 0 && !isOver(); seeds = next()) {
      for (const [index, one] of (await playPortion(child, seeds)).entries()) if (one === undefined) throw new Error(`the process that played seed ${seeds[index]} has ended with ${child.exitCode}`)
    }
  } finally {
    child.kill()
    await ended
  }

  async function playPortion(child: ChildProcess, seeds: readonly number[]): Promise<(PlayedSeed | undefined)[]> {
    const results: PlayedSeed[] = []
    await new Promise<void>((resolve) => {
      const hear = (played: PlayedSeed): void => {
        results.push(played)
        note(played)
        if (results.length === seeds.length || isOver()) end()
      }
      const end = (): void => {
        child.off('message', hear)
        child.off('exit', end)
        resolve()
      }
      child.on('message', hear)
      child.on('exit', end)
      child.send(seeds)
    })
    return isOver() ? results : seeds.map((_, index) => results[index])
  }
}
