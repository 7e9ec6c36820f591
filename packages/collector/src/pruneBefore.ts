import type { PruneReport } from '@treadlight/store'
import type { AnyStore } from './openStore.ts'

export interface PruneBeforeOptions {
  /** Counts, deletes nothing. @default false */
  dryRun?: boolean
  /** Only so many of a site's hits stay besides, the newest. @default all */
  newest?: number | undefined
  /** ms since 1970. @default Date.now() */
  now?: number
}

/**
 * Deletes what is strictly older than a moment, whoever it is of (PT15), and beyond the newest so many (PT17).
 * @param moments ms since 1970, by site
 */
export async function pruneBefore(store: AnyStore, moments: ReadonlyMap<string, number>, { dryRun = false, newest, now = Date.now() }: PruneBeforeOptions = {}): Promise<PruneReport> {
  const total: PruneReport = { anonymous: 0, authenticated: 0, others: 0 }
  for (const [site, moment] of moments) {
    const age = now - moment
    const report = await store.prune({ anonymous: age, authenticated: age, ...(newest !== undefined && { newest }) }, { site, dryRun, now })
    for (const kind of ['anonymous', 'authenticated', 'others'] as const) total[kind] += report[kind]
  }
  return total
}
