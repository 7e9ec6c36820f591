import { isHitKey, isPortable, openStorage, type HitStore, type Portable, type StorageProblem } from '@treadlight/store'
import { isThere, openExistingStorage, openNewStorage, type OpenStorage } from '../openStore.ts'
import { ConfigError } from '../settings.ts'
import type { Place } from './readPlace.ts'

export interface MigrateOptions {
  from: Place
  to: Place
  /** Says what would be done, does nothing. */
  dryRun: boolean
  /** Compares only. */
  verifyOnly: boolean
  /** Leaves the sums of pruned days behind, where the destination has no place for them. */
  withoutSums: boolean
  signal: AbortSignal
  /** Told how far it is. */
  show: (text: () => string) => void
}

/** Both places, opened. */
export interface Opened {
  from: OpenStorage
  to: OpenStorage
  /** Whether hits go one by one, since the two kinds of stores keep them in different ways. */
  byFacts: boolean
  /** Which values of the storages are copied; undefined where small values stay where they are. */
  filter: ((key: string) => boolean) | undefined
}

/** Sums that pruning has left. */
export const sumsKey: RegExp = /^[a-z0-9_-]+:kept:/

/** @throws ConfigError where one of them cannot be opened */
export async function openPlaces({ from, to, dryRun, verifyOnly }: MigrateOptions): Promise<Opened> {
  const source = await openExistingStorage(from.config)
  const byFacts = [from, to].some(({ config }) => config.store.type !== 'storage')
  const isShared = from.storage === to.storage
  const filter = isShared ? undefined : byFacts ? (key: string) => !isHitKey(key) : () => true
  // To look must make no file.
  const destination = verifyOnly ? await openExistingStorage(to.config) : dryRun && !isThere(to.config) ? await emptyStorage() : await openNewStorage(to.config)
  return { from: source, to: destination, byFacts, filter }
}

/** Opens the store in a storage. It is to be closed; the storage stays open. */
export async function openPortable(
  opened: OpenStorage,
  { name }: Pick<Place, 'name'>,
  { readOnly = false, problems = [] }: { readOnly?: boolean; problems?: StorageProblem[] } = {},
): Promise<{ store: HitStore & Portable & Partial<CountsAbout>; values: Awaited<ReturnType<OpenStorage['open']>>['values'] }> {
  const { store, values } = await opened.open({ readOnly, onProblem: (problem) => void problems.push(problem) })
  if (!isPortable(store)) throw new ConfigError(`${name}: what this kind of store has cannot be handed over`)
  return { store, values }
}

/** What a store may be able to say at once. */
export interface CountsAbout {
  countAbout(filter: { site: string }): Promise<number>
}

/** For a destination that is not there yet. */
async function emptyStorage(): Promise<OpenStorage> {
  const opened = await openStorage({ driver: 'memory' })
  return { ...opened, failing: [], open: () => Promise.reject(new Error('there is nothing to open')), close: () => opened.storage.dispose() }
}
