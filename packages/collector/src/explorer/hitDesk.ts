import type { HitPage, HitStore, StoredHit } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Goals } from '../goals/goals.ts'
import { createSegmentFinder, type Segments } from '../segments/segments.ts'
import type { Site } from '../sites/sites.ts'
import { firstHit } from '../stats/firstHit.ts'
import { QueryError } from '../stats/oneOf.ts'
import { describeHit, type DescribedHit } from './describeHit.ts'
import { readHitsRequest, type HitsParams } from './readHitsRequest.ts'

/** A page of hits, as the API says it. */
export interface HitsAnswer {
  site_id: string
  results: DescribedHit[]
  /** From 1 on; 1 where there is nothing. */
  page: number
  pages: number
  /** Hits on all pages. */
  total: number
  page_size: number
}

/** Where an owner looks at single hits. */
export interface HitDesk {
  /** A page behind the last is the last. @throws QueryError naming the parameter, the value and what is allowed */
  page(site: Pick<Site, 'id' | 'timezone'>, params: HitsParams): Promise<HitsAnswer>
  find(site: Pick<Site, 'id'>, id: string): Promise<DescribedHit | undefined>
}

export interface HitDeskOptions {
  store: Pick<HitStore, 'page' | 'find' | 'hits'>
  goals: Pick<Goals, 'list'>
  segments: Pick<Segments, 'list'>
  failures: Failures
  /** ms since 1970. */
  now: () => number
}

export function createHitDesk({ store, goals, segments, failures, now }: HitDeskOptions): HitDesk {
  const watch = <T>(answer: () => Promise<T>) => failures.watch('queries', answer, (error) => !(error instanceof QueryError))
  return {
    page: ({ id, timezone }, params) =>
      watch(async () => {
        const options = { site: id, timezone, now: now(), goals: await goals.list(id), findSegment: createSegmentFinder(await segments.list(id)), firstHit: () => firstHit(store, id) }
        const { filter, page, pageSize } = await readHitsRequest(params, options)
        const pageAt = (at: number): Promise<HitPage> => store.page({ ...filter, offset: (at - 1) * pageSize, limit: pageSize }).catch(refuse)
        const found = await pageAt(page)
        const pages = Math.max(1, Math.ceil(found.total / pageSize))
        const { hits, total } = page > pages ? await pageAt(pages) : found
        return { site_id: id, results: describeAll(hits), page: Math.min(page, pages), pages, total, page_size: pageSize }
      }),
    find: ({ id: site }, id) =>
      watch(async () => {
        const hit = await store.find(site, id)
        return hit && describeHit(hit)
      }),
  }
}

function describeAll(hits: readonly StoredHit[]): DescribedHit[] {
  return hits.map(describeHit)
}

/** What has no meaning for a listing, such as touches, the store says. */
function refuse(error: unknown): never {
  throw error instanceof RangeError ? new QueryError(`filters: ${error.message.replace(/^\[treadlight store\] /, '')}`, { cause: error }) : error
}
