import { Buffer } from 'node:buffer'
import type { SegmentGroup } from './openSegment.ts'
import { readBooleans, readNumbers, readText, readUuids, type TextColumn, type UuidColumn } from './readChunk.ts'
import type { ColumnName } from './schema.ts'
import { formatUuids, uuidLength } from './uuid.ts'

/**
 * What a row says in one or more fields, as JSON: `,"path":"/"`, or '' for a field that it lacks. The bytes of UTF-8 as
 * characters (latin1), so that the text of many lines is turned into bytes by a plain copy.
 */
export type LineField = (row: number) => string

/** The fields of a line, in the order of a decoded hit. */
export function createLineFields(group: SegmentGroup): LineField[] {
  const text = (name: ColumnName, field: string = name): Fragments => readFragments(group, name, field)
  const time = readNumbers(group, 'time')
  const delay = readNumbers(group, 'delay')
  const hostname = text('hostname')
  const path = text('path')
  return [
    idField(group),
    kindField(group),
    timeField('time', time),
    timeField('received', time.map((at, row) => at + delay[row]!)),
    viewField(group),
    pageField(group, text('url'), text('title')),
    joined([text('referrer')]),
    joined([path, hostname], [hostname, path]),
    visitorField(text),
    joined([text('name')]),
    propsField(group),
    numberField(group, 'engaged'),
    numberField(group, 'engagedDelta'),
    numberField(group, 'scroll'),
    joined([text('screen'), text('language'), text('timezone')]),
    joined([text('navigation')]),
    flagField(group),
    revenueField(text('revenueAmount', 'amount'), text('revenueCurrency', 'currency')),
    () => '}\n',
  ].filter((field) => field !== undefined)
}

/** The values of a column as JSON, with their field's name. */
interface Fragments extends TextColumn {
  values: string[]
}

function readFragments(group: SegmentGroup, name: ColumnName, field: string): Fragments {
  const { values, codes } = readText(group, name)
  return { values: values.map((value) => (value === undefined ? '' : fragment(field, value))), codes }
}

function fragment(field: string, value: unknown): string {
  return Buffer.from(`,"${field}":${JSON.stringify(value)}`).toString('latin1')
}

/**
 * The fragments of columns of which the values go together: the whole of a row is put together once for each value of
 * the first column, until another one changes. Undefined if there are none at all.
 */
function joined(keys: Fragments[], inOrder: Fragments[] = keys): LineField | undefined {
  if (inOrder.every(({ values }) => values.every((value) => value === ''))) return undefined
  const [{ values, codes } = { values: [], codes: new Uint8Array() }] = inOrder
  if (inOrder.length === 1) return (row) => values[codes[row]!]!
  // An array's join is one flat string; adding up would make a tree that is walked each time.
  return remembered(keys, (row) => inOrder.map(({ values, codes }) => values[codes[row]!]!).join(''))
}

/** Remembers what was built last for each value of the first column, as long as all columns have the same values. */
function remembered([key, ...others]: TextColumn[], build: LineField): LineField {
  const { values, codes } = key!
  const built: string[] = values.map(() => '')
  const rowOf = new Int32Array(values.length).fill(-1)
  const isSame = (row: number, known: number): boolean => {
    for (const { codes } of others) if (codes[row] !== codes[known]) return false
    return true
  }
  return (row) => {
    const code = codes[row]!
    const known = rowOf[code]!
    if (known >= 0 && isSame(row, known)) return built[code]!
    rowOf[code] = row
    return (built[code] = build(row))
  }
}

function idField(group: SegmentGroup): LineField {
  const before = Buffer.from(`{"site":${JSON.stringify(group.segment.site)},"id":"`).toString('latin1')
  return slicesOf(formatUuids(spreadUuids(readUuids(group, 'id'), group.rows), before, '"'), group.rows)
}

/** A pageview is its own view, another hit without a view has ''. */
function viewField(group: SegmentGroup): LineField {
  const ids = readUuids(group, 'id')
  const views = readUuids(group, 'view')
  const type = readText(group, 'type')
  const bytes = spreadUuids(views, group.rows, spreadUuids(ids, group.rows))
  const view = slicesOf(formatUuids(bytes, ',"view":"', '"'), group.rows)
  return (row) => (views.levels?.[row] === 0 && type.values[type.codes[row]!] !== 'pageview' ? ',"view":""' : view(row))
}

/** The bytes of each row: its own, or those of `others`. */
function spreadUuids({ bytes, levels }: UuidColumn, rows: number, others = new Uint8Array(rows * 16)): Uint8Array {
  if (levels === undefined) return bytes
  const spread = others.slice()
  for (let row = 0, at = 0; row < rows; row++) {
    if (levels[row] === 0) continue
    spread.set(bytes.subarray(at, at + 16), row * 16)
    at += 16
  }
  return spread
}

/** Texts of equal length, cut from one. */
function slicesOf(bytes: Buffer, rows: number): LineField {
  const text = bytes.toString('latin1')
  const length = bytes.length / rows
  return (row) => text.slice(row * length, (row + 1) * length)
}

function kindField(group: SegmentGroup): LineField {
  const type = readFragments(group, 'type', 'type')
  const origin = readFragments(group, 'origin', 'origin')
  const day = fragment('day', group.segment.day)
  return remembered([type, origin], (row) => [origin.values[origin.codes[row]!], type.values[type.codes[row]!], day].join(''))
}

/** The three digits of 0 to 999. */
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))

/** Times of a day have all but the last digits in common. */
function timeField(name: string, times: Float64Array): LineField {
  let high = -1
  let start = ''
  return (row) => {
    const time = times[row]!
    const its = Math.floor(time / 1e6)
    if (!(its > 0)) return `,"${name}":${time}`
    if (its !== high) {
      high = its
      start = `,"${name}":${high}`
    }
    const low = time - high * 1e6
    return start + threeDigits[(low / 1000) | 0]! + threeDigits[low % 1000]!
  }
}

/** The url without a value is that of host and path. */
function pageField(group: SegmentGroup, url: Fragments, title: Fragments): LineField {
  const hostname = readText(group, 'hostname')
  const path = readText(group, 'path')
  const derive = (row: number): string => `https://${hostname.values[hostname.codes[row]!]}${path.values[path.codes[row]!]}`
  return remembered([path, url, title, hostname], (row) =>
    [url.values[url.codes[row]!] || fragment('url', derive(row)), title.values[title.codes[row]!]].join(''),
  )
}

function visitorField(text: (name: ColumnName) => Fragments): LineField | undefined {
  const visitor = text('visitor')
  const session = text('session')
  const user = text('user')
  const entry = [text('referrerHost'), text('source'), text('medium'), text('campaign')]
  return joined([visitor, session, user, ...entry], [...entry, visitor, session, user])
}

/** Props are JSON as they stand, but for names that a parser sorts, such as numbers. */
function propsField(group: SegmentGroup): LineField | undefined {
  const { values, codes } = readText(group, 'props')
  return joined([{ values: values.map((value) => (value === undefined ? '' : fragment('props', JSON.parse(value)))), codes }])
}

function numberField(group: SegmentGroup, name: 'engaged' | 'engagedDelta' | 'scroll'): LineField | undefined {
  const numbers = readNumbers(group, name)
  if (numbers.every(Number.isNaN)) return undefined
  return (row) => {
    const number = numbers[row]!
    return Number.isNaN(number) ? '' : `,"${name}":${number}`
  }
}

function flagField(group: SegmentGroup): LineField | undefined {
  const flags = readBooleans(group, 'interactive')
  const texts = [',"interactive":false', ',"interactive":true', '']
  return flags && ((row) => texts[flags[row]!]!)
}

function revenueField(amount: Fragments, currency: Fragments): LineField | undefined {
  if (amount.values.every((value) => value === '')) return undefined
  return (row) => {
    const its = amount.values[amount.codes[row]!]!
    return its === '' ? '' : `,"revenue":{${its.slice(1)}${currency.values[currency.codes[row]!]!}}`
  }
}
