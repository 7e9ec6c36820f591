import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportTask, ImportTaskResult } from './importTask.ts'
import { median } from './median.ts'
import type { BenchOptions, Figure } from './run.ts'

/** A year's log of a small site, or a month's of a larger one. */
const defaultHits = 1_000_000
const days = 60
/** An issue is not resolved below it: hits per second of one core. */
const floor = 40_000
/** MB: what a file of any size may take. */
const mostMemory = 512

const formats = ['ndjson', 'csv', 'parquet', 'combined'] as const
export type BenchedFormat = (typeof formats)[number]

/**
 * Hits per second of CPU time, of all threads together, from a file to answers that come from segments and indexes: the
 * command as it is, in a process of its own on an empty folder, with fsync.
 */
export async function importing({ rounds, log, hits = defaultHits }: BenchOptions): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-bench-import-'))
  try {
    await run({ task: 'make', folder, hits, days })
    const figures: Figure[] = []
    for (const format of formats) {
      const results: ImportTaskResult[] = []
      for (let round = 1; round <= rounds; round++) {
        const result = await run({ task: 'import', folder, hits, days, format })
        results.push(result)
        log(`round ${round} of ${rounds}: ${format}: ${Math.round(result.hits / result.cpu)} hits per CPU s, ${result.wall.toFixed(1)} s, ${Math.round(result.rss)} MB`)
      }
      figures.push(
        { name: `${format}: hits per second of one core until they answer from indexes`, value: median(results.map((its) => its.hits / its.cpu)), unit: '1/s', better: 'higher', floor },
        { name: `${format}: memory`, value: median(results.map(({ rss }) => rss)), unit: 'MB', better: 'lower', floor: mostMemory },
      )
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(task: ImportTask): Promise<ImportTaskResult> {
  const child = fork(new URL('importTask.ts', import.meta.url), [JSON.stringify(task)], { execArgv: ['--import', 'tsx', '--conditions=@treadlight/source'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [result] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`the task ${task.task} ended with ${code}`)))])) as [ImportTaskResult]
  await once(child, 'exit')
  return result
}
