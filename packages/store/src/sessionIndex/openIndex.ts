import { Buffer } from 'node:buffer'
import { crc32, inflateRawSync } from 'node:zlib'
import { timesOfSteps, toldOfNumbers } from './columnNumbers.ts'
import { rowsOf } from './columnNames.ts'
import { paddingOf } from './encodeIndex.ts'
import { decodeHeader, headerLengthOf, IndexDamaged, type HeaderDay, type Section } from './indexFormat.ts'
import { unpackNumbers } from './packNumbers.ts'
import type { Codes, ColumnName, IndexColumns, IndexDay, SessionIndex } from './sessionIndex.ts'

/** A session index in the storage: its columns are read when they are asked for, and made anew each time. */
export interface StoredIndex extends SessionIndex {
  readonly site: string
  /** What its home days were made of, by the day, in order. */
  readonly fingerprints: ReadonlyMap<string, string>
}

/** Reads the bytes `[start, end)` of a value. */
export type ReadPart = (start: number, end: number) => Promise<Uint8Array>

/** What is read first: the header of a month, and a day of a small site as a whole. */
const firstRead = 16_384
/** Bytes between two columns that are sooner read than left out. */
const mostWasted = 65_536

/**
 * Opens a stored session index.
 * @param length of the value, bytes
 * @throws IndexDamaged, LaterIndex; `load` the former too. What `readPart` throws is passed on
 */
export async function openIndex(readPart: ReadPart, length: number): Promise<StoredIndex> {
  const first = await read(0, Math.min(length, firstRead))
  const headerLength = headerLengthOf(first)
  if (headerLength === undefined || headerLength > length) throw new IndexDamaged('[treadlight store] session index is damaged: its first line')
  const header = decodeHeader(headerLength <= first.length ? first.subarray(0, headerLength) : await read(0, headerLength))
  /** Of a small value all was read. */
  const whole = first.length === length ? first : undefined
  const places = placesOf(header.sections, headerLength)
  if ([...places.values()].some(({ end }) => end > length)) throw new IndexDamaged('[treadlight store] session index is damaged: it is too short')
  const days = daysOf(header.days)
  const { visitsEnd: visits, hitsEnd: hits } = days.at(-1) ?? { visitsEnd: 0, hitsEnd: 0 }
  const counts = { visits, hits, 'mixed hits': days.reduce((sum, day) => sum + day.hitsEnd - day.mixedHits, 0) }

  async function read(start: number, end: number): Promise<Uint8Array> {
    const bytes = await readPart(start, end)
    if (bytes.length !== end - start) throw new IndexDamaged('[treadlight store] session index is damaged: it is too short')
    return bytes
  }

  async function load<Name extends ColumnName>(names: readonly Name[]): Promise<Pick<IndexColumns, Name>> {
    const needed = new Set<ColumnName>(names.flatMap((name): ColumnName[] => (name === 'time' ? ['hitCount', 'start', 'time'] : [name])))
    const wanted = [...needed].map((name) => placeOf(places, name)).toSorted((a, b) => a.start - b.start)
    const columns: Partial<Record<ColumnName, unknown>> = {}
    await Promise.all(
      runsOf(wanted).map(async (run) => {
        const from = run[0]!.start
        const to = run.at(-1)!.end
        const bytes = whole === undefined ? await read(from, to) : whole.subarray(from, to)
        for (const { section, start, end } of run) columns[section.name] = decodeColumn(section, bytes.subarray(start - from, end - from), counts)
      }),
    )
    const { time } = columns
    if (time !== undefined) columns.time = timesOfSteps(time as Codes, columns.hitCount as Codes, columns.start as Codes, placeOf(places, 'time').section.most)
    return Object.fromEntries(names.map((name) => [name, columns[name]])) as Pick<IndexColumns, Name>
  }

  return { site: header.site, days, visits, hits, fingerprints: new Map(header.days.map(({ day, fingerprint }) => [day, fingerprint])), load }
}

function daysOf(days: readonly HeaderDay[]): IndexDay[] {
  let [visits, hits] = [0, 0]
  return days.map(({ day, base, tick, first, last, hasRevenue, keepsProps, ...its }) => {
    const from = { visits, hits }
    visits += its.visits
    hits += its.hits
    const mixed = { mixed: from.visits + its.mixed, mixedHits: from.hits + its.mixedHits }
    return { day, base, tick, first: first ?? Infinity, last: last ?? -Infinity, hasRevenue, keepsProps, ...from, visitsEnd: visits, hitsEnd: hits, ...mixed }
  })
}

interface Place {
  section: Section
  start: number
  end: number
}

function placesOf(sections: readonly Section[], headerLength: number): Map<ColumnName, Place> {
  const places = new Map<ColumnName, Place>()
  let start = headerLength
  for (const section of sections) {
    places.set(section.name, { section, start, end: start + section.bytes })
    start += section.bytes + paddingOf(section.bytes)
  }
  return places
}

function placeOf(places: ReadonlyMap<ColumnName, Place>, name: ColumnName): Place {
  const place = places.get(name)
  if (place === undefined) throw new IndexDamaged(`[treadlight store] session index has no column ${name}`)
  return place
}

/** What is read at once. */
function runsOf(places: readonly Place[]): Place[][] {
  const runs: Place[][] = []
  for (const place of places) {
    const run = runs.at(-1)
    if (run !== undefined && place.start - run.at(-1)!.end <= mostWasted) run.push(place)
    else runs.push([place])
  }
  return runs
}

function decodeColumn(section: Section, bytes: Uint8Array, counts: Record<ReturnType<typeof rowsOf>, number>): unknown {
  const { name, crc, packing, most, values } = section
  if (crc32(bytes) !== crc) throw new IndexDamaged(`[treadlight store] session index is damaged: column ${name}`)
  const end = bytes.length - (values?.bytes ?? 0)
  const numbers = unpackNumbers(bytes.subarray(0, end), packing, counts[rowsOf(name)], most)
  if (name === 'engaged' || name === 'scroll') return toldOfNumbers(numbers)
  if (values === undefined) return numbers
  const its = values.isDeflated ? inflateRawSync(bytes.subarray(end)) : Buffer.from(bytes.buffer, bytes.byteOffset + end, values.bytes)
  return { values: JSON.parse(its.toString()) as unknown, codes: numbers }
}
