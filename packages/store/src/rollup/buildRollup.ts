import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'
import { noSource, notSet } from '../dimensions.ts'
import { isBounced, isNewVisitor, type Codes, type IndexColumns, type IndexDay, type SessionIndex, type VisitText } from '../sessionIndex/sessionIndex.ts'
import { sourceName, sourcesStamp } from '../sources.ts'
import { columnsOf, engagementSums, keptSums, largestSum, type Rollup, type RollupDimension, type RollupRows } from './rollup.ts'
import { RowSums, unknown, type CodedRows, type HitColumns, type VisitSums } from './rowSums.ts'

/** Dimensions of which each visit has one value, that its first hit says: the column, and what stands for an empty value. */
const visitLabels: readonly (readonly [dimension: RollupDimension, column: VisitText, labelOf: (value: string) => string])[] = [
  ['visit:source', 'rawSource', (value) => sourceName(value) || noSource],
  ['visit:referrer', 'referrer', (value) => value || noSource],
  ['visit:channel', 'channel', (value) => value || 'Direct'],
  ['visit:utm_source', 'source', orNotSet],
  ['visit:utm_medium', 'medium', orNotSet],
  ['visit:utm_campaign', 'campaign', orNotSet],
  ['visit:utm_term', 'term', orNotSet],
  ['visit:utm_content', 'content', orNotSet],
  ['visit:country', 'country', orNotSet],
  ['visit:region', 'region', orNotSet],
  ['visit:city', 'city', orNotSet],
  ['visit:language', 'language', orNotSet],
  ['visit:browser', 'browser', orNotSet],
  ['visit:browser_version', 'browserVersion', orNotSet],
  ['visit:os', 'os', orNotSet],
  ['visit:os_version', 'osVersion', orNotSet],
  ['visit:device', 'device', orNotSet],
  ['visit:screen_class', 'screenClass', orNotSet],
]

function orNotSet(value: string): string {
  return value || notSet
}

const columnNames = ['flags', 'duration', 'hitCount', 'viewCount', 'kind', 'path', 'hostname', 'engaged', 'scroll', 'visitor'] as const
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
}

/**
 * Sums up the days of an index; others have their turn after each dimension. Undefined where the sums could not be told exactly: with an engaged time that is no whole
 * number, or more than 2⁵³ ms of them.
 *
 * @param fingerprintOf what a day was made of
 */
export async function buildRollup(index: SessionIndex, fingerprintOf: (day: string) => string): Promise<Rollup | undefined> {
  const columns = await index.load(columnNames)
  if (!isWhole(columns.engaged) || !isWhole(columns.scroll)) return undefined
  const visits = readVisits(index, columns)
  const rows = new Map<RollupDimension, RollupRows>()
  let all: RollupRows | undefined
  for (const [dimension, name, labelOf] of visitLabels) {
    const { values, codes } = (await index.load([name]))[name]
    // Much is the same for all: what nobody ever told.
    if (values.length === 1) rows.set(dimension, { labels: [labelOf(values[0]!)], sums: (all ??= sumVisits(visits, codes, compileRows([''], String))).sums })
    else rows.set(dimension, sumVisits(visits, codes, compileRows(values, labelOf)))
    await untilOthersHadTheirTurn()
  }
  for (const [dimension, made] of sumPages(visits)) {
    rows.set(dimension, made)
    await untilOthersHadTheirTurn()
  }
  const totals = sumDays(visits)
  if (![...rows.values(), totals].every(isExact)) return undefined
  return {
    days: index.days.map(({ day, first, last, hasRevenue }) => ({ day, first, last, fingerprint: fingerprintOf(day), hasRevenue })),
    names: sourcesStamp(),
    totals: async () => totals.sums,
    rows: async (dimension) => rows.get(dimension)!,
  }
}

function isWhole(numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at]!
    if (number === number && !(number >= 0 && Number.isInteger(number))) return false
  }
  return true
}

/** Whole numbers that have never been above 2⁵³ have been added up exactly. */
export function isExact({ sums }: RollupRows): boolean {
  return keptSums.every((name) => sums[name].every((sum) => sum <= largestSum))
}

function readVisits({ days, visits: count }: SessionIndex, columns: Columns): Visits {
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
  const sums = { pageviews, events, duration, bounced, visitors, ...readEngagement(count, starts, columns) }
  return { columns, days, count, starts, sums, isView: viewsAmong(columns.kind), rowOfVisit: new Int32Array(count) }
}

function readEngagement(count: number, starts: Uint32Array, { engaged, scroll }: Columns): Pick<VisitSums, 'engaged' | 'isEngaged' | 'scroll'> {
  const read = { engaged: new Float64Array(count), isEngaged: new Uint8Array(count), scroll: new Float64Array(count).fill(NaN) }
  for (let visit = 0; visit < count; visit++) {
    for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) {
      const time = engaged[hit]!
      if (time === time) {
        read.engaged[visit]! += time
        read.isEngaged[visit] = 1
      }
      const depth = scroll[hit]!
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
function* sumPages(visits: Visits): Generator<[RollupDimension, RollupRows]> {
  const { kind, path, hostname } = visits.columns
  const ends = findEnds(visits)
  const goal = compileRows(kind.values.map(({ name }) => name), (name) => name)
  const name = compileRows(kind.values.map((its) => (its.type === 'pageview' ? 'pageview' : its.name)), (name) => name)
  const label = (value: string): string => value
  yield ['visit:entry_page', withoutEngagement(sumVisits(visits, pickCodes(path.codes, ends.first, path.values.length), compileRows([...path.values, notSet], label)))]
  yield ['visit:exit_page', withoutEngagement(sumVisits(visits, pickCodes(path.codes, ends.last, path.values.length), compileRows([...path.values, notSet], label)))]
  yield ['visit:entry_page_hostname', sumVisits(visits, pickCodes(hostname.codes, ends.first, hostname.values.length), compileRows([...hostname.values, notSet], label))]
  yield ['visit:exit_page_hostname', sumVisits(visits, pickCodes(hostname.codes, ends.last, hostname.values.length), compileRows([...hostname.values, notSet], label))]
  yield ['event:page', sumHits(visits, path.codes, compileRows(path.values, label), ends.entry)]
  yield ['event:hostname', sumHits(visits, hostname.codes, compileRows(hostname.values, label), ends.entry)]
  yield ['event:name', sumHits(visits, kind.codes, name)]
  for (const [code, { type, interactive }] of kind.values.entries()) if (type !== 'event' || !interactive) goal.known[code] = -1
  yield ['event:goal', sumHits(visits, kind.codes, goal)]
}

/** See `isWithoutEngagement`. */
function withoutEngagement({ labels, sums }: RollupRows): RollupRows {
  return { labels, sums: columnsOf((name) => (engagementSums.has(name) ? new Float64Array(labels.length) : sums[name])) }
}

const none = 2 ** 32 - 1

/** The first and the last pageview of each visit, `none` for one of events alone; and what such a visit is entered by. */
function findEnds({ count, starts, isView }: Visits): { first: Uint32Array; last: Uint32Array; entry: Uint32Array } {
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
