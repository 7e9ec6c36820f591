import { maxBodyBytes } from '@treadlight/protocol'
import type { Query } from '@treadlight/store'
import { parseObject } from '../parseObject.ts'
import type { StatsAnswer } from '../stats/answerQuery.ts'
import type { TimeRange } from '../stats/dateRange.ts'
import { QueryError } from '../stats/oneOf.ts'
import { labelsOf, type StatsRequest } from '../stats/readQuery.ts'
import type { StatsDesk } from '../stats/statsDesk.ts'
import { writeCsv } from '../stats/writeCsv.ts'
import type { Sites } from '../sites/sites.ts'
import { readBody } from './readBody.ts'
import { failure, json, privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed } from './siteOfQuery.ts'

export interface QueryRouteOptions {
  sites: Sites
  desk: StatsDesk
}

/** `POST /api/v2/query`, in the shapes of Plausible's Stats API v2; as CSV for `accept: text/csv`. */
export function addQueryRoute(routes: Routes, { sites, desk }: QueryRouteOptions): void {
  routes.add('POST', '/api/v2/query', 'token stats', async (event) => {
    const read = await readBody(event)
    if (read === 'too large') return failure(413, `The body must be at most ${maxBodyBytes} bytes`, { connection: 'close' })
    const body = typeof read === 'string' ? undefined : parseObject(read.text)
    if (!body) return failure(400, 'The body must be a JSON object')
    const site = await siteNamed(sites, event, body['site_id'] ?? null)
    if (site instanceof Response) return site
    const answer = await orRefusal(desk.ask(site, body))
    if (answer instanceof Response) return answer
    if (/\btext\/csv\b/i.test(event.req.headers.get('accept') ?? '')) return csv(answer)
    return json({ results: answer.rows, meta: metaOf(answer), query: describeQuery(answer.request) })
  })
}

/** What was asked, or what is wrong with the question: 400. */
export async function orRefusal<T>(answer: Promise<T>): Promise<T | Response> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof QueryError) return failure(400, error.message)
    throw error
  }
}

/** What stands beside `pruned_before`. */
export const prunedWarning = 'Figures of before pruned_before are of the hits that retention has left: this question cannot be answered from the sums of whole days'

/** What stands beside `imports_skip_reason`. */
const skippedWarning = 'Imported days before imports_skipped_before are left out: this question cannot be answered from the sums of their days'

function metaOf({ request, totalRows, prunedBefore, importedBefore, importsSkippedBefore }: StatsAnswer): object {
  const { include, comparison } = request
  return {
    // Imported hits are hits, and counted like them.
    ...(include.imports && { imports_included: importedBefore !== undefined || importsSkippedBefore === undefined }),
    ...(importedBefore !== undefined && { imported_before: new Date(importedBefore).toISOString() }),
    ...(importsSkippedBefore !== undefined && { imports_skip_reason: 'unsupported_query', imports_skipped_before: new Date(importsSkippedBefore).toISOString(), imports_warning: skippedWarning }),
    ...(include.timeLabels && { time_labels: labelsOf(request) }),
    ...(include.timeLabels && comparison && { comparison_time_labels: labelsOf(request, comparison) }),
    ...(include.totalRows && { total_rows: totalRows }),
    ...(prunedBefore !== undefined && { pruned_before: new Date(prunedBefore).toISOString(), warning: prunedWarning }),
  }
}

/** The query as it was understood, with the ranges spelled out. */
function describeQuery({ query, filters, comparison }: StatsRequest): object {
  const { site, timezone, range, metrics, dimensions, orderBy, pagination }: Query = query
  return {
    site_id: site,
    timezone,
    date_range: times(range),
    ...(comparison && { comparison_date_range: times(comparison) }),
    metrics,
    dimensions,
    filters,
    order_by: orderBy,
    pagination,
  }
}

function times({ from, to }: TimeRange): [string, string] {
  return [new Date(from).toISOString(), new Date(to).toISOString()]
}

function csv(answer: StatsAnswer): Response {
  const { site, range } = answer.request.query
  const name = `treadlight-${site}-${times(range)[0].slice(0, 10)}.csv`
  const headers = { ...privateHeaders, 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` }
  return new Response(writeCsv(answer), { headers })
}
