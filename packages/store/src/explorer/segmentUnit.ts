import { Buffer } from 'node:buffer'
import type { ByteCache } from '../byteCache.ts'
import type { SegmentFile } from '../manifest.ts'
import { readExtras } from '../segment/decodeColumns.ts'
import { decodeAt } from '../segment/findRows.ts'
import { openSegment, type Segment, type SegmentGroup } from '../segment/openSegment.ts'
import { readAllNumbers, readCodedTexts, readUuids, type CodedTexts } from '../segment/readChunk.ts'
import { readText } from '../segment/readChunk.ts'
import type { ColumnName } from '../segment/schema.ts'
import { formatUuid } from '../segment/uuid.ts'
import { SegmentDamaged } from '../segmentReader.ts'
import type { SiteLog } from '../siteLog.ts'
import { createTexts, textsOf, type Texts } from './texts.ts'
import { OutdatedError, weighTexts, type Unit, type UnitField, type UnitIds, type UnitTexts } from './unit.ts'
import { markUuids, mayBeInUuid } from './uuidSearch.ts'

export interface SegmentUnitOptions {
  log: SiteLog
  cache: ByteCache
  file: SegmentFile
  /** Told of a segment of which columns do not say everything, or that is damaged. */
  onUnfit: (file: SegmentFile) => void
}

/** A segment in which each fact is a hit, and of which no mark takes anything. */
export function createSegmentUnit({ log, cache, file, onUnfit }: SegmentUnitOptions): Unit {
  let opening: Promise<Segment> | undefined
  const prefix = `${file.key} explorer `
  /** Links are made and end with time. */
  const linked = () => `user of ${log.version} ${log.linkVersion}`

  async function open(): Promise<Segment> {
    const bytes = await log.segments.bytes(file)
    const segment = await log.segments.decode(file, async () => openSegment(bytes))
    if (!segment.groups.some((group) => readExtras(group).size > 0)) return segment
    onUnfit(file)
    throw new OutdatedError(file.key)
  }

  /** Several columns that are asked for at once are read from one look at the value. */
  function column<T>(name: string, read: (segment: Segment) => T | Promise<T>, sizeOf: (value: T) => number): Promise<T> {
    const load = async () => {
      try {
        const segment = await (opening ??= open().finally(() => setImmediate(() => (opening = undefined))))
        return await log.segments.decode(file, async () => read(segment))
      } catch (error) {
        if (!(error instanceof SegmentDamaged)) throw error
        onUnfit(file)
        throw new OutdatedError(file.key, { cause: error })
      }
    }
    return cache.get(prefix + name, load, sizeOf)
  }

  const texts = (field: Exclude<UnitField, 'url'>) => column(field, ({ groups }) => joinTexts(groups.map((group) => codedTexts(group, field))), weighTexts)
  const urls = () => column('url', ({ groups }) => joinTexts(groups.map(codedUrls)), weighTexts)

  async function users(): Promise<UnitTexts> {
    const own = await texts('user')
    if (log.links.size === 0) return own
    const sessions = await texts('session')
    return column(linked(), () => linkUsers(own, sessions, (session) => log.marks.linkedUser(session)), weighTexts)
  }

  const readers: Partial<Record<UnitField, () => Promise<UnitTexts>>> = { url: urls, user: users }

  return {
    key: file.key,
    day: file.day,
    rows: file.facts,
    from: file.from,
    to: file.to,
    times: () => column('time', readTimes, ({ byteLength }) => byteLength),
    async ids() {
      return idsOf(await column('id', readIds, ({ byteLength }) => byteLength))
    },
    mayHaveId: mayBeInUuid,
    texts: (fields) => Promise.all(fields.map((field) => readers[field]?.() ?? texts(field as Exclude<UnitField, 'url'>))),
    async hits(rows) {
      const facts = await log.segments.look(file, (segment) => decodeAt(segment, rows))
      const hits = facts.map((fact) => log.marks.read([fact]))
      if (!hits.every((hit) => hit !== undefined)) throw new OutdatedError(file.key)
      return hits
    },
  }
}

function readTimes({ groups }: Segment): Float64Array {
  const times = new Float64Array(countRows(groups))
  let row = 0
  for (const group of groups) {
    readAllNumbers(group, 'time', times.subarray(row, row + group.rows))
    row += group.rows
  }
  return times
}

/** Where nothing is in `extra` every row has an id. */
function readIds({ groups }: Segment): Int32Array {
  const ids = new Uint8Array(16 * countRows(groups))
  let at = 0
  for (const group of groups) {
    ids.set(readUuids(group, 'id').bytes, at)
    at += 16 * group.rows
  }
  return new Int32Array(ids.buffer)
}

function idsOf(words: Int32Array): UnitIds {
  const bytes = new Uint8Array(words.buffer)
  return {
    text: (row) => formatUuid(bytes, 16 * row),
    mark: (search, rows) => markUuids(words, search, rows),
  }
}

function countRows(groups: readonly SegmentGroup[]): number {
  return groups.reduce((sum, { rows }) => sum + rows, 0)
}

interface Part {
  /** Each behind its length in four bytes. */
  dictionary: Buffer
  count: number
  codes: Uint16Array
}

function codedTexts(group: SegmentGroup, name: ColumnName): Part {
  const { dictionary, count, hasNull, codes }: CodedTexts = readCodedTexts(group, name)
  // What there is nothing of is ''.
  return hasNull ? { dictionary: Buffer.concat([dictionary, Buffer.alloc(4)]), count: count + 1, codes } : { dictionary, count, codes }
}

/** An address that is its host and its path is not there: see the schema. */
function codedUrls(group: SegmentGroup): Part {
  const { dictionary, count, hasNull, codes } = readCodedTexts(group, 'url')
  if (!hasNull) return { dictionary, count, codes }
  const [hosts, paths] = [readText(group, 'hostname'), readText(group, 'path')]
  const places = new Map<number, number>()
  const derived: Buffer[] = [dictionary]
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] !== count) continue
    const pair = hosts.codes[row]! * 65_536 + paths.codes[row]!
    let place = places.get(pair)
    if (place === undefined) {
      places.set(pair, (place = count + places.size))
      const text = Buffer.from(`https://${hosts.values[hosts.codes[row]!]}${paths.values[paths.codes[row]!]}`)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(text.length)
      derived.push(length, text)
    }
    codes[row] = place
  }
  return { dictionary: Buffer.concat(derived), count: count + places.size, codes }
}

function joinTexts(parts: readonly Part[]): UnitTexts {
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const rows = parts.reduce((sum, { codes }) => sum + codes.length, 0)
  const codes = count <= 65_536 ? new Uint16Array(rows) : new Uint32Array(rows)
  let [row, before] = [0, 0]
  for (const part of parts) {
    for (let at = 0; at < part.codes.length; at++) codes[row++] = before + part.codes[at]!
    before += part.count
  }
  // A copy: what is not compressed would keep the whole segment.
  return { texts: createTexts(Buffer.concat(parts.map(({ dictionary }) => dictionary)), count), codes }
}

/** The users, with those whom sessions are linked to where nobody is named. */
function linkUsers({ texts, codes }: UnitTexts, sessions: UnitTexts, linkedUser: (session: string) => string): UnitTexts {
  const names: string[] = []
  const places = new Map<string, number>()
  const codeBySession = new Int32Array(sessions.texts.count).fill(-1)
  for (let code = 0; code < codeBySession.length; code++) {
    const user = linkedUser(sessions.texts.text(code))
    if (user === '') continue
    if (!places.has(user)) places.set(user, texts.count + names.push(user) - 1)
    codeBySession[code] = places.get(user)!
  }
  const nobody = texts.equal('')
  if (names.length === 0 || nobody === undefined) return { texts, codes }
  const linked = Uint32Array.from(codes)
  for (let row = 0; row < linked.length; row++) {
    const code = codeBySession[sessions.codes[row]!]!
    if (code !== -1 && nobody[codes[row]!] === 1) linked[row] = code
  }
  return { texts: appendTexts(texts, names), codes: linked }
}

function appendTexts(texts: Texts, names: readonly string[]): Texts {
  return textsOf([...Array.from({ length: texts.count }, (_, code) => texts.text(code)), ...names])
}
