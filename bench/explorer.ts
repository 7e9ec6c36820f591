import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundleTask, runTask } from './bundleTask.ts'
import { explorerQuestions, type ExplorerQuestion, type ExplorerTask, type ExplorerTaskResult } from './explorerTask.ts'
import { makeSite } from './query.ts'
import type { QueryTask, QueryTaskResult } from './queryTask.ts'
import type { BenchOptions, Figure } from './run.ts'

const fullHits = 1_000_000

/**
 * How long a page of all hits takes, whatever is searched for and however it is ordered: of each kind of question first in
 * a new process, then with other values in the same one. The best of several rounds, since others use the machine too.
 */
export async function explorer(options: BenchOptions): Promise<Figure[]> {
  const { log, hits = fullHits, rounds } = options
  const scratch = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const data = resolve(options.data ?? join(scratch, 'data'))
  try {
    const maker = await bundleTask('queryTask.ts', join(scratch, 'make.mjs'))
    const asker = await bundleTask('explorerTask.ts', join(scratch, 'ask.mjs'))
    const figures: Figure[] = []
    for (const days of [30, 365]) {
      const { base } = await makeSite((task) => runTask<QueryTask, QueryTaskResult>(maker, task), data, hits, days, log)
      const rss: number[] = []
      for (const question of Object.keys(explorerQuestions) as ExplorerQuestion[]) {
        const results: ExplorerTaskResult[] = []
        for (let round = 0; round < rounds; round++) results.push(await runTask<ExplorerTask, ExplorerTaskResult>(asker, { task: 'page', base, question }))
        const best = (name: 'fresh' | 'warm' | 'slowest' | 'again') => Math.min(...results.map((result) => result[name]))
        rss.push(...results.map((result) => result.rss))
        const name = `${question}, ${hits / 1_000_000} M, ${days} days`
        log(`${name}: fresh ${best('fresh').toFixed(0)}, warm ${best('warm').toFixed(1)}, slowest ${best('slowest').toFixed(1)}, again ${best('again').toFixed(1)} ms; ${results[0]!.totals.join(' ')} hits`)
        const limits = hits === fullHits ? { floor: 200, goal: 100 } : {}
        figures.push({ name: `${name}: warm`, value: best('warm'), unit: 'ms', better: 'lower', ...limits })
        figures.push({ name: `${name}: slowest`, value: best('slowest'), unit: 'ms', better: 'lower' }, { name: `${name}: fresh`, value: best('fresh'), unit: 'ms', better: 'lower' })
      }
      figures.push({ name: `peak RSS, ${days} days`, value: Math.max(...rss), unit: 'MB', better: 'lower' })
    }
    return figures
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
