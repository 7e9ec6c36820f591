import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundleTask, runTask } from './bundleTask.ts'
import { median } from './median.ts'
import { count, makeSite } from './query.ts'
import type { QueryTask, QueryTaskResult } from './queryTask.ts'
import type { BenchOptions, Figure } from './run.ts'

const fullHits = 10_000_000
const days = 30
/** ms, of a process that was asked before: what the issue asks for. */
const floors: Readonly<Record<number, number>> = { [fullHits / 10]: 200, [fullHits]: 1500 }

/** What visits did one after the other: a funnel of four steps, and journeys of five. */
export async function funnel({ log, rounds, hits = fullHits, ...options }: BenchOptions): Promise<Figure[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const data = resolve(options.data ?? join(scratch, 'data'))
  try {
    const program = await bundleTask('queryTask.ts', join(scratch, 'task.mjs'))
    const run = (task: QueryTask) => runTask<QueryTask, QueryTaskResult>(program, task)
    const figures: Figure[] = []
    for (const asked of [hits / 10, hits]) {
      const { base } = await makeSite(run, data, asked, days, log)
      for (const task of ['funnel', 'journeys'] as const) {
        const results: QueryTaskResult[] = []
        for (let round = 0; round < rounds; round++) results.push(await run({ task, base, hits: asked, days }))
        const name = `${task}, ${count(asked)}, ${days} days`
        const floor = floors[asked]
        figures.push({ name: `${name}: fresh`, value: median(results.map(({ fresh }) => fresh)), unit: 'ms', better: 'lower' })
        figures.push({ name: `${name}: warm`, value: median(results.map(({ warm }) => warm)), unit: 'ms', better: 'lower', ...(floor !== undefined && { floor }) })
        figures.push({ name: `${name}: peak RSS`, value: Math.max(...results.map(({ rss }) => rss)), unit: 'MB', better: 'lower' })
      }
    }
    return figures
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
