import type { FunnelQuery, FunnelResult, JourneyQuery, JourneyResult, VisitQuestion } from '@treadlight/store'
import { prunedWarning } from '../http/queryRoute.ts'
import { describeFunnel } from './describeFunnel.ts'
import type { VisitAnswer } from './visitDesk.ts'

/** What `POST /api/funnel` and `treadlight funnel show --json` answer. @param filters as they were asked for */
export function writeFunnel({ query, result }: VisitAnswer<FunnelQuery, FunnelResult>, filters: unknown): object {
  const { visitors, visits } = result
  return { visitors, visits, steps: describeFunnel(query.steps, result), meta: metaOf(result), query: { ...describe(query, filters), steps: query.steps } }
}

/** The same of `POST /api/journeys` and `treadlight journeys --json`. */
export function writeJourneys({ query, result }: VisitAnswer<JourneyQuery, JourneyResult>, filters: unknown): object {
  const { visits, started, columns } = result
  const { from, direction, along, events, depth, branches } = query
  return { visits, started, columns, meta: metaOf(result), query: { ...describe(query, filters), ...(from && { from }), direction, along, events, depth, branches } }
}

function describe({ site, timezone, range }: VisitQuestion, filters: unknown): object {
  return { site_id: site, timezone, date_range: [range.from, range.to].map((time) => new Date(time).toISOString()), filters: filters ?? [] }
}

function metaOf({ prunedBefore }: { prunedBefore?: number }): object {
  return prunedBefore === undefined ? {} : { pruned_before: new Date(prunedBefore).toISOString(), warning: prunedWarning }
}
