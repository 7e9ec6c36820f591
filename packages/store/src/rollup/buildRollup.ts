import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'
import { noSource, notSet } from '../dimensions.ts'
import { isBounced, isNewVisitor, type Codes, type IndexColumns, type IndexDay, type SessionIndex, type VisitText } from '../sessionIndex/sessionIndex.ts'
import { sourceName, sourcesStamp } from '../sources.ts'
import { columnsOf, engagementSums, isWithoutEngagement, keptSums, largestSum, rollupDimensions, type Rollup, type RollupDimension, type RollupRows } from './rollup.ts'
import { RowSums, unknown, type CodedRows, type HitColumns, type VisitSums } from './rowSums.ts'

/** Dimensions of which each visit has one value, that its first hit says: the column, and what stands for an empty value. */
const visitLabels: ReadonlyMap<RollupDimension, readonly [column: VisitText, labelOf: (value: string) => string]> = new Map<RollupDimension, [VisitText, (value: string) => string]>([
  ['visit:source', ['rawSource', (value) => sourceName(value) || noSource]],
  ['visit:referrer', ['referrer', (value) => value || noSource]],
  ['visit:channel', ['channel', (value) => value || 'Direct']],
  ['visit:utm_source', ['source', orNotSet]],
  ['visit:utm_medium', ['medium', orNotSet]],
  ['visit:utm_campaign', ['campaign', orNotSet]],
  ['visit:utm_term', ['term', orNotSet]],
  ['visit:utm_content', ['content', orNotSet]],
  ['visit:country', ['country', orNotSet]],
  ['visit:region', ['region', orNotSet]],
  ['visit:city', ['city', orNotSet]],
  ['visit:language', ['language', orNotSet]],
  ['visit:browser', ['browser', orNotSet]],
  ['visit:browser_version', ['browserVersion', orNotSet]],
  ['visit:os', ['os', orNotSet]],
  ['visit:os_version', ['osVersion', orNotSet]],
  ['visit:device', ['device', orNotSet]],
  ['visit:screen_class', ['screenClass', orNotSet]],
])

function orNotSet(value: string): string {
  return value || notSet
}

const columnNames = ['flags', 'duration', 'hitCount', 'viewCount', 'kind', 'engaged', 'scroll', 'visitor'] as const
type Columns = Pick<IndexColumns, (typeof columnNames)[number]>

/** The visits of the days together, each with what the rows are made of. */
interface Visits {
  columns: Columns
  days: readonly IndexDay[]
  count: number
  /** Where the hits of each begin. */
  starts: Uint32Array
  sums: VisitSums
  /** Of each hit whether it is a pageview: 1 or 0. */
  isView: Uint8Array
  /** By visit, of the dimension that is being summed up. */
  rowOfVisit: Int32Array
  /** What they were entered and left by, once somebody has asked. */
  ends?: VisitEnds
  /** A single row of all, once somebody has asked. */
  all?: RollupRows
}

/**
 * Sums up the days of an index; others have their turn after each dimension. Undefined where the sums could not be told exactly: with an engaged time that is no whole
 * number, or more than 2⁵³ ms of them.
 *
 * @param fingerprintOf what a day was made of
 */
export async function buildRollup(index: SessionIndex, fingerprintOf: (day: string) => string): Promise<Rollup | undefined> {
  const visits = await readVisits(index)
  if (visits === undefined) return undefined
  const rows = new Map<RollupDimension, RollupRows>()
  for (const dimension of rollupDimensions) {
    rows.set(dimension, await sumDimension(index, visits, dimension))
    await untilOthersHadTheirTurn()
  }
  const totals = sumDays(visits)
  if (![...rows.values(), totals].every(isExact)) return undefined
  return { ...headOf(index, fingerprintOf), totals: async () => totals.sums, rows: async (dimension) => rows.get(dimension)! }
}

/** Sums that cannot be told exactly. */
class Inexact extends Error {}

/**
 * The same of an index in memory, each dimension when it is asked for: `rows` and `totals` throw where that could not be
 * told exactly. Of days of which others may ask the same in a moment, so what was made is kept.
 */
export function sumUpLazily(index: SessionIndex): Rollup {
  let visits: Promise<Visits | undefined> | undefined
  const made = new Map<RollupDimension | undefined, Promise<RollupRows>>()

  function sumsOf(dimension: RollupDimension | undefined): Promise<RollupRows> {
    const known = made.get(dimension) ?? make(dimension)
    made.set(dimension, known)
    return known
  }

  async function make(dimension: RollupDimension | undefined): Promise<RollupRows> {
    const its = await (visits ??= readVisits(index))
    const rows = its && (dimension === undefined ? sumDays(its) : await sumDimension(index, its, dimension))
    if (rows === undefined || !isExact(rows)) throw new Inexact('[treadlight store] sums of a day are no whole numbers below 2 ** 52')
    return rows
  }

  return { ...headOf(index, () => ''), totals: async () => (await sumsOf(undefined)).sums, rows: sumsOf }
}

function headOf({ days }: SessionIndex, fingerprintOf: (day: string) => string): Pick<Rollup, 'days' | 'names'> {
  return { days: days.map(({ day, first, last, hasRevenue }) => ({ day, first, last, fingerprint: fingerprintOf(day), hasRevenue })), names: sourcesStamp() }
}

async function sumDimension(index: SessionIndex, visits: Visits, dimension: RollupDimension): Promise<RollupRows> {
  const label = visitLabels.get(dimension)
  if (label === undefined) return sumPage(index, visits, dimension)
  const [name, labelOf] = label
  const { values, codes } = (await index.load([name]))[name]
  if (values.length !== 1) return sumVisits(visits, codes, compileRows(values, labelOf))
  // Much is the same for all: what nobody ever told.
  visits.all ??= sumVisits(visits, codes, compileRows([''], String))
  return { labels: [labelOf(values[0]!)], sums: visits.all.sums }
}

function isWhole(number: number): boolean {
  return number >= 0 && Number.isInteger(number)
}

/** Whole numbers that have never been above 2⁵³ have been added up exactly. */
export function isExact({ sums }: RollupRows): boolean {
  return keptSums.every((name) => sums[name].every((sum) => sum <= largestSum))
}

/** Undefined where engaged times or depths are no whole numbers. */
async function readVisits({ days, visits: count, load }: SessionIndex): Promise<Visits | undefined> {
  const columns = await load(columnNames)
  const { flags, duration, hitCount: events, viewCount: pageviews } = columns
  const starts = new Uint32Array(count + 1)
  const visitors = new Uint32Array(count)
  const bounced = new Uint8Array(count)
  for (let visit = 0, visitor = 0; visit < count; visit++) {
    starts[visit + 1] = starts[visit]! + events[visit]!
    if ((flags[visit]! & isNewVisitor) !== 0) visitor++
    visitors[visit] = visitor
    if ((flags[visit]! & isBounced) !== 0) bounced[visit] = 1
  }
  const told = readEngagement(count, starts, columns)
  if (told === undefined) return undefined
  const sums = { pageviews, events, duration, bounced, visitors, ...told }
  return { columns, days, count, starts, sums, isView: viewsAmong(columns.kind), rowOfVisit: new Int32Array(count) }
}

/** Undefined where something is no whole number. */
function readEngagement(count: number, starts: Uint32Array, { engaged, scroll }: Columns): Pick<VisitSums, 'engaged' | 'isEngaged' | 'scroll'> | undefined {
  const read = { engaged: new Float64Array(count), isEngaged: new Uint8Array(count), scroll: new Float64Array(count).fill(NaN) }
  for (let visit = 0; visit < count; visit++) {
    for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) {
      const time = engaged[hit]!
      if (time === time) {
        if (!isWhole(time)) return undefined
        read.engaged[visit]! += time
        read.isEngaged[visit] = 1
      }
      const depth = scroll[hit]!
      if (depth === depth && !isWhole(depth)) return undefined
      if (depth === depth && !(depth <= read.scroll[visit]!)) read.scroll[visit] = depth
    }
  }
  return read
}

/** Rows by code: a label is only made when its first visit or hit comes. */
function compileRows(values: readonly string[], labelOf: (value: string) => string): CodedRows {
  const rows = new RowSums()
  const known = new Int32Array(values.length).fill(unknown)
  return {
    rows,
    known,
    rowOf(code) {
      const row = known[code]!
      return row === unknown ? (known[code] = rows.rowOf(labelOf(values[code]!))) : row
    },
  }
}

/** @param codes by visit */
function sumVisits(visits: Visits, codes: Codes, { rows, known, rowOf }: CodedRows): RollupRows {
  const { rowOfVisit } = visits
  for (let visit = 0; visit < rowOfVisit.length; visit++) {
    const row = known[codes[visit]!]!
    rowOfVisit[visit] = row === unknown ? rowOf(codes[visit]!) : row
  }
  for (const { visits: first, mixed, visitsEnd } of visits.days) {
    rows.addVisits(visits.sums, rowOfVisit, first, mixed, visitsEnd)
    eachMixed(visits, mixed, visitsEnd, (visit, hit, visitor) => rows.addMixedVisitor(rowOfVisit[visit]!, visitor, visits.columns.scroll[hit]!))
    rows.endDay()
  }
  return rows.finish()
}

/** Tells of the hits of mixed visits whose they are. @param from the first mixed visit of a day */
function eachMixed({ columns, days, starts }: Visits, from: number, end: number, tell: (visit: number, hit: number, visitor: number) => void): void {
  if (from === end) return
  const start = mixedStart(days, from)
  for (let visit = from; visit < end; visit++) {
    for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) tell(visit, hit, columns.visitor[start + hit - starts[from]!]!)
  }
}

/** Where the column `visitor` has the mixed hits of the day whose first mixed visit this is. */
function mixedStart(days: readonly IndexDay[], mixed: number): number {
  let start = 0
  for (const day of days) {
    if (day.mixed === mixed && day.visitsEnd > mixed) return start
    start += day.hitsEnd - day.mixedHits
  }
  return start
}

/** The totals, a row for each day. */
function sumDays(visits: Visits): RollupRows {
  const rows = new RowSums()
  const codes = new Uint32Array(visits.count)
  for (const [index, { day, visits: first, visitsEnd }] of visits.days.entries()) {
    rows.rowOf(day)
    codes.fill(index, first, visitsEnd)
  }
  return sumVisits(visits, codes, { rows, known: Int32Array.from(visits.days, (_, row) => row), rowOf: (code) => code })
}

/** What is said of the hits of a visit, and of its first and last page. */
async function sumPage(index: SessionIndex, visits: Visits, dimension: RollupDimension): Promise<RollupRows> {
  const { kind } = visits.columns
  const label = (value: string): string => value
  if (dimension === 'event:name') return sumHits(visits, kind.codes, compileRows(kind.values.map((its) => (its.type === 'pageview' ? 'pageview' : its.name)), label))
  if (dimension === 'event:goal') {
    const goals = compileRows(kind.values.map(({ name }) => name), label)
    for (const [code, { type, interactive }] of kind.values.entries()) if (type !== 'event' || !interactive) goals.known[code] = -1
    return sumHits(visits, kind.codes, goals)
  }
  const ends = (visits.ends ??= findEnds(visits))
  const name = dimension.endsWith('hostname') ? 'hostname' : 'path'
  const { values, codes } = (await index.load([name]))[name]
  if (dimension.startsWith('event:')) return sumHits(visits, codes, compileRows(values, label), ends.entry)
  const hits = dimension.startsWith('visit:entry') ? ends.first : ends.last
  const rows = sumVisits(visits, pickCodes(codes, hits, values.length), compileRows([...values, notSet], label))
  return isWithoutEngagement(dimension) ? withoutEngagement(rows) : rows
}

/** See `isWithoutEngagement`. */
function withoutEngagement({ labels, sums }: RollupRows): RollupRows {
  return { labels, sums: columnsOf((name) => (engagementSums.has(name) ? new Float64Array(labels.length) : sums[name])) }
}

const none = 2 ** 32 - 1

/** The first and the last pageview of each visit, `none` for one of events alone; and what such a visit is entered by. */
interface VisitEnds {
  first: Uint32Array
  last: Uint32Array
  entry: Uint32Array
}

function findEnds({ count, starts, isView }: Visits): VisitEnds {
  const ends = { first: new Uint32Array(count).fill(none), last: new Uint32Array(count).fill(none), entry: starts.slice(0, count) }
  for (let visit = 0; visit < count; visit++) {
    for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) {
      if (isView[hit] === 0) continue
      ends.last[visit] = hit
      if (ends.first[visit] === none) ends.first[visit] = ends.entry[visit] = hit
    }
  }
  return ends
}

function pickCodes(codes: Codes, hits: Uint32Array, missing: number): Uint32Array {
  return hits.map((hit) => (hit === none ? missing : codes[hit]!))
}

/**
 * @param codes by hit; a row of -1 is none
 * @param entry the hit that stands for the page of a whole visit; without, each row that the visit is in was entered
 */
function sumHits(visits: Visits, codes: Codes, coded: CodedRows, entry?: Uint32Array): RollupRows {
  const { rows, rowOf } = coded
  const { engaged, scroll } = visits.columns
  const hits: HitColumns = { codes, starts: visits.starts, isView: visits.isView, engaged, scroll }
  for (const { visits: first, mixed, visitsEnd } of visits.days) {
    rows.addHits(visits.sums, hits, coded, entry, first, mixed, visitsEnd)
    eachMixed(visits, mixed, visitsEnd, (_visit, hit, visitor) => {
      const row = rowOf(codes[hit]!)
      if (row >= 0) rows.addMixedVisitor(row, visitor, scroll[hit]!)
    })
    rows.endDay()
  }
  return rows.finish()
}

/** Of each hit 1 if it is a pageview. */
function viewsAmong({ values, codes }: Columns['kind']): Uint8Array {
  const isView = Uint8Array.from(values, ({ type }) => (type === 'pageview' ? 1 : 0))
  const views = new Uint8Array(codes.length)
  for (let hit = 0; hit < codes.length; hit++) views[hit] = isView[codes[hit]!]!
  return views
}
