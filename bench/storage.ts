import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleTask, runTask } from './bundleTask.ts'
import type { BenchOptions, Figure } from './run.ts'
import type { StorageTask, StorageTaskResult } from './storageTask.ts'

const hits = 1_000_000
const days = 30

/**
 * What the layout costs: a month of arrivals replayed into a folder with a clock of its own, by one process that takes
 * hits and looks after its storage every hour as a collector does; the same from batches that another process has left;
 * an export; and a person erased who was there on every day of a year. Each in a process of its own, so that CPU time and
 * memory are its own.
 */
export async function storage({ log }: BenchOptions): Promise<Figure[]> {
  const base = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  const [month, year, cold] = ['month', 'year', 'cold'].map((name) => join(base, name)) as [string, string, string]
  try {
    const program = await bundleTask('storageTask.ts', join(base, 'task.mjs'))
    const arrivals = (count: number) => join(base, `${count} days of arrivals`)
    const run = (task: Omit<StorageTask, 'arrivals'>) => runTask<StorageTask, StorageTaskResult>(program, { ...task, arrivals: arrivals(task.days) })
    log(`generating ${hits.toLocaleString('en')} hits of ${days} days, and of 365 …`)
    for (const count of [days, 365]) await run({ task: 'generate', base, hits, days: count })
    log('replaying the days …')
    const replayed = await run({ task: 'replay', base: month, hits, days })
    const bytes = await sizeOf(join(month, 'shop', 'segment'))
    log('compacting batches that another process has left …')
    const left = await run({ task: 'leave', base: cold, hits, days })
    const compacted = await run({ task: 'compact', base: cold, hits, days })
    log('exporting …')
    const exported = await run({ task: 'export', base: month, hits, days })
    const listed = await run({ task: 'list', base: month, hits, days })
    log('erasing somebody who was there on 365 days …')
    await run({ task: 'replay', base: year, hits, days: 365 })
    const erased = await run({ task: 'erase', base: year, hits, days: 365 })
    const perMillion = (seconds: number, count: number) => (seconds * 1_000_000) / count
    return [
      { name: 'compaction incl. tiers and deletion of what it replaces', value: perMillion(replayed.cpu, replayed.hits), unit: 'CPU s/Mhit', better: 'lower', floor: 10, goal: 5 },
      { name: 'the same from batches that another process has left, opened and parsed', value: perMillion(compacted.cpu, left.hits), unit: 'CPU s/Mhit', better: 'lower' },
      { name: 'upkeep with nothing to do', value: (1000 * replayed.idleCpu) / replayed.idleRounds, unit: 'CPU ms', better: 'lower' },
      { name: 'taking the hits, batches of 50 (baseline)', value: perMillion(replayed.otherCpu, replayed.hits), unit: 'CPU s/Mhit', better: 'lower' },
      { name: 'peak RSS while taking and compacting', value: replayed.rss, unit: 'MB', better: 'lower' },
      { name: 'peak RSS of compaction and maintenance', value: compacted.rss, unit: 'MB', better: 'lower', floor: 256, goal: 128 },
      { name: 'RSS of the same process before', value: compacted.rssBefore, unit: 'MB', better: 'lower' },
      { name: 'bytes per hit, ids kept', value: bytes / replayed.hits, unit: 'B', better: 'lower', floor: 50, goal: 40 },
      { name: 'export as NDJSON, one core', value: exported.hits / exported.wall, unit: 'hits/s', better: 'higher', floor: 400_000, goal: 800_000 },
      { name: 'peak RSS of the export', value: exported.rss, unit: 'MB', better: 'lower' },
      { name: 'hits() and JSON.stringify (baseline)', value: listed.hits / listed.wall, unit: 'hits/s', better: 'higher' },
      { name: 'user active on 365 days: hidden', value: erased.hidden, unit: 's', better: 'lower' },
      { name: 'user active on 365 days: erased physically', value: erased.wall, unit: 's', better: 'lower', floor: 15, goal: 5 },
      { name: 'peak RSS of the erasure', value: erased.rss, unit: 'MB', better: 'lower' },
    ]
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

/** Of all files below, bytes; 0 where there is no such directory. */
export async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
