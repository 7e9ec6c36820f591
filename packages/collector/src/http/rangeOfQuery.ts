import type { H3Event } from 'h3'
import type { Site } from '../sites/sites.ts'
import { rangeNames, resolveDateRange, type TimeRange } from '../stats/dateRange.ts'
import { quote } from '../stats/oneOf.ts'
import { failure } from './respond.ts'

/**
 * The moments that `date_range` of a query stands for, by default the last 30 days: one of the names, or two days with a comma
 * between them. Or the answer that it is neither.
 * @param now ms since 1970
 */
export function rangeOfQuery({ url }: Pick<H3Event, 'url'>, { timezone }: Pick<Site, 'timezone'>, now: number): TimeRange | Response {
  const wanted = url.searchParams.get('date_range') ?? '30d'
  const range = resolveDateRange(wanted.includes(',') ? wanted.split(',') : wanted, timezone, now)
  return range ?? failure(400, `date_range: ${quote(wanted)} is unknown; it must be one of ${rangeNames.join(', ')}, or two days as 2026-01-01,2026-01-31`)
}
