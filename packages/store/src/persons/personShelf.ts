import type { Storage } from 'unstorage'
import type { SegmentFile } from '../manifest.ts'
import { eachPerson } from '../segment/findRows.ts'
import { orDamaged, type Segment } from '../segment/openSegment.ts'
import type { SegmentReader } from '../segmentReader.ts'
import { listKeys, readBytes, type StorageProblem } from '../values.ts'
import { createPersonFilter, hashOf, hashOfBytes, type PersonFilter, type PersonHash } from './personFilter.ts'
import { decodePersonFilters, parsePersonKey, type PersonFilters } from './personValue.ts'

/** What is known of a stored value: the keys of the segments that it is about. */
export type StoredPersons = ReadonlySet<string> | 'damaged' | 'later'

/**
 * Which segments may name a person: filters that are stored for spans of days, and those of newer segments, which are made
 * when they are first asked for. All are derived: what is missing or damaged is made anew.
 */
export interface PersonShelf {
  /** Looks for what is stored, unless that was done lately. */
  prepare(): Promise<void>
  /** The filter of a segment, if it is at hand. */
  knownFilter(file: SegmentFile): PersonFilter | undefined
  /** The filter of a segment. @throws SegmentGone, SegmentDamaged if it is to be made, and the segment cannot be read */
  filterOf(file: SegmentFile): Promise<PersonFilter>
  /** What is stored, by the key of the value, as the storage has it now. */
  refresh(): Promise<ReadonlyMap<string, StoredPersons>>
  /** Takes up what this process has written. */
  add(key: string, filters: PersonFilters): void
  /** Forgets a value that this process has deleted. */
  remove(key: string): void
}

export interface PersonShelfOptions {
  site: string
  storage: Storage
  now: () => number
  segments: SegmentReader
  onProblem: (problem: StorageProblem) => void
}

/** Reads under way at once. */
const parallelReads = 16
/** Bytes of stored filters that are held: those of some fifty million hits, the newest. Older segments are asked themselves. */
const maxStored = 32 * 1024 * 1024
/** The same of filters that are not stored. */
const maxMade = 4 * 1024 * 1024
/** How often is looked for what other processes have stored, ms. */
const refreshAge = 10 * 60_000

export function createPersonShelf({ site, storage, now, segments, onProblem }: PersonShelfOptions): PersonShelf {
  const values = new Map<string, StoredPersons>()
  /** Of all values, by the key of the segment. */
  const stored = new Map<string, PersonFilter>()
  let storedBytes = 0
  const made = new Map<string, PersonFilter>()
  let madeBytes = 0
  let refreshedAt = -Infinity
  let refreshing: Promise<unknown> | undefined

  async function refresh(): Promise<typeof values> {
    const keys = (await listKeys(storage, `${site}:persons:`)).filter((key) => parsePersonKey(key) !== undefined)
    const listed = new Set(keys)
    for (const key of values.keys()) if (!listed.has(key)) remove(key)
    const news = keys.filter((key) => !values.has(key)).toReversed()
    for (let start = 0; start < news.length; start += parallelReads) await Promise.all(news.slice(start, start + parallelReads).map(take))
    refreshedAt = now()
    return values
  }

  async function take(key: string): Promise<void> {
    const bytes = await readBytes(storage, key)
    // Another process has made a newer one.
    if (bytes === undefined) return
    const filters = decodePersonFilters(bytes)
    if (typeof filters !== 'string') return add(key, filters)
    values.set(key, filters)
    if (filters === 'damaged') onProblem({ key, offset: 0, reason: bytes.length < (parsePersonKey(key)?.bytes ?? 0) ? 'torn' : 'checksum' })
  }

  function add(key: string, filters: PersonFilters): void {
    values.set(key, new Set(filters.keys()))
    for (const [segment, filter] of filters) {
      if (filter === undefined || stored.has(segment) || storedBytes + filter.length > maxStored) continue
      stored.set(segment, filter)
      storedBytes += filter.length
      forgetMade(segment)
    }
  }

  function remove(key: string): void {
    const gone = values.get(key) ?? new Set()
    values.delete(key)
    const isLeft = (segment: string) => [...values.values()].some((its) => typeof its !== 'string' && its.has(segment))
    if (typeof gone === 'string') return
    for (const segment of gone) {
      if (isLeft(segment)) continue
      storedBytes -= stored.get(segment)?.length ?? 0
      stored.delete(segment)
    }
  }

  function forgetMade(segment: string): void {
    madeBytes -= made.get(segment)?.length ?? 0
    made.delete(segment)
  }

  function knownFilter({ key }: SegmentFile): PersonFilter | undefined {
    return stored.get(key) ?? made.get(key)
  }

  async function make(file: SegmentFile): Promise<PersonFilter> {
    const filter = await segments.look(file, filterFrom)
    forgetMade(file.key)
    made.set(file.key, filter)
    madeBytes += filter.length
    for (const oldest of made.keys()) if (madeBytes > maxMade && oldest !== file.key) forgetMade(oldest)
    return filter
  }

  return {
    async prepare() {
      if (Math.abs(now() - refreshedAt) > refreshAge) await (refreshing ??= refresh().finally(() => (refreshing = undefined)))
    },
    knownFilter,
    filterOf: async (file) => knownFilter(file) ?? make(file),
    refresh,
    add,
    remove,
  }
}

/** Made of the dictionaries of the columns: no row is looked at. What several row groups name is counted for each. */
function filterFrom({ groups }: Segment): PersonFilter {
  const hashes: PersonHash[] = []
  orDamaged('persons', () => {
    for (const group of groups) {
      eachPerson(
        group,
        (column, value) => {
          if (value !== '') hashes.push(hashOf(column, value))
        },
        (column, bytes, start, end) => {
          const hash = hashOfBytes(column, bytes, start, end)
          if (hash !== undefined && start < end) hashes.push(hash)
          return hash !== undefined
        },
      )
    }
  })
  return createPersonFilter(hashes)
}
