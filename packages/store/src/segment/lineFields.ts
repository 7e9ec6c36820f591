import { Buffer } from 'node:buffer'
import type { SegmentGroup } from './openSegment.ts'
import { eachText, readBooleans, readCodedTexts, readNumbers, readText, readUuids, type CodedTexts, type UuidColumn } from './readChunk.ts'
import type { ColumnName } from './schema.ts'
import { uuidLength, writeUuid } from './uuid.ts'

/** Writes what a row says in one or more fields as JSON: `,"path":"/"`, or nothing for a field that it lacks. */
export interface LineField {
  /** Most bytes of a row. */
  limit: number
  /**
   * Up to `overrun` bytes behind the end may be written over.
   * @returns where the written bytes end
   */
  write(row: number, out: DataView, at: number): number
}

/** Bytes are copied by fours, and what is too much is written over by the next field. */
export const overrun = 3

/** The fields of a line, in the order of a decoded hit. */
export function createLineFields(group: SegmentGroup): LineField[] {
  const { segment } = group
  const text = (name: ColumnName): Fragments => textFragments(readCodedTexts(group, name), `,"${name}":"`, '"')
  const [type, hostname, path] = [text('type'), text('hostname'), text('path')]
  const ids = readUuids(group, 'id')
  const time = readNumbers(group, 'time')
  const delay = readNumbers(group, 'delay')
  const fields = [
    idField(`{"site":${JSON.stringify(segment.site)},"id":"`, group, ids),
    textsField([text('origin'), type]),
    timeField(`,"day":${JSON.stringify(segment.day)},"time":`, time),
    timeField(',"received":', addUp(time, delay)),
    viewField(group, ids),
    urlField(text('url'), hostname, path),
    textsField([text('title'), text('referrer'), hostname, path]),
    repeatedField(visitorColumns.map(text)),
    textsField([text('name'), jsonOf(group, 'props')]),
    numberField(group, 'engaged'),
    numberField(group, 'engagedDelta'),
    numberField(group, 'scroll'),
    repeatedField(deviceColumns.map(text)),
    textsField([text('navigation'), flagOf(group, 'interactive'), flagOf(group, 'webdriver'), flagOf(group, 'forwarding'), ...revenueOf(group)]),
    repeatedField([text('language'), text('term'), text('content'), jsonOf(group, 'clickIds'), ...derivedColumns.map(text)]),
    textsField([endOf(group)]),
  ]
  return fields.filter(({ limit }) => limit > 0)
}

const visitorColumns = ['referrerHost', 'source', 'medium', 'campaign', 'visitor', 'session', 'user'] as const
const deviceColumns = ['screen', 'timezone'] as const
const derivedColumns = ['channel', 'browser', 'browserVersion', 'os', 'osVersion', 'device', 'country', 'region', 'city', 'address'] as const

/** Whole lines, for the rows that have one. */
export function linesField(lines: readonly (Uint8Array | undefined)[]): LineField {
  return {
    limit: lines.reduce((bytes, line) => Math.max(bytes, line?.length ?? 0), 0),
    write: (row, out, at) => copyAll(constant(lines[row]!), out, at),
  }
}

/** A piece of bytes for each row, of which there are a few. */
interface Fragments {
  /** All pieces, one behind the other. */
  pieces: DataView
  /** Where the piece of a code starts; where it ends, the next one does. */
  starts: Uint32Array
  codes: Uint16Array
  limit: number
}

/**
 * What the texts of a column are as JSON: their own bytes, unless there is something to escape.
 * @param before name of the field and quote @param after quote @param isJson whether the texts are JSON already
 */
function textFragments({ dictionary, count, codes }: CodedTexts, before: string, after: string, isJson = false): Fragments {
  const texts: Uint8Array[] = []
  eachText(dictionary, count, (start, end) => {
    const isPlain = isJson || !hasEscapes(dictionary, start, end)
    texts.push(isPlain ? dictionary.subarray(start, end) : Buffer.from(JSON.stringify(dictionary.toString('utf8', start, end)).slice(1, -1)))
  })
  return layOut(texts, codes, Buffer.from(before), Buffer.from(after))
}

/** Quote, backslash and control characters: what `JSON.stringify` escapes of well-formed text. */
function hasEscapes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte < 0x20 || byte === quote || byte === 0x5c) return true
  }
  return false
}

/** @param codes of `texts`, or one more for nothing */
function layOut(texts: readonly Uint8Array[], codes: Uint16Array, before: Uint8Array, after: Uint8Array): Fragments {
  const starts = new Uint32Array(texts.length + 2)
  let limit = 0
  texts.forEach((text, code) => {
    const length = before.length + text.length + after.length
    starts[code + 1] = starts[code]! + length
    limit = Math.max(limit, length)
  })
  const size = starts[texts.length]!
  starts[texts.length + 1] = size
  const bytes = new Uint8Array(size + overrun)
  texts.forEach((text, code) => {
    bytes.set(before, starts[code]!)
    bytes.set(text, starts[code]! + before.length)
    bytes.set(after, starts[code + 1]! - after.length)
  })
  return { pieces: new DataView(bytes.buffer), starts, codes, limit }
}

/** Four at a time, twice as fast as a call of `set`. */
function copy(from: DataView, start: number, end: number, out: DataView, at: number): number {
  const stop = at + end - start
  for (let to = at, next = start; to < stop; to += 4, next += 4) out.setInt32(to, from.getInt32(next, true), true)
  return stop
}

/** What `copyAll` copies. */
function constant(text: string | Uint8Array): DataView {
  const bytes = Buffer.from(text)
  const padded = new Uint8Array(bytes.length + overrun)
  padded.set(bytes)
  return new DataView(padded.buffer)
}

function copyAll(from: DataView, out: DataView, at: number): number {
  return copy(from, 0, from.byteLength - overrun, out, at)
}

/** Several columns in turn. */
function textsField(columns: readonly Fragments[]): LineField {
  const filled = columns.filter(({ limit }) => limit > 0)
  return {
    limit: filled.reduce((bytes, { limit }) => bytes + limit, 0),
    write(row, out, at) {
      let end = at
      for (let index = 0; index < filled.length; index++) {
        const { pieces, starts, codes } = filled[index]!
        const code = codes[row]!
        end = copy(pieces, starts[code]!, starts[code + 1]!, out, end)
      }
      return end
    },
  }
}

/** The same for columns of which all have the value of the row before, most often: then its bytes are copied. */
function repeatedField(columns: readonly Fragments[]): LineField {
  const field = textsField(columns)
  const repeats = findRepeats(columns)
  let last: DataView | undefined
  let start = 0
  let end = 0
  return {
    limit: field.limit,
    write(row, out, at) {
      const stop = repeats[row] === 1 && out === last ? copy(out, start, end, out, at) : field.write(row, out, at)
      last = out
      start = at
      end = stop
      return stop
    },
  }
}

/** 1 for each row that has the codes of the row before. */
function findRepeats(columns: readonly Fragments[]): Uint8Array {
  const repeats = new Uint8Array(columns[0]!.codes.length).fill(1, 1)
  for (const { codes } of columns) {
    for (let row = 1; row < codes.length; row++) if (codes[row] !== codes[row - 1]) repeats[row] = 0
  }
  return repeats
}

/** Objects stand in their column as `JSON.stringify` has them. */
function jsonOf(group: SegmentGroup, name: 'props' | 'clickIds'): Fragments {
  return textFragments(readCodedTexts(group, name), `,"${name}":`, '', true)
}

function flagOf(group: SegmentGroup, name: 'interactive' | 'webdriver' | 'forwarding'): Fragments {
  const flags = readBooleans(group, name)
  const texts = flags ? ['false', 'true'].map((flag) => Buffer.from(flag)) : []
  return layOut(texts, Uint16Array.from(flags ?? new Uint8Array(group.rows)), Buffer.from(`,"${name}":`), Buffer.alloc(0))
}

/** Both or none are null. */
function revenueOf(group: SegmentGroup): Fragments[] {
  return [
    textFragments(readCodedTexts(group, 'revenueAmount'), ',"revenue":{"amount":"', '"'),
    textFragments(readCodedTexts(group, 'revenueCurrency'), ',"currency":"', '"}'),
  ]
}

function endOf({ rows }: SegmentGroup): Fragments {
  return layOut([Buffer.from('}\n')], new Uint16Array(rows), new Uint8Array(), new Uint8Array())
}

const urlStart = constant(',"url":"https://')

/** The url without a value is that of host and path, of which the bytes stand between the names of their fields and a quote. */
function urlField(url: Fragments, hostname: Fragments, path: Fragments): LineField {
  const hostStart = ',"hostname":"'.length
  const pathStart = ',"path":"'.length
  return {
    limit: Math.max(url.limit, hostname.limit + path.limit),
    write(row, out, at) {
      const start = url.starts[url.codes[row]!]!
      const stop = url.starts[url.codes[row]! + 1]!
      if (stop > start) return copy(url.pieces, start, stop, out, at)
      const [host, its] = [hostname.codes[row]!, path.codes[row]!]
      const end = copyAll(urlStart, out, at)
      const hostEnd = copy(hostname.pieces, hostname.starts[host]! + hostStart, hostname.starts[host + 1]! - 1, out, end)
      return copy(path.pieces, path.starts[its]! + pathStart, path.starts[its + 1]!, out, hostEnd)
    },
  }
}

/** Where the 16 bytes of each row's UUID stand in a column; -1 for null. */
function uuidOffsets(levels: Uint8Array | undefined, rows: number): Int32Array {
  const offsets = new Int32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) offsets[row] = levels?.[row] === 0 ? -1 : 16 * at++
  return offsets
}

function idField(start: string, { rows }: SegmentGroup, { bytes, levels }: UuidColumn): LineField {
  const before = constant(start)
  const offsets = uuidOffsets(levels, rows)
  return {
    limit: before.byteLength + uuidLength + 1,
    write: (row, out, at) => writeQuoted(bytes, offsets[row]!, out, copyAll(before, out, at)),
  }
}

/** A pageview is its own view, another hit without a view has ''. */
function viewField(group: SegmentGroup, ids: UuidColumn): LineField {
  const views = readUuids(group, 'view')
  const own = uuidOffsets(ids.levels, group.rows)
  const others = uuidOffsets(views.levels, group.rows)
  const { values, codes } = readText(group, 'type')
  const pageview = values.indexOf('pageview')
  const before = constant(',"view":"')
  return {
    limit: before.byteLength + uuidLength + 1,
    write(row, out, at) {
      const end = copyAll(before, out, at)
      if (others[row]! >= 0) return writeQuoted(views.bytes, others[row]!, out, end)
      return writeQuoted(ids.bytes, codes[row] === pageview ? own[row]! : -1, out, end)
    },
  }
}

/** @param offset -1 for '' */
function writeQuoted(bytes: Uint8Array, offset: number, out: DataView, at: number): number {
  const end = offset < 0 ? at : writeUuid(bytes, offset, out, at)
  out.setUint8(end, quote)
  return end + 1
}

const quote = 0x22
const colon = 0x3a
const zero = 0x30
/** The two digits of a number, the first one in the lower byte. */
const decimals = Uint16Array.from({ length: 100 }, (_, number) => zero + ((number / 10) | 0) + ((zero + (number % 10)) << 8))

/** @param name with what stands around it */
function timeField(name: string, times: Float64Array): LineField {
  const before = constant(name)
  return {
    limit: before.byteLength + 32,
    write(row, out, at) {
      const time = times[row]!
      if (!(time >= 1e12 && time < 1e13)) return copyAll(constant(`${name}${time}`), out, at)
      const end = copyAll(before, out, at)
      // 13 digits: seven, with a zero in the place of the colon, and six.
      const high = (time / 1e6) | 0
      writePairs(high, 8, out, end - 1)
      writePairs((time - high * 1e6) | 0, 6, out, end + 7)
      out.setUint8(end - 1, colon)
      return end + 13
    },
  }
}

/** Writes the last digits of a number, an even count of them. */
function writePairs(number: number, count: number, out: DataView, at: number): void {
  let rest = number
  for (let digit = at + count - 2; digit >= at; digit -= 2) {
    const next = (rest / 100) | 0
    out.setUint16(digit, decimals[rest - next * 100]!, true)
    rest = next
  }
}

function addUp(times: Float64Array, delays: Float64Array): Float64Array {
  return times.map((time, row) => time + delays[row]!)
}

/** Writes a number that is not negative. */
function writeDigits(number: number, out: DataView, at: number): number {
  const count = countDigits(number)
  let rest = number | 0
  for (let digit = at + count - 1; digit >= at; digit--) {
    const next = (rest / 10) | 0
    out.setUint8(digit, zero + rest - next * 10)
    rest = next
  }
  return at + count
}

function numberField(group: SegmentGroup, name: 'engaged' | 'engagedDelta' | 'scroll'): LineField {
  const numbers = readNumbers(group, name)
  const before = constant(`,"${name}":`)
  return {
    limit: numbers.every(Number.isNaN) ? 0 : before.byteLength + 11,
    write(row, out, at) {
      const number = numbers[row]!
      if (Number.isNaN(number)) return at
      if (number < 0) return copyAll(constant(`,"${name}":${number}`), out, at)
      return writeDigits(number, out, copyAll(before, out, at))
    },
  }
}

function countDigits(number: number): number {
  let count = 1
  for (let limit = 10; number >= limit; limit *= 10) count++
  return count
}
