// node --import tsx --conditions=@treadlight/source bench/segment.ts [--hits N] [--days N]
// What segments cost beside gzipped JSON lines, each task in a process of its own.
import { Buffer } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import type { StoredHit } from '@treadlight/store'
import { decodeColumns, decodeSegment } from '../packages/store/src/segment/decodeSegment.ts'
import { encodeSegment } from '../packages/store/src/segment/encodeSegment.ts'
import { segmentLines } from '../packages/store/src/segment/segmentLines.ts'
import { generateHits } from './generateHits.ts'

const { values } = parseArgs({
  options: {
    hits: { type: 'string', default: '1000000' },
    days: { type: 'string', default: '30' },
    task: { type: 'string' },
    directory: { type: 'string' },
  },
})
const days = Number(values.days)

/** A day as the tasks find it. */
interface Day {
  facts: StoredHit[]
  segment: Uint8Array
  zipped: Uint8Array
}

interface Task {
  input: keyof Day
  run: (day: Day) => unknown
}

const tasks: Record<string, Task> = {
  'encodeSegment': { input: 'facts', run: ({ facts }) => encodeSegment(facts) },
  'decodeSegment': { input: 'segment', run: ({ segment }) => decodeSegment(segment) },
  'decodeColumns, user': { input: 'segment', run: ({ segment }) => decodeColumns(segment, ['user']) },
  'decodeColumns, persons': {
    input: 'segment',
    run: ({ segment }) => decodeColumns(segment, ['id', 'origin', 'time', 'user', 'session', 'visitor']),
  },
  'segmentLines': { input: 'segment', run: ({ segment }) => drain(segmentLines(segment)) },
  'JSON.stringify': { input: 'facts', run: ({ facts }) => toLines(facts) },
  'JSON.stringify, gzip': { input: 'facts', run: ({ facts }) => gzipSync(toLines(facts)) },
  'gunzip, JSON.parse': { input: 'zipped', run: ({ zipped }) => parseLines(zipped) },
}

interface Outcome {
  hits: number
  /** Seconds of CPU time, of all threads. */
  cpu: number
  /** Seconds. */
  wall: number
  /** Most memory over that with the first day's input, bytes. */
  memory: number
}

if (values.task === undefined) compareAll()
else console.log(JSON.stringify(await runTask(tasks[values.task]!, values.directory!)))

function compareAll(): void {
  const directory = mkdtempSync(join(tmpdir(), 'treadlight-segment-'))
  try {
    writeDays(directory)
    for (const name of Object.keys(tasks)) {
      const { hits, cpu, wall, memory } = spawnTask(name, directory)
      const perMillion = (cpu / hits) * 1e6
      console.log(
        `${name.padEnd(24)}${perMillion.toFixed(2).padStart(6)} CPU s per million hits, ${Math.round(hits / wall / 1000)} k hits/s, RSS +${Math.round(memory / 2 ** 20)} MiB`,
      )
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function writeDays(directory: string): void {
  const bytes = { hits: 0, json: 0, zipped: 0, segment: 0 }
  const columns = new Map<string, number>()
  let index = 0
  for (const facts of generateHits({ hits: Number(values.hits), days })) {
    const lines = toLines(facts)
    const zipped = gzipSync(lines)
    const segment = encodeSegment(facts)
    writeFileSync(join(directory, `${index}.ndjson.gz`), zipped)
    writeFileSync(join(directory, `${index++}.parquet`), segment)
    bytes.hits += facts.length
    bytes.json += lines.length
    bytes.zipped += zipped.length
    bytes.segment += segment.length
    addColumns(columns, segment)
  }
  const perHit = (count: number): string => (count / bytes.hits).toFixed(2)
  console.log(`${bytes.hits} hits in ${days} days, Node ${process.versions.node}`)
  console.log(`bytes per hit: ${perHit(bytes.segment)} as segments, ${perHit(bytes.json)} as JSON, ${perHit(bytes.zipped)} with gzip`)
  const sorted = [...columns].toSorted(([, a], [, b]) => b - a)
  console.log(sorted.map(([name, count]) => `${name} ${perHit(count)}`).join(', '))
}

function addColumns(columns: Map<string, number>, segment: Uint8Array): void {
  const add = (name: string, count: number): unknown => columns.set(name, (columns.get(name) ?? 0) + count)
  const { row_groups, metadata_length } = parquetMetadata(segment)
  add('(footer)', metadata_length + 12)
  for (const { meta_data } of row_groups.flatMap((group) => group.columns)) {
    add(meta_data!.path_in_schema[0]!, Number(meta_data!.total_compressed_size))
  }
}

function spawnTask(name: string, directory: string): Outcome {
  const own = [...process.execArgv, import.meta.filename, '--task', name, '--directory', directory, '--days', String(days), '--hits', values.hits]
  const { status, stdout, stderr } = spawnSync(process.execPath, own, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name}: ${stderr}`)
  return JSON.parse(stdout) as Outcome
}

async function runTask({ input, run }: Task, directory: string): Promise<Outcome> {
  const outcome: Outcome = { hits: 0, cpu: 0, wall: 0, memory: 0 }
  let base: number | undefined
  for (let index = 0; index < days; index++) {
    const day = readDay(join(directory, String(index)), input)
    base ??= process.memoryUsage.rss()
    const before = process.cpuUsage()
    const start = performance.now()
    await run(day)
    const { user, system } = process.cpuUsage(before)
    outcome.cpu += (user + system) / 1e6
    outcome.wall += (performance.now() - start) / 1e3
    outcome.hits += Number(values.hits) / days
  }
  outcome.memory = process.resourceUsage().maxRSS * 1024 - base!
  return outcome
}

/** Only what the task needs, so that its memory is its own. */
function readDay(path: string, input: keyof Day): Day {
  const day: Day = { facts: [], segment: new Uint8Array(), zipped: new Uint8Array() }
  if (input === 'segment') return { ...day, segment: readFileSync(`${path}.parquet`) }
  const zipped = readFileSync(`${path}.ndjson.gz`)
  return input === 'zipped' ? { ...day, zipped } : { ...day, facts: parseLines(zipped) }
}

function toLines(facts: readonly StoredHit[]): Buffer {
  return Buffer.from(facts.map((hit) => `${JSON.stringify(hit)}\n`).join(''))
}

function parseLines(zipped: Uint8Array): StoredHit[] {
  const lines = gunzipSync(zipped).toString().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as StoredHit)
}

async function drain(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const piece of pieces) bytes += piece.length
  return bytes
}
