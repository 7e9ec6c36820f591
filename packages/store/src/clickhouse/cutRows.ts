import { isTimeDimension } from '../dimensions.ts'
import type { Metric, Query } from '../query.ts'
import { codeUnitsSql } from './codeUnits.ts'

/** Metrics that a statement of `planSums` says as they are. */
const sums: Partial<Record<Metric, string>> = { visitors: 'sum_visitors', visits: 'sum_visits', pageviews: 'sum_pageviews', events: 'sum_events' }

/**
 * The same statement, but only for the rows up to the end of the page that is asked for, with the number of all in `allRows`: there may
 * be a million of them. In the order of `createAnswer`. Undefined where the server cannot tell the order.
 *
 * @param sql with all the rows of a query and all that their order needs
 */
export function cutSql(sql: string, { metrics, dimensions = [], orderBy, pagination: { limit = 10_000, offset = 0 } = {} }: Query): string | undefined {
  if (dimensions.length === 0 || dimensions.includes('event:goal')) return undefined
  const order: string[] = []
  for (const [key, direction] of orderBy ?? metrics.slice(0, 1).map((metric) => [metric, 'desc'] as const)) {
    const sum = key in sums ? sums[key as Metric] : undefined
    const index = dimensions.indexOf(key as (typeof dimensions)[number])
    // Visits may be told by another statement, if there are any.
    if (sum === undefined ? index === -1 : !sql.includes(` AS ${sum}`)) return undefined
    order.push(`${sum ?? dimensionSql(index)} ${direction}`)
  }
  order.push(...dimensions.map((_, index) => dimensionSql(index)))
  return `SELECT *, count() OVER () AS allRows FROM (${sql}) ORDER BY ${order.join(', ')} LIMIT ${Math.max(offset + limit, 1)}`

  function dimensionSql(index: number): string {
    return isTimeDimension(dimensions[index]!) ? `d${index}` : codeUnitsSql(`d${index}`)
  }
}
