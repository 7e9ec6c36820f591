// node --import tsx --conditions=@treadlight/source bench/segment.ts [--hits N] [--days N]
// What a segment costs, beside JSON lines with gzip in the same run.
import { Buffer } from 'node:buffer'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import type { StoredHit } from '@treadlight/store'
import { decodeColumns, decodeSegment } from '../packages/store/src/segment/decodeSegment.ts'
import { encodeSegment } from '../packages/store/src/segment/encodeSegment.ts'
import { segmentLines } from '../packages/store/src/segment/segmentLines.ts'
import { generateHits } from './generateHits.ts'

const { values } = parseArgs({
  options: { hits: { type: 'string', default: '1000000' }, days: { type: 'string', default: '30' }, columns: { type: 'boolean' } },
})
const total = Number(values.hits)
const days = Number(values.days)

/** CPU seconds of all threads and highest RSS, of what was done under one name. */
class Meter {
  cpu = 0
  wall = 0
  bytes = 0
  hits = 0
  peak = 0
  run<T>(work: () => T): T {
    const before = process.cpuUsage()
    const start = performance.now()
    const result = work()
    return result instanceof Promise ? (result.finally(() => this.stop(before, start)) as T) : (this.stop(before, start), result)
  }
  stop(before: NodeJS.CpuUsage, start: number): void {
    const { user, system } = process.cpuUsage(before)
    this.cpu += (user + system) / 1e6
    this.wall += (performance.now() - start) / 1e3
    this.peak = Math.max(this.peak, process.memoryUsage.rss())
  }
}

const meters = {
  encode: new Meter(),
  decode: new Meter(),
  'decode user': new Meter(),
  'decode persons': new Meter(),
  lines: new Meter(),
  'JSON + gzip': new Meter(),
  'gunzip + JSON.parse': new Meter(),
}
const columnBytes = new Map<string, number>()
let jsonBytes = 0
let jsonZipped = 0
let hits = 0
let segmentBytes = 0

/** The baseline of memory: everything loaded, a day generated, nothing encoded. */
let base = 0
for (const generated of generateHits({ hits: total, days })) {
  // As the store has them: parsed from lines, so that no string is shared between hits.
  const lines = generated.map((hit) => JSON.stringify(hit))
  const day = lines.map((line) => JSON.parse(line) as StoredHit)
  globalThis.gc?.()
  base ||= process.memoryUsage.rss()
  await measureDay(day)
}
report()

async function measureDay(day: StoredHit[]): Promise<void> {
  const segment = meters.encode.run(() => encodeSegment(day))
  const facts = await meters.decode.run(() => decodeSegment(segment))
  if (facts.length !== day.length) throw new Error('hits were lost')
  await meters['decode user'].run(() => decodeColumns(segment, ['user']))
  await meters['decode persons'].run(() => decodeColumns(segment, ['id', 'origin', 'time', 'user', 'session', 'visitor']))
  await meters.lines.run(() => drain(segmentLines(segment)))
  const zipped = meters['JSON + gzip'].run(() => gzipSync(jsonLines(day)))
  meters['gunzip + JSON.parse'].run(() => parseLines(gunzipSync(zipped)))
  hits += day.length
  segmentBytes += segment.length
  jsonZipped += zipped.length
  addColumns(segment)
}

function jsonLines(day: readonly StoredHit[]): Buffer {
  const lines = Buffer.from(day.map((hit) => `${JSON.stringify(hit)}\n`).join(''))
  jsonBytes += lines.length
  return lines
}

function parseLines(lines: Buffer): StoredHit[] {
  return lines
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StoredHit)
}

async function drain(parts: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of parts) meters.lines.bytes += part.length
}

function addColumns(segment: Uint8Array): void {
  const { row_groups, metadata_length } = parquetMetadata(segment)
  columnBytes.set('(footer)', (columnBytes.get('(footer)') ?? 0) + metadata_length + 12)
  for (const { meta_data } of row_groups.flatMap(({ columns }) => columns)) {
    const name = meta_data!.path_in_schema[0]!
    columnBytes.set(name, (columnBytes.get(name) ?? 0) + Number(meta_data!.total_compressed_size))
  }
}

function report(): void {
  console.log(`${hits} hits in ${days} days, Node ${process.versions.node}`)
  console.log(`bytes per hit: segment ${(segmentBytes / hits).toFixed(2)}, JSON ${(jsonBytes / hits).toFixed(0)}, gzip ${(jsonZipped / hits).toFixed(1)}`)
  const columns = [...columnBytes].toSorted(([, a], [, b]) => b - a).map(([name, bytes]) => `${name} ${(bytes / hits).toFixed(2)}`)
  console.log(`  ${columns.join(', ')}`)
  for (const [name, { cpu, wall, peak }] of Object.entries(meters)) {
    const rate = Math.round(hits / wall / 1000)
    const rss = ((peak - base) / 2 ** 20).toFixed(0)
    console.log(`${name.padEnd(20)} ${(cpu / (hits / 1e6)).toFixed(2)} CPU s per million, ${rate} k hits/s, RSS +${rss} MiB`)
  }
  console.log(`RSS: ${(base / 2 ** 20).toFixed(0)} MiB with a day of hits before the first segment`)
}
