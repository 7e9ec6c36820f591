import type { StorageProblem } from '@treadlight/store'
import { isLoss } from '../damage.ts'
import { createExportBody } from '../export/exportBody.ts'
import { createExportJobs } from '../export/exportJobs.ts'
import type { AnyStore } from '../openStore.ts'
import { TooManyEntries } from '../reports/entries.ts'
import { pagetimerTable } from '../reports/pagetimerTable.ts'
import { entriesOf } from '../reports/report.ts'
import { writeTable } from '../reports/table.ts'
import type { Site, Sites } from '../sites/sites.ts'
import type { TimeRange } from '../stats/dateRange.ts'
import { filterEntries } from '../visits/filterEntries.ts'
import { listVisits, visitsPerPage } from '../visits/recentVisits.ts'
import { createVisitDays } from '../visits/visitDays.ts'
import { describeVisits, readVisitRequest, type VisitRequest } from '../visits/visitRequest.ts'
import { rangeOfQuery } from './rangeOfQuery.ts'
import { failure, json, privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface VisitRoutesOptions {
  store: AnyStore
  sites: Sites
  /** What was found damaged so far; it grows. */
  problems: readonly StorageProblem[]
  /** ms since 1970. */
  now: () => number
  onError: (error: unknown) => void
}

/** Hits of a period that are read for one page: some half a minute, and its distinct sessions stay in memory. */
const mostHits = 5_000_000

/**
 * `GET /api/visits?site_id=&date_range=30d&username=&session_key=&ipaddress=&path=&page=1&interval=60&format=json|csv`: who was
 * on which page, newest first, with django-pagetimer's figures (PT09); as CSV all of it, oldest first, as its download (PT13).
 */
export function addVisitRoutes(routes: Routes, { store, sites, problems, now, onError }: VisitRoutesOptions): void {
  const days = createVisitDays(store)
  const jobs = createExportJobs()

  routes.add('GET', '/api/visits', 'token export', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const { searchParams } = event.url
    const request = readVisitRequest((name) => searchParams.get(name) ?? undefined)
    if (typeof request === 'string') return failure(400, request)
    const range = rangeOfQuery(event, site, now())
    if (range instanceof Response) return range
    const format = searchParams.get('format') ?? 'json'
    if (format !== 'csv' && format !== 'json') return failure(400, 'format: must be json or csv')
    try {
      return format === 'csv' ? await download(site, range, request) : await show(site, range, request)
    } catch (error) {
      if (!(error instanceof TooManyEntries)) throw error
      return failure(400, `interval: ${request.interval / 1000} s makes more entries of a day than are held at once; ask by a longer one, or for other days`)
    }
  })

  async function show(site: Site, range: TimeRange, request: VisitRequest): Promise<Response> {
    const question = { site: site.id, ...range, ...request }
    const hits = await days.countAbout(question)
    if (hits > mostHits) return failure(400, `date_range: has about ${hits} hits, more than the ${mostHits} that are read at once; ask for fewer days, or for all as CSV (format=csv)`)
    return json({ site_id: site.id, ...describeVisits(await listVisits(days, question), visitsPerPage) })
  }

  async function download({ id }: Site, range: TimeRange, { filters, interval }: VisitRequest): Promise<Response> {
    const job = jobs.begin({ id: undefined, format: 'csv', of: null })
    if (job === undefined) return failure(503, 'As many downloads as may run at once are running: try again when one is done', { 'retry-after': '30' })
    const lost = problems.filter(isLoss).length
    const pieces = writeTable(pagetimerTable(filterEntries(entriesOf(store, { site: id, ...range, interval }), filters)), 'csv')
    const body = await createExportBody({ pieces, job, onError, isWhole: () => problems.filter(isLoss).length === lost })
    return new Response(body, {
      headers: { ...privateHeaders, 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename=pagevisits.csv' },
    })
  }
}
