import type { Query, QueryRow } from '@treadlight/store'

/**
 * Rows in the order of a query, ties by the dimensions upwards, as stores have it: for rows that are no store's own.
 * Every key of the order must be one of the query's metrics or dimensions.
 */
export function sortRows<Row extends QueryRow>(rows: readonly Row[], { metrics, dimensions = [], orderBy = [] }: Query): Row[] {
  const keys = [...orderBy, ...dimensions.map((dimension) => [dimension, 'asc'] as const)]
  const columns = keys.map(([key, direction]) => ({
    metric: (metrics as readonly string[]).indexOf(key),
    dimension: (dimensions as readonly string[]).indexOf(key),
    sign: direction === 'asc' ? 1 : -1,
  }))
  return rows.toSorted((a, b) => {
    for (const { metric, dimension, sign } of columns) {
      const order = metric === -1 ? compareTexts(a.dimensions[dimension], b.dimensions[dimension]) : compareValues(a.metrics[metric], b.metrics[metric])
      if (order !== 0) return sign * order
    }
    return 0
  })
}

function compareTexts(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Null is less than any number. */
function compareValues(a: number | null = null, b: number | null = null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return a - b
}
