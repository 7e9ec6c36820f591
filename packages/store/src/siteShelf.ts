import type { ByteCache } from './byteCache.ts'
import { createDayCheck } from './dayCheck.ts'
import { createShelf, type Shelf } from './shelf.ts'
import type { Rollup } from './rollup/rollup.ts'
import { createShelfMakers, openIndexBody, openRollupBody } from './shelfMakers.ts'
import { shelve } from './shelve.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { sweepShelf } from './sweepShelf.ts'

/** The shelf of a site, with the upkeep of what is on it. */
export interface SiteShelf extends Shelf<Rollup> {
  /** See `shelve`. */
  shelve(force: boolean): Promise<number>
  /** See `sweepShelf`. */
  sweep(): Promise<{ deleted: number; waits: boolean; clean: boolean }>
}

export interface SiteShelfOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce' | 'grace' | 'settle'> {
  log: SiteLog
  /** See `CleanMemory`. */
  clean: Map<string, number>
  cache: ByteCache
}

export function createSiteShelf(options: SiteShelfOptions): SiteShelf {
  const { log, clean } = options
  const check = createDayCheck(log, clean)
  const shelf = createShelf<Rollup>({ ...options, check, openIndex: openIndexBody, openRollup: openRollupBody })
  const makers = createShelfMakers(log)
  const hopeless = new Map<string, number>()
  return {
    findIndexes: shelf.findIndexes,
    findRollups: shelf.findRollups,
    lose: shelf.lose,
    shelve: (force) => shelve({ ...options, shelf, check, makers, hopeless }, force),
    sweep: () => sweepShelf({ ...options, shelf }),
  }
}
