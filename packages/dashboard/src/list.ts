import type { Answer } from './answer.ts'
import type { Cell, Column } from './columns.ts'
import type { ApiFilter, Dimension } from './filter.ts'
import { type Question, useQuery } from './scope.ts'
import { searchFilters } from './searchFilters.ts'

/** A column and which end of it comes first. */
export type Order = readonly [column: Column, direction: 'asc' | 'desc']

export const mostVisitors: Order = ['visitors', 'desc']

/** A stretch of the values of a dimension. */
export interface ListQuestion {
  dimension: Dimension
  columns: readonly Column[]
  limit: number
  offset?: number
  /** Only values whose name contains it. */
  search?: string
  /** @default the most visitors first */
  order?: Order
}

export interface ListRow {
  value: string
  /** In the order of the columns. */
  cells: readonly Cell[]
  /** The cells of the period that is compared with, where one is. */
  before?: readonly Cell[] | undefined
}

/** The answer to a {@link ListQuestion}. */
export interface List {
  /** Not the wanted ones while the list is stale. */
  dimension: Dimension
  columns: readonly Column[]
  rows: ListRow[]
  /** Where the stretch begins and ends among all values, before any is left out. */
  offset: number
  reached: number
  /** Values there are. */
  total: number
  /** Whether there are imported days that say nothing of these values. */
  lacksImports: boolean
}

/** Fetches a stretch of a list and keeps it up to date. */
export function useList(question: ListQuestion): Answer<List> {
  const { value, ...answer } = useQuery(listQuery(question))
  if (!value) return answer
  const { results, meta, asked } = value
  const [dimension] = asked.dimensions
  const all: ListRow[] = results.map((row) => ({ value: row.dimensions[0] ?? '', cells: row.metrics, before: row.comparison?.metrics }))
  const rows = all.filter((row) => !isHidden(dimension, row, all))
  const offset = asked.pagination.offset ?? 0
  const reached = offset + results.length
  return { ...answer, value: withoutMoney({ dimension, columns: asked.metrics, rows, offset, reached, total: meta.total_rows ?? reached, lacksImports: meta.imports_skipped_before !== undefined }) }
}

/** A question to the stats API, beside what everything on the page has in common. */
export interface ListQuery extends Question {
  dimensions: readonly [Dimension]
  pagination: { limit: number; offset: number }
}

export function listQuery({ dimension, columns, limit, offset = 0, search = '', order = mostVisitors }: ListQuestion): ListQuery {
  const filters = [...ownFilters(dimension), ...searchFilters(dimension, search)]
  return {
    // Below a search the share would be one of those found.
    metrics: columns.filter((column) => column !== 'percentage' || search === ''),
    dimensions: [dimension],
    ...narrowBy(filters),
    // The second order keeps rows of equal numbers where they are when the page refreshes itself.
    order_by: [order, [dimension, 'asc']],
    include: { total_rows: true },
    pagination: { limit, offset },
  }
}

function narrowBy([first, ...others]: readonly ApiFilter[]): Pick<Question, 'narrow'> {
  if (!first) return {}
  return { narrow: others.length > 0 ? ['and', [first, ...others]] : first }
}

/** Pageviews are no event of the site's own making. */
function ownFilters(dimension: Dimension): ApiFilter[] {
  return dimension === 'event:name' ? [['is_not', dimension, ['pageview']]] : []
}

/** The API's word for what has no value. */
const notSet = /^(\(not set\)|\(none\)|)$/

/** Most links carry no campaign and most events no such prop; and a list of nothing but what is unknown says nothing. */
function isHidden(dimension: Dimension, { value, cells }: ListRow, all: readonly ListRow[]): boolean {
  // Below a filter by event or goal, pages that its visitors saw have a row as well.
  if (cells[0] === 0) return true
  if (!notSet.test(value)) return false
  return all.length === 1 || dimension.startsWith('visit:utm_') || dimension.startsWith('event:props:')
}

/** Without columns of money where none of the rows has any: most sites sell nothing. */
function withoutMoney(list: List): List {
  const isMoney = (column: Column): boolean => column === 'total_revenue' || column === 'average_revenue'
  if (!list.columns.some(isMoney)) return list
  const kept = list.columns.map((column, index) => !isMoney(column) || list.rows.some(({ cells }) => cells[index] != null && cells[index] !== 0))
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, index) => kept[index])
  const rows = list.rows.map((row) => ({ ...row, cells: keep(row.cells), before: row.before && keep(row.before) }))
  return { ...list, columns: keep(list.columns), rows }
}
