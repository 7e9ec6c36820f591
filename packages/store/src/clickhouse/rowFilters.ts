import { compileWanted, isComparison, isJoin, isNegated, type Comparison } from '../comparisons.ts'
import type { Filter, Query } from '../query.ts'
import { isOwnGoal, reachesSql } from './rowGoals.ts'
import type { RowReader, RowsSource } from './rowsSource.ts'
import { storedAs, valueSql } from './rowValues.ts'
import { comparisonSql } from './textTests.ts'

/** As far from 1970 as a Date gets, ms. */
const latest = 8.64e15

/** What filters mean depends on: see `FilterContext`. */
export interface FilterScope extends Pick<Query, 'range'> {
  goals?: Query['goals'] | undefined
}

/**
 * Whether a row, a hit of a visit, meets all filters: a condition, as `compileFilters` has it.
 * @throws RangeError for a pattern that does not compile
 */
export function filtersSql(source: RowsSource, reader: RowReader, filters: readonly Filter[], scope: FilterScope): string {
  return allOf(filters.map((filter) => filterSql(source, reader, filter, scope)))
}

/** Whether the visit of a row was entered at a page that the query asks for: see `compileEntryFilters`. */
export function entrySql({ params }: RowsSource, reader: RowReader, filters: readonly Filter[]): string {
  const tests = filters.filter(isComparison).filter(([, dimension]) => dimension === 'event:page')
  return allOf(tests.map((test) => comparisonSql(params, test, valueSql(params, reader, 'visit:entry_page'))))
}

/** Whether a row's time is in the range, which is the one that the source is of. */
export function withinSql({ params, whole }: RowsSource, time: string, { from, to }: Query['range']): string {
  if (whole !== undefined) return '1'
  return `(${time} >= ${momentSql(params, from)} AND ${time} < ${momentSql(params, to)})`
}

/** Whether a filter is about hits, not about whole visits. */
export function asksHits(filter: Filter): boolean {
  if (isComparison(filter)) return filter[1].startsWith('event:')
  if (isJoin(filter)) return filter[1].some(asksHits)
  return filter[0] === 'not' && asksHits(filter[1])
}

/** Times are whole. */
function momentSql(params: RowsSource['params'], time: number): string {
  return params.add('Int64', Math.ceil(Math.min(Math.max(time, -latest), latest)))
}

function filterSql(source: RowsSource, reader: RowReader, filter: Filter, scope: FilterScope): string {
  if (isComparison(filter)) return conditionSql(source, reader, filter, scope)
  if (isJoin(filter)) {
    const conditions = filter[1].map((each) => filterSql(source, reader, each, scope))
    return filter[0] === 'and' ? allOf(conditions) : someOf(conditions)
  }
  const [kind, operand] = filter
  if (kind === 'not') return `NOT ${filterSql(source, reader, operand, scope)}`
  return `${reader.column('visit')} ${kind === 'has_done' ? 'IN' : 'NOT IN'} ${doneSql(source, operand, scope)}`
}

function conditionSql(source: RowsSource, reader: RowReader, comparison: Comparison, { goals }: FilterScope): string {
  const [, dimension] = comparison
  if (dimension !== 'event:goal') return `(${comparisonSql(source.params, comparison, comparedSql(source, reader, comparison, dimension))})`
  const not = isNegated(comparison) ? 'NOT ' : ''
  if (goals !== undefined) return `${not}${reachesSql(source, reader, goals.filter(({ name }) => compileWanted(comparison)(name)))}`
  const named = comparisonSql(source.params, [isNegated(comparison) ? positive(comparison[0]) : comparison[0], ...comparison.slice(1)] as unknown as Comparison, reader.column('name'))
  return `${not}(${isOwnGoal(reader)} AND ${named})`
}

/** What a comparison looks at: where it names texts that are stored as they are, these. */
function comparedSql({ params }: RowsSource, reader: RowReader, [operator, , values, { caseSensitive = true } = {}]: Comparison, dimension: Exclude<Comparison[1], 'event:goal'>): string {
  const [column, empty] = storedAs(dimension) ?? []
  const isPlain = (operator === 'is' || operator === 'is_not') && caseSensitive && values.every((value) => value !== '' && value !== empty)
  return isPlain && column !== undefined ? reader.column(column) : valueSql(params, reader, dimension)
}

/** The visits of which some hit of the range meets a filter. */
function doneSql(source: RowsSource, filter: Filter, scope: FilterScope): string {
  return source.select((reader) => {
    const [visit, time] = [reader.column('visit'), reader.column('time')]
    const met = filterSql(source, reader, filter, scope)
    return (from) => `(SELECT ${visit} FROM ${from} WHERE ${withinSql(source, time, scope.range)} AND ${met})`
  })
}

function positive(operator: string): string {
  return operator.replace('_not', '')
}

function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '1' : `(${conditions.join(' AND ')})`
}

function someOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '0' : `(${conditions.join(' OR ')})`
}
