import type { DropReason } from '@treadlight/protocol'
import type { Site } from '../sites/sites.ts'
import type { Totals } from '../metrics/totals.ts'
import type { DropCounts } from './dropCounts.ts'
import type { DropSamples } from './dropSamples.ts'

/** Told of every hit that is not stored. */
export interface Ledger {
  drop(site: Site, reason: DropReason, hit: { time: number; url: string; userAgent: string }): void
  /** @param field one of those that the protocol names */
  refuse(site: Site, field: string, time: number): void
}

export function createLedger(counts: DropCounts, samples: DropSamples, totals: Totals): Ledger {
  return {
    drop(site, reason, hit) {
      counts.drop(site, reason, hit.time)
      samples.add(site.id, reason, hit)
      totals.add('dropped', reason)
    },
    refuse(site, field, time) {
      counts.refuse(site, field, time)
      totals.add('refused', field)
    },
  }
}
