// `npm run bench [-- NAME] [--record] [--json]`: side-by-side measurements that print figures and ratios. This process reads what is asked for and
// cleans up; another one measures (measure.ts).
import { parseArgs } from 'node:util'
import { benches, isBench, type BenchName } from './about.ts'
import type { Comparison } from './compare.ts'
import { runApart } from './runApart.ts'
import { readRecord } from './record.ts'

export interface Figure {
  name: string
  value: number
  unit: string
  better: 'higher' | 'lower'
  /** Below it, an issue is not resolved. */
  floor?: number
  goal?: number
  /** Of a ratio: what was held against what. */
  against?: Comparison
}

export interface BenchOptions {
  /** How many times each candidate is measured, in turn with the others. */
  rounds: number
  /** Length of one measurement. */
  seconds: number
  log: (line: string) => void
  /** Of `query`, `funnel` and `explorer`: how many hits the largest site has, and whether one with three times as many is looked at too. */
  hits?: number
  larger?: boolean
  /** Of these: where made-up data is kept between two runs. @default nowhere */
  data?: string
  /** Leaves out what nothing is compared with. */
  quick?: boolean
  /** Is told what was installed on demand or found on the machine, for the record. */
  uses?: (name: string, version: string) => void
}

/** What measure.ts is to do. */
export interface BenchTask {
  names: readonly BenchName[]
  record: boolean
  json: boolean
  /** Where they are not given, each bench has its own. */
  rounds?: number
  seconds?: number
  hits?: number
  larger?: boolean
  data?: string
  note?: string
}

const width = Math.max(...Object.keys(benches).map((name) => name.length))
const usage = [
  'npm run bench                           one table of ratios against others, at a quick size',
  'npm run bench -- NAME … [--record]      one bench, or several, at the full size',
  'npm run bench -- all [--record]         every one',
  '',
  ...Object.entries(benches).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
  '',
  '  --rounds N     how often each candidate is measured, in turn with the others (3; 1 without a name; recorded, each bench has its own number)',
  '  --seconds S    how long a load lasts (3)',
  '  --hits N       query, funnel, explorer, import, clickhouse: how many hits there are; table: in the store that is asked',
  '  --larger       query: a site of three times as many beside the others',
  '  --data DIR     table, query, funnel, explorer, clickhouse: keeps made-up hits there for the next time',
  '  --record       writes figures, date, machine, versions and command to bench/figures.json; then npm run benchmarks writes docs/benchmarks.md of it',
  '  --note TEXT    what to know about the machine of a record',
  '  --json         prints { figures: [{ name, value, unit, better, floor?, goal?, against? }] }; of several benches { benches: { NAME: { figures } } }',
  '                 against: { what, ours, baseline, theirs, unit, better, unequal?, command }',
  '',
  'Ratios say how many times better ours is; above 1 it is the faster or smaller one. Progress is on stderr; Ctrl-C ends what was started and removes what',
  'was written. Baselines are installed on demand below node_modules/.cache (better-sqlite3, chdb of 600 MB, trackers); what cannot be is left out and named.',
  'The full size needs 3 GB in the temporary folder and some 3 GB of memory. Exit code: 1 where a bench failed, 2 where it was asked for wrongly.',
].join('\n')

process.exitCode = await main()

async function main(): Promise<number> {
  const task = readTask()
  if (typeof task === 'number') return task
  if (task.names.length > 1 || task.record) console.error(estimate(task))
  return runApart(new URL('measure.ts', import.meta.url), task)
}

/** @returns an exit code where there is nothing to do */
function readTask(): BenchTask | number {
  const { values, positionals } = parseOptions()
  if (values === undefined || values.help) {
    console.error(usage)
    return values === undefined ? 2 : 0
  }
  const unknown = positionals.filter((name) => name !== 'all' && !isBench(name))
  if (unknown.length > 0) {
    console.error(`there is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}, all`)
    return 2
  }
  const named = positionals.filter(isBench)
  const names = positionals.includes('all') ? (Object.keys(benches) as BenchName[]) : named.length === 0 ? (['table'] as const) : named
  const { rounds, seconds, hits, data, note, record = false, json = false, larger = false } = values
  const numbers = Object.entries({ rounds, seconds, hits }).flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)] as const]))
  const wrong = numbers.find(([, value]) => !(value > 0))
  if (wrong !== undefined) {
    console.error(`--${wrong[0]} takes a number above 0`)
    return 2
  }
  return { names, record, json, larger, ...Object.fromEntries(numbers), ...(data !== undefined && { data }), ...(note !== undefined && { note }) }
}

function parseOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'boolean' },
        record: { type: 'boolean' },
        note: { type: 'string' },
        hits: { type: 'string' },
        larger: { type: 'boolean' },
        data: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return { values: undefined, positionals: [] }
  }
}

/** As long as they took when they were recorded. */
function estimate({ names }: BenchTask): string {
  const record = readRecord()
  const minutes = names.map((name) => ({ name, minutes: record[name]?.minutes ?? benches[name].minutes }))
  const all = minutes.reduce((sum, each) => sum + each.minutes, 0)
  return `about ${Math.ceil(all)} minutes on a machine that does nothing else: ${minutes.map((each) => `${each.name} ${Math.ceil(each.minutes)}`).join(', ')}`
}
