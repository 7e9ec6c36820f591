import type { ByteCache } from './byteCache.ts'
import { createCleanDays } from './cleanDays.ts'
import { createDayCheck } from './dayCheck.ts'
import { noteClean } from './noteClean.ts'
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
  /** See `noteClean`: what `shelve` has looked at. */
  noteClean(isThorough: boolean): Promise<number>
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
  const cleanDays = createCleanDays({ ...options, site: log.site, onProblem: log.report })
  const check = createDayCheck(log, clean, cleanDays)
  const shelf = createShelf<Rollup>({ ...options, check, openIndex: openIndexBody, openRollup: openRollupBody })
  const makers = createShelfMakers(log)
  const hopeless = new Map<string, number>()
  const noting = { log, shelf, check, cleanDays, noted: { sought: '', prints: new Set<string>() } }
  return {
    findIndexes: shelf.findIndexes,
    findRollups: shelf.findRollups,
    lose: shelf.lose,
    shelve: (force) => shelve({ ...options, shelf, check, makers, hopeless }, force),
    noteClean: (isThorough) => noteClean(noting, isThorough),
    sweep: () => sweepShelf({ ...options, shelf }),
  }
}
