import { Buffer } from 'node:buffer'
import { crc32, inflateRawSync } from 'node:zlib'
import { rollupSections, type Rollup, type RollupDimension, type RollupSection } from './rollup.ts'
import { decodeHeader, headerLengthOf, RollupDamaged, type SectionPlace } from './rollupFormat.ts'
import { openSection, type OpenSection } from './rollupSection.ts'

/** A rollup in the storage: its sections are read when they are asked for, and kept. */
export interface StoredRollup extends Rollup {
  readonly site: string
}

/** What is read first: a day, or a month of a small site, as a whole. */
const firstRead = 32_768

const sectionOf = new Map<RollupDimension, RollupSection>(
  Object.entries(rollupSections).flatMap(([section, dimensions]) => dimensions.map((dimension) => [dimension, section as RollupSection] as const)),
)

/**
 * Opens a stored rollup.
 * @param readPart reads the bytes `[start, end)` of the value
 * @param length of the value, bytes
 * @throws RollupDamaged, LaterRollup; `rows` and `totals` the former too. What `readPart` throws is passed on
 */
export async function openRollup(readPart: (start: number, end: number) => Promise<Uint8Array>, length: number): Promise<StoredRollup> {
  const first = await read(0, Math.min(length, firstRead))
  const headerLength = headerLengthOf(first)
  if (headerLength === undefined || headerLength > length) throw new RollupDamaged('[treadlight store] rollup is damaged: its first line')
  const { site, names, days, sections } = decodeHeader(headerLength <= first.length ? first.subarray(0, headerLength) : await read(0, headerLength))
  const places = placesOf(sections, headerLength)
  const opened = new Map<SectionPlace['name'], Promise<OpenSection>>()

  async function read(start: number, end: number): Promise<Uint8Array> {
    const bytes = await readPart(start, end)
    if (bytes.length !== end - start) throw new RollupDamaged('[treadlight store] rollup is damaged: it is too short')
    return bytes
  }

  function open(name: SectionPlace['name']): Promise<OpenSection> {
    const known = opened.get(name)
    if (known !== undefined) return known
    const opening = readSection(name)
    opened.set(name, opening)
    // Another time it may be read.
    opening.catch(() => opened.delete(name))
    return opening
  }

  async function readSection(name: SectionPlace['name']): Promise<OpenSection> {
    const place = places.get(name)
    if (place === undefined || place.end > length) throw new RollupDamaged(`[treadlight store] rollup is damaged: it has no ${name}`)
    const { start, end, section } = place
    const bytes = end <= first.length ? first.subarray(start, end) : await read(start, end)
    if (crc32(bytes) !== section.crc) throw new RollupDamaged(`[treadlight store] rollup is damaged: its ${name}`)
    const raw = bytes.length === section.size ? bytes : inflateRawSync(bytes, { maxOutputLength: section.size + 1, chunkSize: Math.max(64, section.size + 1) })
    if (raw.length !== section.size) throw new RollupDamaged(`[treadlight store] rollup is damaged: its ${name}`)
    return openSection(Buffer.from(raw.buffer, raw.byteOffset, raw.length), name === 'totals' ? [undefined] : rollupSections[name])
  }

  return {
    site,
    names,
    days: days.map(({ day, first, last, fingerprint, hasRevenue }) => ({ day, first: first ?? Infinity, last: last ?? -Infinity, fingerprint, hasRevenue })),
    totals: async () => (await open('totals')).rows(undefined).sums,
    rows: async (dimension) => (await open(sectionOf.get(dimension)!)).rows(dimension),
  }
}

interface Place {
  section: SectionPlace
  start: number
  end: number
}

function placesOf(sections: readonly SectionPlace[], headerLength: number): Map<SectionPlace['name'], Place> {
  const places = new Map<SectionPlace['name'], Place>()
  let start = headerLength
  for (const section of sections) {
    places.set(section.name, { section, start, end: start + section.bytes })
    start += section.bytes
  }
  return places
}
