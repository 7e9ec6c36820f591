// Runs benches one after the other in a process group of its own: see runApart.ts.
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benches as about, type BenchName } from './about.ts'
import { bytes } from './bytes.ts'
import { clickhouse } from './clickhouse.ts'
import { dashboard } from './dashboard.ts'
import { explorer } from './explorer.ts'
import { figureTable } from './formatFigure.ts'
import { funnel } from './funnel.ts'
import { importing } from './import.ts'
import { ingest } from './ingest.ts'
import { query } from './query.ts'
import { commitOf, describeMachine, versionsOf, writeRecord } from './record.ts'
import type { BenchOptions, BenchTask, Figure } from './run.ts'
import { scale } from './scale.ts'
import { storage } from './storage.ts'
import { table } from './table.ts'
import { tracker } from './tracker.ts'

const benches: Record<BenchName, (options: BenchOptions) => Promise<Figure[]>> = {
  table, ingest, bytes, query, storage, explorer, funnel, clickhouse, import: importing, dashboard, tracker, scale,
}

/** Whoever was to end it is gone: so is what it has started. */
const endAll = (): boolean => process.kill(-process.pid, 'SIGKILL')
process.stdin.once('close', endAll).resume()
const task = JSON.parse(process.argv[2]!) as BenchTask
console.error(describeMachine())
// What several benches ask is made once. The folder of this run goes with it: see runApart.ts.
const data = task.data ?? (task.names.length > 1 ? join(tmpdir(), 'data') : undefined)
if (data !== undefined) mkdirSync(data, { recursive: true })
const found = new Map<BenchName, Figure[]>()
for (const name of task.names) {
  try {
    found.set(name, await runBench(name))
  } catch (error) {
    console.error(`bench ${name} failed: ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
  }
}
if (task.json) console.log(JSON.stringify(task.names.length === 1 ? { figures: found.get(task.names[0]!) ?? [] } : { benches: Object.fromEntries([...found].map(([name, figures]) => [name, { figures }])) }))
process.stdin.off('close', endAll).destroy()

async function runBench(name: BenchName): Promise<Figure[]> {
  const started = performance.now()
  const versions = versionsOf(about[name].uses)
  const { names, record, json, note, ...given } = task
  if (names.length > 1) console.error(`\n${name}: ${about[name].summary} …`)
  const rounds = given.rounds ?? (record ? about[name].rounds : name === 'table' ? 1 : 3)
  const figures = await benches[name]({ seconds: 3, ...given, ...(data !== undefined && { data }), rounds, log: (line) => console.error(line), uses: (what, version) => void (versions[what] = version) })
  if (!json) console.log(names.length > 1 ? `\n${name}\n${figureTable(figures)}` : figureTable(figures))
  if (record) {
    const minutes = (performance.now() - started) / 60_000
    const commit = commitOf()
    writeRecord(name, { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), command: commandOf(name, rounds), minutes: Number(minutes.toFixed(1)), versions, ...(commit !== undefined && { commit }), ...(note !== undefined && { note }), figures })
    console.error(`${name} is in bench/figures.json: npm run benchmarks writes docs/benchmarks.md of it`)
  }
  return figures
}

/** What measures the same again, wherever data is kept. */
function commandOf(name: BenchName, rounds: number): string {
  const { seconds, hits, larger } = task
  const options = { rounds, seconds, hits }
  const flags = Object.entries(options).flatMap(([option, value]) => (value === undefined ? [] : [`--${option} ${value}`]))
  return ['npm run bench --', name, ...flags, ...(larger ? ['--larger'] : [])].join(' ')
}
