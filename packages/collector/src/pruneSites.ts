import type { PruneReport, RetentionPolicy } from '@treadlight/store'
import type { AnyStore } from './openStore.ts'

export interface PruneSitesOptions {
  /** Counts, deletes nothing. @default false */
  dryRun?: boolean
  /** Sites whose hits stay however old they are: those that are made up. */
  except: readonly string[]
}

/** Deletes what retention no longer allows, of every site but some. */
export async function pruneSites(store: AnyStore, policy: RetentionPolicy, { dryRun = false, except }: PruneSitesOptions): Promise<PruneReport> {
  if (except.length === 0 || !store.sites) return store.prune(policy, { dryRun })
  const total: PruneReport = { anonymous: 0, authenticated: 0, others: 0 }
  for (const site of await store.sites()) {
    if (except.includes(site)) continue
    const report = await store.prune(policy, { site, dryRun })
    for (const kind of ['anonymous', 'authenticated', 'others'] as const) total[kind] += report[kind]
  }
  return total
}
