import { pageview, type DayColumns, type FieldTexts } from './dayColumns.ts'
import { findVisits, type DayVisits } from './dayVisits.ts'
import { entryTexts, visitTexts } from './entryTexts.ts'
import { rankVisitors } from './rankVisitors.ts'
import {
  isBounced,
  isNewVisitor,
  type CodedTexts,
  type Codes,
  type ColumnName,
  type HitKind,
  type IndexColumns,
  type IndexDay,
  type SessionIndex,
} from './sessionIndex.ts'

const minute = 60_000
const most = 2 ** 32 - 1
/** More different props of a day than this are not kept: whoever sends a number with each event should not fill the memory. */
const mostProps = 20_000

/** Those that are made when they are asked for. */
type MadeColumn = Exclude<ColumnName, 'revenue' | 'props'>

/**
 * The index of a home day. Undefined where it could not say exactly what the hits do: spans beyond 49 days.
 * @param options `tick`: 1 for what a query may cut anywhere, a minute for what is stored
 */
export function buildIndex(columns: DayColumns, { tick }: { tick: 1 | 60_000 }): SessionIndex | undefined {
  const visits = findVisits(columns, (rows) => rankVisitors(columns, rows))
  const { first, last } = spanOf(columns, visits)
  const base = visits.count === 0 ? 0 : Math.floor(first / minute) * minute
  if (visits.count > 0 && !(last - base <= most)) return undefined
  const { count, mixed, starts, rows } = visits
  // It has to be known at once whether there is any.
  const revenue = raresOf(columns.revenue(), rows)
  const props = columns.props()
  const day: IndexDay = {
    day: columns.day,
    base,
    tick,
    first,
    last,
    hasRevenue: revenue.values.length > 1,
    keepsProps: props.values.length <= mostProps,
    visits: 0,
    visitsEnd: count,
    hits: 0,
    hitsEnd: rows.length,
    mixed,
    mixedHits: starts[mixed]!,
  }
  const made: Partial<Record<ColumnName, unknown>> = { revenue }
  return {
    days: [day],
    visits: count,
    hits: rows.length,
    load: async (names) => {
      for (const name of names) made[name] ??= name === 'props' ? raresOf(day.keepsProps ? props : nothing, rows) : makeColumn(name as MadeColumn, columns, visits, day)
      return Object.fromEntries(names.map((name) => [name, made[name]])) as Pick<IndexColumns, (typeof names)[number]>
    },
  }
}

function spanOf({ time }: DayColumns, { rows }: DayVisits): Pick<IndexDay, 'first' | 'last'> {
  const span = { first: Infinity, last: -Infinity }
  for (let at = 0; at < rows.length; at++) {
    const its = time[rows[at]!]!
    if (its < span.first) span.first = its
    if (its > span.last) span.last = its
  }
  return span
}

function makeColumn(name: MadeColumn, columns: DayColumns, visits: DayVisits, day: IndexDay): IndexColumns[ColumnName] {
  const { time, type } = columns
  const { rows } = visits
  switch (name) {
    case 'flags':
      return flagsOf(columns, visits)
    case 'start':
      return narrow(ticksOf(columns, day, visits.firstRows))
    case 'duration':
      return narrow(durationsOf(time, visits))
    case 'hitCount':
      return narrow(countHits(visits))
    case 'viewCount':
      return narrow(countViews(type, visits))
    case 'kind':
      return kindsOf(columns, rows)
    case 'path':
    case 'hostname':
      return textsOf(columns.text(name), rows)
    case 'time':
      return narrow(ticksOf(columns, day, rows))
    case 'engaged':
    case 'scroll':
      return toldOf(columns[name], type, rows)
    case 'visitor':
      return visitorsOf(columns, rows.subarray(day.mixedHits))
    default:
      return name === 'rawSource' ? textsOf(entryTexts(columns, name, visits.firstRows)) : textsOf(visitTexts(columns, name), visits.firstRows)
  }
}

function ticksOf({ time }: DayColumns, { base, tick }: IndexDay, rows: Uint32Array): Uint32Array {
  const ticks = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) ticks[at] = Math.floor((time[rows[at]!]! - base) / tick)
  return ticks
}

function durationsOf(time: Float64Array, { count, starts, rows }: DayVisits): Uint32Array {
  const durations = new Uint32Array(count)
  for (let visit = 0; visit < count; visit++) durations[visit] = time[rows[starts[visit + 1]! - 1]!]! - time[rows[starts[visit]!]!]!
  return durations
}

function countHits({ count, starts }: DayVisits): Uint32Array {
  const hits = new Uint32Array(count)
  for (let visit = 0; visit < count; visit++) hits[visit] = starts[visit + 1]! - starts[visit]!
  return hits
}

function countViews(type: Uint8Array, { count, starts, rows }: DayVisits): Uint32Array {
  const views = new Uint32Array(count)
  for (let visit = 0, hit = 0; visit < count; visit++) {
    let its = 0
    for (const end = starts[visit + 1]!; hit < end; hit++) if (type[rows[hit]!] === pageview) its++
    views[visit] = its
  }
  return views
}

function flagsOf({ visitor, isPassive }: DayColumns, { count, starts, rows }: DayVisits): Uint8Array {
  const flags = new Uint8Array(count)
  let last = -1
  for (let visit = 0; visit < count; visit++) {
    const its = visitor[rows[starts[visit]!]!]!
    let active = 0
    for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) active += 1 - isPassive[rows[hit]!]!
    flags[visit] = (its === last ? 0 : isNewVisitor) | (active <= 1 ? isBounced : 0)
    last = its
  }
  return flags
}

/**
 * Each value that some of the rows have once, in the order in which they come.
 * @param rows all by default
 * @param first one that comes before all, if some have it or not
 */
function textsOf({ values, codes }: FieldTexts, rows?: Uint32Array, first?: string): CodedTexts {
  const count = rows?.length ?? codes.length
  if (values.length === 1 && first === undefined && count > 0) return { values: [values[0] ?? ''], codes: new Uint8Array(count) }
  const codeOf = new Int32Array(values.length).fill(-1)
  const known = new Map<string, number>(first === undefined ? [] : [[first, 0]])
  const made = codesBelow(values.length + 1, count)
  for (let at = 0; at < count; at++) {
    const from = codes[rows === undefined ? at : rows[at]!]!
    let code = codeOf[from]!
    if (code === -1) {
      const value = values[from] ?? ''
      code = known.get(value) ?? known.size
      known.set(value, code)
      codeOf[from] = code
    }
    made[at] = code
  }
  return { values: [...known.keys()], codes: narrow(made, known.size - 1) }
}

function toldOf(told: Float64Array, type: Uint8Array, rows: Uint32Array): Float64Array {
  const its = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at++) its[at] = type[rows[at]!] === pageview ? told[rows[at]!]! : NaN
  return its
}

const nothing: FieldTexts = { values: [], codes: new Uint8Array(0) }

/** What most hits have none of, which comes first. */
function raresOf(texts: FieldTexts, rows: Uint32Array): CodedTexts {
  const isNone = texts.values.every((text) => !text)
  return isNone ? { values: [''], codes: new Uint8Array(rows.length) } : textsOf(texts, rows, '')
}

function kindsOf(columns: DayColumns, rows: Uint32Array): IndexColumns['kind'] {
  const { type, isPassive } = columns
  const name = columns.text('name')
  const values: HitKind[] = []
  const known = new Map<string, number>()
  /** By the code of the name, none for pageviews, and whether it was passive. */
  const codeOf = new Int32Array(2 * name.values.length + 2).fill(-1)
  const codes = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    const isView = type[row] === pageview
    const from = 2 * (isView ? name.values.length : name.codes[row]!) + isPassive[row]!
    if (codeOf[from] === -1) {
      const kind: HitKind = { type: isView ? 'pageview' : 'event', name: isView ? '' : (name.values[name.codes[row]!] ?? ''), interactive: isPassive[row] === 0 }
      const key = JSON.stringify(kind)
      codeOf[from] = known.get(key) ?? values.push(kind) - 1
      known.set(key, codeOf[from]!)
    }
    codes[at] = codeOf[from]!
  }
  return { values, codes: narrow(codes, values.length - 1) }
}

function visitorsOf({ visitor, keys }: DayColumns, rows: Uint32Array): Codes {
  const none = 2 ** 32 - 1
  const numberOf = new Uint32Array(keys).fill(none)
  let count = 0
  return narrow(rows.map((row) => (numberOf[visitor[row]!] === none ? (numberOf[visitor[row]!] = count++) : numberOf[visitor[row]!]!)))
}

/** The same numbers as narrow as they may be. */
export function narrow(numbers: Codes, largest: number = largestOf(numbers)): Codes {
  if (largest < 2 ** 8) return numbers instanceof Uint8Array ? numbers : new Uint8Array(numbers)
  return largest < 2 ** 16 && numbers instanceof Uint32Array ? new Uint16Array(numbers) : numbers
}

/** Room for numbers that are all less than a limit, as narrow as may be. */
export function codesBelow(limit: number, count: number): Codes {
  return limit <= 2 ** 8 ? new Uint8Array(count) : limit <= 2 ** 16 ? new Uint16Array(count) : new Uint32Array(count)
}

function largestOf(numbers: Codes): number {
  let largest = 0
  for (let at = 0; at < numbers.length; at++) if (numbers[at]! > largest) largest = numbers[at]!
  return largest
}
