import type { Answer } from './answer.ts'
import type { Query } from './api.ts'
import { hidesEmpty, type TabDimension } from './panels.ts'
import { useQuery } from './scope.ts'
import type { Row } from './series.ts'

/** A stretch of the values of a dimension, those with the most visitors first. */
export interface List {
  /** Not the wanted one while the list is stale. */
  dimension: TabDimension
  /** Visitors, percentage and pageviews per value. */
  rows: Row[]
  /** Where the stretch begins and ends among all values, before any is left out. */
  offset: number
  reached: number
  /** Values there are. */
  total: number
}

/** Fetches a stretch of a list and keeps it up to date. */
export function useList(dimension: TabDimension, pagination: NonNullable<Query['pagination']>): Answer<List> {
  const { value, ...answer } = useQuery({
    metrics: ['visitors', 'percentage', 'pageviews'],
    dimensions: [dimension] as const,
    // The second order keeps rows of equal visitors where they are when the page refreshes itself.
    order_by: [
      ['visitors', 'desc'],
      [dimension, 'asc'],
    ],
    include: { total_rows: true },
    pagination,
  })
  if (!value) return answer
  const { results, meta, asked } = value
  const [shown] = asked.dimensions
  const rows = results.filter((row) => row.dimensions[0] !== '' || !hidesEmpty(shown))
  const offset = asked.pagination.offset ?? 0
  const reached = offset + results.length
  return { ...answer, value: { dimension: shown, rows, offset, reached, total: meta.total_rows ?? reached } }
}
