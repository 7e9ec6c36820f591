import { crashCollector } from './crashCollector.ts'
import { crashStore } from './crashStore.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

/**
 * kill -9, half of the lives of a collector under load, and half of a process that compacts, prunes, erases and sweeps
 * all the time, in the midst of that.
 */
export async function crash({ runs, seed, progress, signal }: ProveOptions): Promise<ProveResult> {
  const collector = await crashCollector({ runs: Math.ceil(runs / 2), seed, progress, signal })
  const store = await crashStore({
    runs: Math.floor(runs / 2),
    seed,
    signal,
    progress: (done, result) => progress(collector.runs + done, add(collector, result)),
  })
  return add(collector, store)
}

function add(a: ProveResult, b: ProveResult): ProveResult {
  return {
    runs: a.runs + b.runs,
    lost: a.lost + b.lost,
    twice: a.twice + b.twice,
    serverErrors: a.serverErrors + b.serverErrors,
    pageErrors: a.pageErrors + b.pageErrors,
    seed: a.seed,
    hits: a.hits + b.hits,
  }
}
