import type { StorageProblem } from '@treadlight/store'
import { isLoss } from '../damage.ts'
import { countRows, createExport } from '../export/createExport.ts'
import { createExportBody } from '../export/exportBody.ts'
import { rangeOfDays } from '../export/exportDays.ts'
import { createExportJobs, type ExportJob, type ExportJobs } from '../export/exportJobs.ts'
import { exportFileName, readExportRequest, type ExportRequest } from '../export/exportRequest.ts'
import { formatKinds } from '../export/formats.ts'
import type { AnyStore } from '../openStore.ts'
import type { Peers } from '../peers.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { failure, json, privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface ExportRoutesOptions {
  store: AnyStore
  sites: Sites
  /** What was found damaged so far; it grows. */
  problems: readonly StorageProblem[]
  /** The other workers: any of them may be the one that exports. */
  peers: Peers
  onError: (error: unknown) => void
  /** @default those of this collector alone */
  jobs?: ExportJobs
}

/**
 * `GET /api/export?site_id=…&format=csv|ndjson|parquet&anonymize=1&from=YYYY-MM-DD&to=YYYY-MM-DD&id=…`: a site's hits as a
 * download, with `user`, `session` or `visitor` those of one person; and `GET /api/exports`: how far the downloads are.
 */
export function addExportRoutes(routes: Routes, { store, sites, problems, peers, onError, jobs = createExportJobs() }: ExportRoutesOptions): void {
  peers.onAsked('exports', () => jobs.list())

  routes.add('GET', '/api/export', 'token export', async (event) => {
    const request = readExportRequest(event.url.searchParams)
    if (typeof request === 'string') return failure(400, request)
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    return download(site, request)
  })

  routes.add('GET', '/api/exports', 'owner', async () => {
    // As many as there are workers, and each has a bounded list.
    const lists = (await peers.ask('exports').catch(() => [jobs.list()])) as (ExportJob[] | undefined)[]
    return json(lists.flatMap((list) => list ?? []))
  })

  async function download(site: Site, request: ExportRequest): Promise<Response> {
    const { format, anonymize, person, id } = request
    const where = { site: site.id, person, ...rangeOfDays(site.timezone, request) }
    const job = jobs.begin({ id, format, of: null })
    if (job === undefined) return failure(503, 'As many exports as may run at once are running: try again when one is done', { 'retry-after': '30' })
    const lost = problems.filter(isLoss).length
    const headers = {
      ...privateHeaders,
      'content-type': formatKinds[format].contentType,
      'content-disposition': `attachment; filename="${exportFileName(site.id, request)}"`,
    }
    try {
      job.of = (await countRows(store, where)) ?? null
      const pieces = createExport(store, { ...where, format, anonymize })
      const body = await createExportBody({ pieces, job, onError, isWhole: () => problems.filter(isLoss).length === lost })
      return new Response(body, { headers })
    } catch (error) {
      job.state = 'failed'
      throw error
    }
  }
}
