import { Buffer } from 'node:buffer'
import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync } from 'node:zlib'
import { columnNames } from './columnNames.ts'
import { numbersOfTold, stepsOfTimes } from './columnNumbers.ts'
import { encodeHeader, type HeaderDay, type Section } from './indexFormat.ts'
import { packNumbers } from './packNumbers.ts'
import type { Codes, ColumnName, HitKind, IndexDay, SessionIndex } from './sessionIndex.ts'

const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>

/** Below so many bytes to deflate them is not worth a call, and up to so many it is not worth a thread of its own. */
const smallest = 200
const largest = 65_536
const level = 4

export interface IndexLabel {
  site: string
  /** What a home day is made of, by the day. */
  fingerprints: ReadonlyMap<string, string>
}

/** The bytes of a session index. A column at a time: others have their turn in between, and no more than one is held. */
export async function encodeIndex(index: SessionIndex, { site, fingerprints }: IndexLabel): Promise<Uint8Array> {
  const sections: Section[] = []
  const pieces: Uint8Array[] = []
  for (const name of columnNames) {
    const { section, bytes } = await encodeColumn(index, name)
    sections.push(section)
    pieces.push(...bytes, new Uint8Array(paddingOf(section.bytes)))
    await untilOthersHadTheirTurn()
  }
  const days = index.days.map((day) => headerDayOf(day, fingerprints.get(day.day) ?? ''))
  return Buffer.concat([encodeHeader({ site, days, sections }), ...pieces])
}

/** How many bytes behind that many fill up a word. */
export function paddingOf(bytes: number): number {
  return (4 - (bytes % 4)) % 4
}

function headerDayOf(day: IndexDay, fingerprint: string): HeaderDay {
  const { base, tick, first, last, hasRevenue, keepsProps, visits, visitsEnd, hits, hitsEnd, mixed, mixedHits } = day
  return {
    day: day.day,
    fingerprint,
    base,
    tick,
    first: hits === hitsEnd ? null : first,
    last: hits === hitsEnd ? null : last,
    hasRevenue,
    keepsProps,
    visits: visitsEnd - visits,
    hits: hitsEnd - hits,
    mixed: mixed - visits,
    mixedHits: mixedHits - hits,
  }
}

async function encodeColumn(index: SessionIndex, name: ColumnName): Promise<{ section: Section; bytes: Uint8Array[] }> {
  const { numbers, most, values } = await numbersOf(index, name)
  const { packing, bytes } = packNumbers(numbers)
  if (values === undefined) return { section: { name, bytes: bytes.length, crc: crc32(bytes), packing, most }, bytes: [bytes] }
  const text = Buffer.from(JSON.stringify(values))
  const deflated = text.length < smallest ? text : text.length <= largest ? deflateRawSync(text, { level }) : await deflate(text, { level })
  const isDeflated = deflated.length < text.length
  const its = isDeflated ? deflated : text
  return {
    section: { name, bytes: bytes.length + its.length, crc: crc32(its, crc32(bytes)), packing, most, values: { bytes: its.length, isDeflated } },
    bytes: [bytes, its],
  }
}

async function numbersOf(index: SessionIndex, name: ColumnName): Promise<{ numbers: Codes; most: number; values?: readonly (string | HitKind)[] }> {
  if (name === 'time') {
    const { time, hitCount } = await index.load(['time', 'hitCount'])
    return { numbers: stepsOfTimes(time, hitCount), most: largestOf(time) }
  }
  const column = (await index.load([name]))[name]
  if (column instanceof Float64Array) {
    const numbers = numbersOfTold(column)
    return { numbers, most: largestOf(numbers) }
  }
  if (ArrayBuffer.isView(column)) return { numbers: column, most: largestOf(column) }
  return { numbers: column.codes, most: Math.max(0, column.values.length - 1), values: column.values }
}

function largestOf(numbers: Codes): number {
  let largest = 0
  for (let at = 0; at < numbers.length; at++) if (numbers[at]! > largest) largest = numbers[at]!
  return largest
}
