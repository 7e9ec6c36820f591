// `npm run bench -- NAME [--json]`: side-by-side measurements that print figures and ratios.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { clickhouse } from './clickhouse.ts'
import { dashboard } from './dashboard.ts'
import { explorer } from './explorer.ts'
import { funnel } from './funnel.ts'
import { importing } from './import.ts'
import { ingest } from './ingest.ts'
import { query } from './query.ts'
import { scale } from './scale.ts'
import { storage } from './storage.ts'
import { tracker } from './tracker.ts'

export interface Figure {
  name: string
  value: number
  unit: string
  better: 'higher' | 'lower'
  /** Below it, an issue is not resolved. */
  floor?: number
  goal?: number
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
}

const benches: Record<string, { summary: string; run: (options: BenchOptions) => Promise<Figure[]> }> = {
  clickhouse: { summary: 'the dashboard’s questions on ten million hits in ClickHouse, beside SQL that was written by hand; what storing and deriving take', run: clickhouse },
  dashboard: { summary: 'how long the page takes to show its numbers, on a desktop and on a slow phone, in Chromium', run: dashboard },
  explorer: { summary: 'how long a page of a million hits takes, searched and ordered in any way, in a new process and in one that was asked before', run: explorer },
  funnel: { summary: 'how long funnels and journeys take on a month of one and ten million hits, in a new process and in one that was asked before', run: funnel },
  import: { summary: 'hits per second of one core from a file of a million until they answer from indexes: our own exports, access logs', run: importing },
  ingest: { summary: 'hits per second of the collector against a bare node:http server, start-up, memory', run: ingest },
  query: { summary: 'how long questions take on up to ten million hits, in a new process and in one that was asked before; memory, bytes; DuckDB and chdb beside it', run: query },
  scale: { summary: 'requests that an object store bills, memory and start by the hits of the largest day: what docs/scale.md needs beside the others', run: scale },
  storage: { summary: 'compaction, bytes per hit, export, erasure and their memory, on a month and a year of arrivals', run: storage },
  tracker: { summary: 'how long the scripts keep the main thread of a page: as they are evaluated, and until the first view is sent, in Chromium', run: tracker },
}

const usage = [
  'npm run bench -- NAME [--rounds N] [--seconds S] [--json]',
  '                         query, funnel, explorer, import, clickhouse: [--hits N] [--data DIR], query: [--larger]',
  '',
  ...Object.entries(benches).map(([name, { summary }]) => `  ${name}  ${summary}`),
].join('\n')

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      json: { type: 'boolean' },
      hits: { type: 'string' },
      larger: { type: 'boolean' },
      data: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const bench = benches[positionals[0] ?? '']
  if (values.help || !bench) {
    console.error(usage)
    return values.help ? 0 : 1
  }
  const log = (line: string): void => {
    if (!values.json) console.error(line)
  }
  log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`)
  const { hits, data, larger = false } = values
  const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), log, larger, ...(hits !== undefined && { hits: Number(hits) }), ...(data !== undefined && { data }) }
  const figures = await bench.run(options)
  console.log(values.json ? JSON.stringify({ figures }) : table(figures))
  return 0
}

function table(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length))
  return figures.map(({ name, value, unit }) => `${name.padEnd(width)}  ${format(value).padStart(10)} ${unit}`).join('\n')
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
}
