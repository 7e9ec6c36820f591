import type { BenchRecord } from '../../bench/record.ts'

/** Those that the page needs. */
export const measuredBenches = ['ingest', 'storage', 'query', 'scale', 'clickhouse'] as const
type MeasuredBench = (typeof measuredBenches)[number]

/** What bench/figures.json has of them. */
export type Measurements = Required<Pick<BenchRecord, MeasuredBench>>

/** What an object store asks for, US dollars. Prices change: the page says of which day these are, and from where. */
export interface Prices {
  name: string
  source: string
  date: string
  /** A month and GB. */
  storage: number
  /** A million requests that write or list, and that read. Deletions are free at both. */
  classA: number
  classB: number
  /** A GB that leaves the store for the internet; within one region nothing is asked for. */
  egress: number
}

export const prices: readonly Prices[] = [
  { name: 'S3 Standard, us-east-1', source: 'https://aws.amazon.com/s3/pricing/', date: '2026-11-22', storage: 0.023, classA: 5, classB: 0.4, egress: 0.09 },
  { name: 'Cloudflare R2', source: 'https://developers.cloudflare.com/r2/pricing/', date: '2026-11-22', storage: 0.015, classA: 4.5, classB: 0.36, egress: 0 },
]

/** What no bench can measure: how people behave, and what the owner wants. */
export const assumptions: Readonly<Record<'peak' | 'largestDay' | 'months' | 'load' | 'write' | 'watched' | 'memory' | 'replicas' | 'full' | 'disk' | 'cores', number>> = {
  /** The busiest second of a month, in seconds of the average. */
  peak: 5,
  /** The largest day of a month, in days of the average. */
  largestDay: 2,
  /** Months that hits are kept. */
  months: 12,
  /** How much of its most a core is to be used. */
  load: 0.7,
  /** A write to an object store, seconds: one at a time per site and process. */
  write: 0.05,
  /** Hours a month in which somebody looks at the present. */
  watched: 22 * 8,
  /** Memory that one process may take, GB: what a usual machine of 16 GB can spare. */
  memory: 12,
  /** Copies of each part in a cluster, and how full a disk may get. */
  replicas: 2,
  full: 0.7,
  /** Disk of a node, GB, and cores of which half are for questions. */
  disk: 1000,
  cores: 8,
}

const secondsOfMonth = 30 * 86_400
const hoursOfMonth = 30 * 24

/** What a number of hits a month takes. */
export interface Needs {
  /** A month. */
  hits: number
  average: number
  /** Hits in the busiest second. */
  peak: number
  /** Cores that take the hits of that second, each in a request of its own; in batches of 50. */
  coresAlone: number
  coresBatches: number
  /** Share of a core, on average, that moves hits into segments and derives what is asked. */
  upkeep: number
  /** GB at the end of the months that hits are kept, what is derived included. */
  disk: number
  /** Hits of the largest day, and GB of memory to take and compact that. */
  largestDay: number
  memory: number
  /** ms: the headline of a year, of one country and source, in a process that was asked before. */
  latency: number
  latencyFiltered: number
  /** Millions of requests a month to a bucket, and dollars a month by the names of prices. */
  classA: number
  classB: number
  dollars: Record<string, number>
  /** GB a month that are read from the bucket. */
  read: number
  /** GB on all disks of a cluster, its nodes, and shards. */
  cluster: { disk: number; nodes: number; shards: number }
  fits: 'one process' | 'one machine, several workers' | 'several machines or ClickHouse' | 'ClickHouse'
}

/** @param hits a month, of one site */
export function needsOf(hits: number, measured: Measurements): Needs {
  const { ingest, storage, query, scale, clickhouse } = figuresOf(measured)
  const average = hits / secondsOfMonth
  const peak = average * assumptions.peak
  const kept = hits * assumptions.months
  const bytes = storage('bytes per hit, ids kept') + query('index and rollups, bytes per hit') + query('filters of persons, bytes per hit')
  const disk = (kept * bytes) / 1e9
  const largestDay = (hits / 30) * assumptions.largestDay
  const memory = memoryOf(largestDay, scale)
  const requests = requestsOf(average, scale)
  const read = (requests.bytes * hits + hoursOfMonth * scale('bucket, an hour in which nothing arrives: read') * 1e6) / 1e9
  const dollars = Object.fromEntries(
    prices.map(({ name, storage: gb, classA, classB, egress }) => [name, disk * gb + requests.classA * classA + requests.classB * classB + read * egress]),
  )
  const coresAlone = peak / assumptions.load / ingest('collector, fsync on')
  const clusterDisk = (kept * (clickhouse('facts on disk, per hit') + clickhouse('derived rows on disk, per hit'))) / 1e9
  const shards = Math.max(1, Math.ceil(clusterDisk / assumptions.full / assumptions.disk), Math.ceil(peak / assumptions.load / (clickhouse('through append, one process') * assumptions.cores * 0.5)))
  return {
    hits,
    average,
    peak,
    coresAlone,
    coresBatches: peak / assumptions.load / ingest('collector, fsync on, batches of 50'),
    upkeep: (average * (storage('compaction incl. tiers and deletion of what it replaces') + query('index, rollups and filters of persons, made from segments'))) / 1e6,
    disk,
    largestDay,
    memory,
    latency: grown(query('unfiltered, 10 M, 365 days: warm'), kept, query('growth, unfiltered: slope of warm')),
    latencyFiltered: grown(query('country and source filter, 10 M, 365 days: warm'), kept, query('growth, filtered: slope of warm')),
    classA: requests.classA,
    classB: requests.classB,
    dollars,
    read,
    cluster: { disk: clusterDisk * assumptions.replicas, nodes: shards * assumptions.replicas, shards },
    fits: fitOf({ coresAlone, memory }),
  }
}

/** A line through the two days that were measured: GB. */
function memoryOf(hits: number, scale: (name: string) => number): number {
  const [small, large] = [scale('a day of 0.25 M hits: peak RSS of taking and compacting it'), scale('a day of 1 M hits: peak RSS of taking and compacting it')]
  const perHit = (large - small) / 750_000
  return Math.max(small, small + perHit * (hits - 250_000)) / 1000
}

/**
 * Millions of requests a month, and bytes read for each hit. Hits that come while a write is under way go with the next: of λ a second and writes that take L, λ/(1 + λL)
 * a second are written. Between a write of one hit and of forty the rest lies on a line.
 */
function requestsOf(average: number, scale: (name: string) => number): { classA: number; classB: number; bytes: number } {
  const together = 1 + average * assumptions.write
  const writes = (average / together) * secondsOfMonth
  const between = (what: string) => {
    const [one, forty] = [scale(`bucket, a write of one hit: ${what}`), scale(`bucket, a write of forty hits: ${what}`)]
    return one + ((forty - one) * (Math.min(40, together) - 1)) / 39
  }
  const monthly = (what: string) =>
    (writes * between(what) + hoursOfMonth * scale(`bucket, an hour in which nothing arrives: ${what}`) + assumptions.watched * scale(`bucket, an hour in which somebody looks at the present: ${what}`)) / 1e6
  return { classA: monthly('writes and listings'), classB: monthly('reads'), bytes: between('read, a hit') }
}

/** By the slope that the bench found between 100 k and 10 M hits; nothing is taken to get faster. */
function grown(at10M: number, hits: number, slope: number): number {
  return at10M * Math.max(1, (hits / 10_000_000) ** Math.max(0, slope))
}

function fitOf({ coresAlone, memory }: Pick<Needs, 'coresAlone' | 'memory'>): Needs['fits'] {
  if (memory > assumptions.memory) return 'ClickHouse'
  if (coresAlone <= 1) return 'one process'
  return coresAlone <= assumptions.cores / 2 ? 'one machine, several workers' : 'several machines or ClickHouse'
}

function figuresOf(measured: Measurements): Record<MeasuredBench, (name: string) => number> {
  const of = (bench: MeasuredBench) => (name: string) => {
    const value = measured[bench].figures.find((figure) => figure.name === name)?.value
    if (value === undefined) throw new Error(`bench/figures.json lacks "${name}" of ${bench}: run npm run bench -- ${bench} --record`)
    return value
  }
  return { ingest: of('ingest'), storage: of('storage'), query: of('query'), scale: of('scale'), clickhouse: of('clickhouse') }
}
