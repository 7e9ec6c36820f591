import { Buffer } from 'node:buffer'
import type { SegmentGroup } from './openSegment.ts'
import { readBooleans, readNumbers, readText, readUuids, type TextColumn, type UuidColumn } from './readChunk.ts'
import type { ColumnName } from './schema.ts'
import { uuidLength, writeUuid } from './uuid.ts'

/** Writes what a row says in one or more fields as JSON: `,"path":"/"`, or nothing for a field that it lacks. */
export interface LineField {
  /** Most bytes of a row. */
  limit: number
  /** @returns where the written bytes end */
  write(row: number, out: Uint8Array, at: number): number
}

/** The fields of a line, in the order of a decoded hit. */
export function createLineFields(group: SegmentGroup): LineField[] {
  const text = (name: ColumnName, field: string = name): Fragments => readFragments(group, name, field)
  const ids = readUuids(group, 'id')
  const time = readNumbers(group, 'time')
  const delay = readNumbers(group, 'delay')
  const type = text('type')
  const hostname = text('hostname')
  const path = text('path')
  const fields = [
    idField(group, ids),
    kindField(group, type, text('origin')),
    timeField('time', time),
    timeField('received', addUp(time, delay)),
    viewField(group, ids, type),
    pageField(hostname, path, text('url'), text('title')),
    joined([text('referrer')]),
    pathField(hostname, path),
    // Of a visitor all is the same, most often.
    joined(visitorColumns.map((name) => text(name)), [3, 4, 5, 6, 0, 1, 2]),
    joined([text('name')]),
    propsField(group),
    numberField(group, 'engaged'),
    numberField(group, 'engagedDelta'),
    numberField(group, 'scroll'),
    joined([text('screen'), text('language'), text('timezone')]),
    joined([text('navigation')]),
    flagField(group),
    revenueField(text('revenueAmount', 'amount'), text('revenueCurrency', 'currency')),
    bytesField([Buffer.from('}\n')], () => 0),
  ]
  return fields.filter(({ limit }) => limit > 0)
}

const visitorColumns = ['visitor', 'session', 'user', 'referrerHost', 'source', 'medium', 'campaign'] as const

/** One of a few pieces of bytes for each row. */
export function bytesField(pieces: readonly (Uint8Array | undefined)[], pieceOf: (row: number) => number): LineField {
  return {
    limit: longest(pieces),
    write: (row, out, at) => copy(pieces[pieceOf(row)]!, out, at),
  }
}

/** The values of a column as JSON with their field's name. */
interface Fragments extends TextColumn {
  pieces: Uint8Array[]
}

function readFragments(group: SegmentGroup, name: ColumnName, field: string): Fragments {
  const column = readText(group, name)
  return { ...column, pieces: column.values.map((value) => fragment(field, value)) }
}

function fragment(field: string, value: unknown): Buffer {
  return Buffer.from(value === undefined ? '' : `,"${field}":${JSON.stringify(value)}`)
}

function longest(pieces: readonly (Uint8Array | undefined)[]): number {
  return pieces.reduce((bytes, piece) => Math.max(bytes, piece?.length ?? 0), 0)
}

function copy(piece: Uint8Array, out: Uint8Array, at: number): number {
  // A call of `set` costs as much as some twenty bytes one by one.
  if (piece.length > 20) out.set(piece, at)
  else for (let index = 0; index < piece.length; index++) out[at + index] = piece[index]!
  return at + piece.length
}

/**
 * The fragments of columns of which the values go together, such as those of a visitor: as long as they are those of the
 * row before, its bytes are copied.
 *
 * @param order in which they stand in the line
 */
function joined(columns: Fragments[], order: readonly number[] = [...columns.keys()]): LineField {
  const [first] = columns
  if (columns.length === 1) return bytesField(first!.pieces, (row) => first!.codes[row]!)
  const inOrder = order.map((index) => columns[index]!)
  let last: Uint8Array | undefined
  let lastRow = -1
  let start = 0
  let end = 0
  return {
    limit: inOrder.reduce((bytes, { pieces }) => bytes + longest(pieces), 0),
    write(row, out, at) {
      if (out === last && isSame(columns, row, lastRow)) out.copyWithin(at, start, end)
      else {
        end = start = at
        for (const { pieces, codes } of inOrder) end = copy(pieces[codes[row]!]!, out, end)
      }
      ;[last, lastRow, start, end] = [out, row, at, at + end - start]
      return end
    },
  }
}

/** Remembers what was written last for each value of the first column, as long as all columns have the same values. */
function remembered([first, ...others]: TextColumn[], limit: number, piecesOf: (row: number) => Uint8Array[]): LineField {
  const { values, codes } = first!
  const written: Uint8Array[] = values.map(() => new Uint8Array())
  const rowOf = new Int32Array(values.length).fill(-1)
  return {
    limit,
    write(row, out, at) {
      const code = codes[row]!
      if (isSame(others, row, rowOf[code]!)) return copy(written[code]!, out, at)
      let end = at
      for (const piece of piecesOf(row)) end = copy(piece, out, end)
      rowOf[code] = row
      written[code] = out.slice(at, end)
      return end
    },
  }
}

/** @param known a row, or -1 */
function isSame(columns: readonly TextColumn[], row: number, known: number): boolean {
  if (known < 0) return false
  for (let index = 0; index < columns.length; index++) {
    const { codes } = columns[index]!
    if (codes[row] !== codes[known]) return false
  }
  return true
}

/** Where the 16 bytes of each row's UUID stand in a column; -1 for null. */
function uuidOffsets(levels: Uint8Array | undefined, rows: number): Int32Array {
  const offsets = new Int32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) offsets[row] = levels?.[row] === 0 ? -1 : 16 * at++
  return offsets
}

function idField({ segment, rows }: SegmentGroup, { bytes, levels }: UuidColumn): LineField {
  const before = Buffer.from(`{"site":${JSON.stringify(segment.site)},"id":"`)
  const offsets = uuidOffsets(levels, rows)
  return uuidField(before, (row) => offsets[row]!, () => bytes)
}

/** A pageview is its own view, another hit without a view has ''. */
function viewField(group: SegmentGroup, ids: UuidColumn, { values, codes }: TextColumn): LineField {
  const views = readUuids(group, 'view')
  const own = uuidOffsets(ids.levels, group.rows)
  const others = uuidOffsets(views.levels, group.rows)
  const pageview = values.indexOf('pageview')
  const offsetOf = (row: number): number => (others[row]! >= 0 ? others[row]! : codes[row] === pageview ? own[row]! : -1)
  return uuidField(Buffer.from(',"view":"'), offsetOf, (row) => (others[row]! >= 0 ? views.bytes : ids.bytes))
}

/** @param offsetOf -1 for '' */
function uuidField(before: Uint8Array, offsetOf: (row: number) => number, bytesOf: (row: number) => Uint8Array): LineField {
  return {
    limit: before.length + uuidLength + 1,
    write(row, out, at) {
      let end = copy(before, out, at)
      const offset = offsetOf(row)
      if (offset >= 0) end = writeUuid(bytesOf(row), offset, out, end)
      out[end] = quote
      return end + 1
    },
  }
}

const quote = 0x22
const zero = 0x30

function kindField({ segment }: SegmentGroup, type: Fragments, origin: Fragments): LineField {
  const day = fragment('day', segment.day)
  const limit = longest(type.pieces) + longest(origin.pieces) + day.length
  return remembered([type, origin], limit, (row) => [origin.pieces[origin.codes[row]!]!, type.pieces[type.codes[row]!]!, day])
}

/** Times of a day have all but the last eight digits in common. */
function timeField(name: string, times: Float64Array): LineField {
  let high = -1
  let start: Uint8Array = new Uint8Array()
  return {
    limit: 64,
    write(row, out, at) {
      const time = times[row]!
      if (!(time > 1e12)) return copy(Buffer.from(`,"${name}":${time}`), out, at)
      const its = Math.floor(time / 1e8)
      if (its !== high) start = Buffer.from(`,"${name}":${(high = its)}`)
      return writeDigits(time - high * 1e8, 8, out, copy(start, out, at))
    },
  }
}

function addUp(times: Float64Array, delays: Float64Array): Float64Array {
  const sums = new Float64Array(times.length)
  for (let row = 0; row < sums.length; row++) sums[row] = times[row]! + delays[row]!
  return sums
}

/** Writes the last `count` digits of a number. */
function writeDigits(number: number, count: number, out: Uint8Array, at: number): number {
  let rest = number | 0
  for (let digit = at + count - 1; digit >= at; digit--) {
    const next = (rest / 10) | 0
    out[digit] = zero + rest - next * 10
    rest = next
  }
  return at + count
}

/** The url without a value is that of host and path, of which the fragments are longer than the parts of the url. */
function pageField(hostname: Fragments, path: Fragments, url: Fragments, title: Fragments): LineField {
  const derive = (row: number): Buffer => fragment('url', `https://${hostname.values[hostname.codes[row]!]}${path.values[path.codes[row]!]}`)
  const derived = longest(hostname.pieces) + longest(path.pieces)
  const limit = Math.max(longest(url.pieces), derived) + longest(title.pieces)
  return remembered([path, url, title, hostname], limit, (row) => {
    const its = url.pieces[url.codes[row]!]!
    return [its.length > 0 ? its : derive(row), title.pieces[title.codes[row]!]!]
  })
}

function pathField(hostname: Fragments, path: Fragments): LineField {
  const limit = longest(hostname.pieces) + longest(path.pieces)
  return remembered([path, hostname], limit, (row) => [hostname.pieces[hostname.codes[row]!]!, path.pieces[path.codes[row]!]!])
}

/** Props stand in their column as `JSON.stringify` has them. */
function propsField(group: SegmentGroup): LineField {
  const { values, codes } = readText(group, 'props')
  const pieces = values.map((value) => Buffer.from(value === undefined ? '' : `,"props":${value}`))
  return bytesField(pieces, (row) => codes[row]!)
}

function numberField(group: SegmentGroup, name: 'engaged' | 'engagedDelta' | 'scroll'): LineField {
  const numbers = readNumbers(group, name)
  const before = Buffer.from(`,"${name}":`)
  return {
    limit: isEmpty(numbers) ? 0 : before.length + 11,
    write(row, out, at) {
      const number = numbers[row]!
      if (Number.isNaN(number)) return at
      if (number < 0) return copy(Buffer.from(`,"${name}":${number}`), out, at)
      return writeDigits(number, countDigits(number), out, copy(before, out, at))
    },
  }
}

function isEmpty(numbers: Float64Array): boolean {
  for (const number of numbers) if (!Number.isNaN(number)) return false
  return true
}

function countDigits(number: number): number {
  let count = 1
  for (let limit = 10; number >= limit; limit *= 10) count++
  return count
}

function flagField(group: SegmentGroup): LineField {
  const flags = readBooleans(group, 'interactive')
  const pieces = [false, true, undefined].map((flag) => fragment('interactive', flag))
  return bytesField(flags ? pieces : [], (row) => flags![row]!)
}

function revenueField(amount: Fragments, currency: Fragments): LineField {
  const [before, after] = [Buffer.from(',"revenue":{'), Buffer.from('}')]
  const most = longest(amount.pieces)
  const limit = most && before.length + most + longest(currency.pieces) + after.length
  return remembered([amount, currency], limit, (row) => {
    const its = amount.pieces[amount.codes[row]!]!
    return its.length === 0 ? [] : [before, its.subarray(1), currency.pieces[currency.codes[row]!]!, after]
  })
}
