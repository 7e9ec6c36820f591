import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChdb } from '../scripts/chdb.ts'
import { bundleTask, runTask } from './bundleTask.ts'
import { cacheFolder } from './cache.ts'
import { compare } from './compare.ts'
import type { ClickhouseTask, ClickhouseTaskResult } from './clickhouseTask.ts'
import { count } from './query.ts'
import type { BenchOptions, Figure } from './run.ts'

const fullHits = 10_000_000
const days = 365
/** Times as long as by hand: what the issue asks for. */
const mostTimes = 1.5

/**
 * How long the dashboard's questions take in ClickHouse, beside statements that somebody would write for just these on a table of
 * their own, in the same process, in turn; and what it takes to store and derive what they are answered from. On ClickHouse's engine
 * in a process, `chdb`.
 */
export async function clickhouse({ log, rounds, hits = fullHits, uses, ...options }: BenchOptions): Promise<Figure[]> {
  const chdb = ensureChdb(cacheFolder('chdb'))
  if (chdb === undefined) throw new Error('chdb could not be installed: this bench needs a network, or chdb in node_modules/.cache')
  uses?.('chdb', versionOf(chdb))
  const scratch = await mkdtemp(join(options.data ?? tmpdir(), 'treadlight-bench-'))
  try {
    const program = await bundleTask('clickhouseTask.ts', join(scratch, 'task.mjs'))
    log(`storing and asking about ${count(hits)} hits of ${days} days …`)
    const data = options.data === undefined ? join(scratch, 'data') : join(options.data, `clickhouse-${hits}`)
    const found = await runTask<ClickhouseTask, ClickhouseTaskResult>(program, { task: 'measure', modules: chdb, data, hits, days, rounds })
    return figuresOf(found, hits)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function figuresOf({ times, ...found }: ClickhouseTaskResult, hits: number): Figure[] {
  const limit = hits === fullHits ? { floor: mostTimes } : {}
  const asked = times.flatMap(({ name, ours, hand }): Figure[] => [
    { name: `${name}: ours`, value: ours, unit: 'ms', better: 'lower' },
    { name: `${name}: by hand`, value: hand, unit: 'ms', better: 'lower' },
    { name: `${name}: times as long`, value: ours / hand, unit: '×', better: 'lower', ...(name.endsWith(': all') && limit) },
  ])
  const single = times.filter(({ name }) => !name.endsWith(': all'))
  const whole = times.filter(({ name }) => name.endsWith(': all')).map(({ name, ours, hand }): Figure =>
    compare({ what: `${name.replace(': all', '')}, all its questions, ${count(hits)} hits on chdb`, ours, baseline: 'SQL by hand', theirs: hand, unit: 'ms', better: 'lower', unequal: 'it looks for no erasures, log-ins and days that are not derived', command: 'npm run bench -- clickhouse' }))
  return [
    ...asked,
    ...whole,
    { name: 'the worst of the single questions, times as long as by hand', value: Math.max(...single.map(({ ours, hand }) => ours / hand)), unit: '×', better: 'lower', ...limit },
    { name: 'through append, one process', value: found.appended, unit: 'hits/s', better: 'higher' },
    { name: 'rows derived by upkeep, of facts', value: found.derived, unit: 'hits/s', better: 'higher' },
    { name: 'facts on disk, per hit', value: found.factBytes, unit: 'B', better: 'lower' },
    { name: 'derived rows on disk, per hit', value: found.rowBytes, unit: 'B', better: 'lower' },
    { name: 'peak RSS, engine and store', value: found.rss, unit: 'MB', better: 'lower' },
  ]
}

function versionOf(modules: string): string {
  return (JSON.parse(readFileSync(join(modules, 'chdb/package.json'), 'utf8')) as { version: string }).version
}
