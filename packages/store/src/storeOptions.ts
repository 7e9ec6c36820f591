import { randomBytes } from 'node:crypto'
import type { Storage } from 'unstorage'
import type { Durability } from './store.ts'
import type { StorageProblem } from './values.ts'

export interface StoreOptions {
  /** Where the values go: any unstorage storage, best on a driver that can `append`. */
  storage: Storage
  /** What the driver's word is worth: whoever picks the driver knows. See `openStorage`. */
  durability: Durability
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** Shows in keys who wrote, `[a-z0-9_-]+`. A random part is added: two writers of one name would overwrite each other. */
  writer?: string
  /**
   * How long an answer may lack hits that other processes have stored, in ms; 0 looks before every answer. Where looking
   * takes long it is done less often: after 20 times as long as it took, but at most 2 s. @default 250
   */
  refreshMs?: number
  /**
   * How long a value that is no longer needed stays for those who are still reading it, in ms. Longer than any listing,
   * and than a storage takes to show everybody what was written. @default 10 minutes
   */
  grace?: number
  /** After how long nobody can still be adding to a batch, in ms: ten minutes, and what clocks differ by. @default 20 minutes */
  settle?: number
  /** How many hits of a site may be in batches, which are kept in memory, before `append` has them compacted. @default 50_000 */
  compactAt?: number
  /** How many manifests are in no common value, or how many in it are gone, before `maintain` writes one anew. Only opening reads it. @default 32 */
  catalogAt?: number
  /** Whether the sums of a home day are kept when the first of its hits are pruned, and answered from. @default false */
  keepSums?: boolean
  /** Makes what is unique in names: 12 hex digits. @default random */
  nonce?: () => string
  /** Told of what went wrong while nobody was waiting for it. @default console.error */
  onError?: (error: unknown) => void
  /** Most bytes of hits that wait for the storage; beyond, `append` throws StoreBusyError. @default 16 MiB */
  maxWaitingBytes?: number
  /** Most hits that wait for the storage. @default 50_000 */
  maxWaitingHits?: number
  /** Told of every damaged frame or value, which is left out of the answers. @default ignored */
  onProblem?: (problem: StorageProblem) => void
}

export type ResolvedStoreOptions = Required<StoreOptions>

/** ms. */
export const defaultGrace: number = 10 * 60_000

/** @throws Error when the options cannot work */
export function resolveOptions(options: StoreOptions): ResolvedStoreOptions {
  const resolved: ResolvedStoreOptions = {
    now: Date.now,
    writer: 'w',
    refreshMs: 250,
    grace: defaultGrace,
    settle: 20 * 60_000,
    compactAt: 50_000,
    catalogAt: 32,
    keepSums: false,
    nonce: () => randomBytes(6).toString('hex'),
    onError: console.error,
    maxWaitingBytes: 16 * 1024 * 1024,
    maxWaitingHits: 50_000,
    onProblem: () => undefined,
    ...options,
  }
  if (!/^[a-z0-9_-]+$/.test(resolved.writer)) {
    throw new RangeError(`[treadlight store] writer ${JSON.stringify(resolved.writer)} must match [a-z0-9_-]+`)
  }
  const { driver } = resolved.storage.getMount('')
  // unstorage answers a write to a driver that cannot write as if it had worked.
  if (!driver.setItem && !driver.setItemRaw) {
    throw new Error(`[treadlight store] driver ${driver.name ?? ''} only reads: choose one that writes`)
  }
  return { ...resolved, writer: `${resolved.writer}-${resolved.nonce()}` }
}
