import { isTimeDimension } from '../dimensions.ts'
import { asksForRevenue } from '../metrics.ts'
import type { Metric, Query } from '../query.ts'
import { asksHits, entrySql, filtersSql, withinSql } from './rowFilters.ts'
import { createRowNames, type Naming, type RowNames } from './rowNames.ts'
import type { RowReader, RowsSource } from './rowsSource.ts'
import { isOneDay, type ZoneStep } from './zoneSteps.ts'

export interface SumsPlan {
  /**
   * Each for some of the sums: columns named as in `Sums` behind `sum_`, and `d0`, `d1` … for the dimensions. What several say of one row
   * adds up. The first has all rows that hits have, and what is counted of hits.
   */
  statements: readonly string[]
  names: RowNames
}

type Column = (name: Parameters<RowReader['column']>[0]) => string
/** What it is called, and what adds it up. */
type SumSql = readonly [name: string, sql: string]

const visitMetrics: ReadonlySet<Metric> = new Set<Metric>(['visits', 'exit_rate'])
const entryMetrics: ReadonlySet<Metric> = new Set<Metric>(['views_per_visit', 'bounce_rate', 'visit_duration'])

/**
 * Makes the statements that say what `createRowTallier` says of the hits of a query.
 *
 * A hit is in a row by its own values and its time; its visit by the same values and the time when it began; and what is said of
 * whole visits by the page of its entry. Where these are the same rows one statement says it all, and where nothing is asked of
 * hits a visit's first hit stands for it.
 *
 * @param steps of the query's zone, where a dimension of time asks for it
 */
export function planSums(source: RowsSource, query: Query, steps: readonly ZoneStep[]): SumsPlan {
  const { filters = [], dimensions = [], metrics, range } = query
  const names = createRowNames(source, query, steps)
  const [hasTime, byPage] = [dimensions.some(isTimeDimension), dimensions.includes('event:page')]
  const byHit = dimensions.filter((dimension) => dimension.startsWith('event:'))
  const hasPage = byPage || byHit.includes('event:hostname')
  const isPlain = !filters.some(asksHits)
  /** All hits of a visit are in one row, but for their time. */
  const isSimple = isPlain && byHit.length === 0
  const asksVisits = metrics.some((metric) => visitMetrics.has(metric))
  const asksEntries = metrics.some((metric) => entryMetrics.has(metric))
  const needsEntries = !isSimple && (hasPage || hasTime || asksEntries)
  // Without a question about them they only matter where the entry lies behind the range: else a hit is in the row.
  const isRare = !asksEntries && !hasTime
  /** The entries say it too, where they are in the rows of the visits. */
  const needsVisits = !isSimple && (hasTime || asksVisits) && (hasPage || !needsEntries)
  const isByEntry = isPlain && byHit.every((dimension) => dimension === 'event:page' || dimension === 'event:hostname')

  /** Whether all hits of a home day are there, and are in one row if nothing but the time tells them apart. */
  const isOfDays = source.whole !== undefined && (!hasTime || isByDay())
  /** Then a visitor's first row of a visit tells what all of its rows would. */
  const isByVisit = isSimple && isOfDays && !asksForRevenue(metrics)
  /** And one of a page what those of the page would. */
  const isByPage = isPlain && isOfDays && byHit.length === 1 && byPage
  /** Whether of a visitor's day nothing is left out, and there is one row for it, of a page or of all. */
  const isOverall = filters.length === 0 && dimensions.every((dimension) => isTimeDimension(dimension) || dimension === 'event:page')
  const addsScroll = isOverall && (isByVisit || isByPage)

  const scrolls = metrics.includes('scroll_depth') && !addsScroll ? [scrollStatement()] : []
  const statements = [hitsStatement(), ...scrolls, ...(needsVisits && hasTime ? [visitsStatement()] : []), ...(needsEntries && !isNothing() ? [isByEntry ? firstsStatement() : entriesStatement()] : [])]
  return { names, statements }

  /** What hits come to, each by itself. */
  function hitsStatement(): string {
    return selectSums('hit', ({ column }) => {
      const sums: SumSql[] = [['visitors', visitorsSql(column)], ...(isByVisit ? ofVisits(column) : ofHits(column))]
      if (isSimple && asksEntries) sums.push(...visitSums(column, `${column('place')} = 1`, '1'))
      else if (isSimple && asksVisits) sums.push(['visits', `countIf(${column('place')} = 1)`])
      if (needsVisits && !hasTime) sums.push(['visits', `uniqExactIf(${column('visit')}, ${withinSql(source, column('start'), range)})`])
      if (metrics.includes('scroll_depth') && addsScroll) sums.push(...knownSums('scroll', 'scrolled', column(isByPage ? 'pageScroll' : 'dayScroll')))
      const takings: SumSql[] = asksForRevenue(metrics) ? [['takings', `sumMapIf([${column('currency')}], [${column('amount')}], [toUInt64(1)], ${column('currency')} != '')`]] : []
      return bare(sums, takings)
    }, ({ column }) => (isByVisit ? `${column('section')} = 0` : '1'))
  }

  /** Metrics of hits, added up hit by hit. */
  function ofHits(column: Column): SumSql[] {
    const sums: SumSql[] = []
    if (metrics.includes('events')) sums.push(['events', 'count()'])
    if (metrics.includes('pageviews')) sums.push(['pageviews', `sum(${column('isView')})`])
    if (!metrics.includes('time_on_page')) return sums
    const visits = isByPage ? `sum(${column('pageRead')})` : `uniqExactIf(${column('visit')}, ${column('engaged')} >= 0)`
    return [...sums, knownSums('engaged', 'engagedVisits', column('engaged'))[0]!, ['engagedVisits', visits]]
  }

  /** The same by the first row of each visit. */
  function ofVisits(column: Column): SumSql[] {
    const sums: SumSql[] = []
    if (metrics.includes('events')) sums.push(['events', `sumIf(${column('hits')}, ${column('place')} = 1)`])
    if (metrics.includes('pageviews')) sums.push(['pageviews', `sumIf(${column('views')}, ${column('place')} = 1)`])
    return metrics.includes('time_on_page') ? [...sums, ...knownSums('engaged', 'engagedVisits', column('visitEngaged'))] : sums
  }

  /** Each once in a row: by their first row of the day, where that tells, else told apart. */
  function visitorsSql(column: Column): string {
    if (!isOfDays || !(isSimple || isByPage)) return `uniqExact(${column('visitor')})`
    const mark = column(isByPage ? 'pageMark' : 'mark')
    if (isOverall) return `countIf(${mark} = 2)`
    return isByVisit ? `uniqExact(${column('visitor')})` : `uniqExactIf(${column('visitor')}, ${mark} > 0)`
  }

  /** Whether rows of time are of home days. */
  function isByDay(): boolean {
    const isLong = dimensions.filter(isTimeDimension).every((dimension) => dimension !== 'time:hour' && dimension !== 'time:minute')
    return isLong && source.whole!.every(({ first, last }) => isOneDay(steps, first, last))
  }

  /** Whether there can be no entry that tells more than the hits of its visit do. */
  function isNothing(): boolean {
    return isByEntry && isRare && source.whole !== undefined
  }

  /** The deepest scroll of each visitor has to be known before it is added up. */
  function scrollStatement(): string {
    return source.select((reader) => {
      const { column } = reader
      const [scroll, visitor] = [column(isByVisit ? 'visitScroll' : 'scroll'), column('visitor')]
      const each = [...names.sql(reader, 'hit'), `max(${scroll}) AS deepest`].join(', ')
      const where = [...wheres(reader), `${scroll} >= 0`, ...(isByVisit ? [`${column('section')} = 0`] : [])].join(' AND ')
      const sums: SumSql[] = [['scroll', 'sum(deepest)'], ['scrolled', 'count()']]
      return (from) => `SELECT ${[...names.aliases, ...sums.map(aliased)].join(', ')} FROM (SELECT ${each} FROM ${from} WHERE ${where} GROUP BY ${[...names.aliases, visitor].join(', ')})${groupBy(names.aliases.join(', '))}`
    })
  }

  /** Visits that began in the range, by the values of their hits. */
  function visitsStatement(): string {
    return selectSums('visit', ({ column }) => bare([['visits', `uniqExact(${column('visit')})`]], []), ({ column }) => withinSql(source, column('start'), range))
  }

  /** Visits by their first hits: their entries, whatever their hits are. */
  function firstsStatement(): string {
    return selectSums('entry', ({ column }) => bare(visitSums(column, '1', '1').slice(1), []), ({ column }) => {
      const first = `${column('place')} = 1${source.whole === undefined ? '' : ` AND ${column('section')} = 0`}`
      return isRare ? `${first} AND NOT ${withinSql(source, column('entryTime'), range)}` : first
    })
  }

  /** Visits by their entries and the values of their hits, each once in a row. */
  function entriesStatement(): string {
    return source.select((reader) => {
      const { column } = reader
      const [visit, landed] = [column('visit'), entrySql(source, reader, filters)]
      const values = names.sql(reader, 'entry')
      const facts = `any(${column('views')}) AS views_, any(${column('duration')}) AS duration_, any(${column('bounced')}) AS bounced_, any(${landed}) AS landed_`
      const where = [...wheres(reader), withinSql(source, column('start'), range), ...(byPage ? [landed] : [])].join(' AND ')
      const ofRow = names.aliases.join(', ')
      const sums: SumSql[] = [
        ...(hasPage ? [] : [['visits', 'count()'] as const]),
        ['entered', 'count()'], ['enteredViews', 'sum(views_)'], ['enteredTime', 'sum(duration_)'], ['landed', 'sum(landed_)'], ['bounced', 'sumIf(bounced_, landed_)'],
      ]
      return (from) => `SELECT ${[...names.aliases, ...sums.map(aliased)].join(', ')} FROM (SELECT ${[...values, facts].join(', ')} FROM ${from} WHERE ${where} GROUP BY ${[...names.aliases, visit].join(', ')})${groupBy(ofRow)}`
    })
  }

  function selectSums(naming: Naming, write: (reader: RowReader) => (values: readonly string[], from: string) => string, more?: (reader: RowReader) => string): string {
    return source.select((reader) => {
      const values = names.sql(reader, naming)
      const finish = write(reader)
      const where = [...wheres(reader), ...(more === undefined ? [] : [more(reader)])].join(' AND ')
      return (from) => finish(values, `${from} WHERE ${where}`)
    })
  }

  function wheres(reader: RowReader): string[] {
    return [withinSql(source, reader.column('time'), range), filtersSql(source, reader, filters, query), ...names.conditions(reader)]
  }

  function bare(sums: readonly SumSql[], takings: readonly SumSql[]): (values: readonly string[], from: string) => string {
    return (values, from) => `SELECT ${[...values, ...sums.map(aliased), ...takings.map(takingsSql)].join(', ')} FROM ${from}${groupBy(names.aliases.join(', '))}`
  }
}

/** @param isOne which rows count: one of each visit. @param landed whether the visit did where it is asked about */
function visitSums(column: Column, isOne: string, landed: string): SumSql[] {
  return [
    ['visits', `countIf(${isOne})`],
    ['entered', `countIf(${isOne})`],
    ['enteredViews', `sumIf(${column('views')}, ${isOne})`],
    ['enteredTime', `sumIf(${column('duration')}, ${isOne})`],
    ['landed', `countIf(${isOne} AND ${landed})`],
    ['bounced', `sumIf(${column('bounced')}, ${isOne} AND ${landed})`],
  ]
}

/** What is known of rows, where -1 stands for what is not, and of how many it is. */
function knownSums(sum: string, count: string, value: string): SumSql[] {
  return [[sum, `sumIf(${value}, ${value} >= 0)`], [count, `countIf(${value} >= 0)`]]
}

function aliased([name, sql]: SumSql): string {
  return `${sql} AS sum_${name}`
}

/** Amounts as texts: they may have more digits than a number of JSON. */
function takingsSql([name, sql]: SumSql): string {
  return `(${sql} AS sums_of_takings).1 AS ${name}Currencies, arrayMap(amount -> toString(amount), sums_of_takings.2) AS ${name}Amounts, sums_of_takings.3 AS ${name}Counts`
}

/** Without dimensions there is one row, also of nothing. */
function groupBy(aliases: string): string {
  return aliases === '' ? '' : ` GROUP BY ${aliases}`
}
