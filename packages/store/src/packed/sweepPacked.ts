import { parseBatchKey } from '../keys.ts'
import type { SiteLog } from '../siteLog.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { parsePackedKey } from './packedValue.ts'
import { listPacked, readPacked, type ReadPackedOptions } from './readPacked.ts'

export type PackedSweepOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'settle' | 'grace'>

/** What upkeep remembers of a site's packed values between two rounds. */
export interface PackedMemory {
  /** What those that are there name: they never change. */
  values: Map<string, NamedBatches>
  /** The keys of the batches in the one that counts, as far as this process knows. */
  named: ReadonlySet<string>
}

interface NamedBatches {
  keys: readonly string[]
  facts: number
}

/**
 * Deletes packed values that say less than another, and those of which a batch is no more: nobody takes anything from
 * them, and an erased person, or what was pruned, may be in them. At once, since whoever misses one reads the batches.
 *
 * @returns how many are gone, whether others have to wait, and whether no erased person can be in any that is left unless
 *   in its batches as well
 * @throws Error if something is still there after its deletion
 */
export async function sweepPacked(log: SiteLog, options: PackedSweepOptions, memory: PackedMemory): Promise<{ deleted: number; waits: boolean; clean: boolean }> {
  const { storage, now, grace } = options
  const begun = now()
  const reading: ReadPackedOptions = { ...options, site: log.site, onProblem: log.report }
  const spare: string[] = []
  let waiting = 0
  let [best, most] = ['', 0]
  const keys = await listPacked(reading)
  for (const key of memory.values.keys()) if (!keys.includes(key)) memory.values.delete(key)
  for (const key of keys) {
    const named = memory.values.get(key) ?? (await readNamed(key))
    if (named === undefined) continue
    const fate = typeof named === 'string' ? fateOfOther(named) : fateOf(key, named)
    if (fate === 'waits') waiting++
    if (fate === 'goes') spare.push(key)
    if (typeof named === 'string' || fate !== 'stays') continue
    // Of two that are as good the newer one.
    if (named.facts > most) {
      if (best !== '') spare.push(best)
      ;[best, most] = [key, named.facts]
    } else spare.push(key)
  }
  for (const key of spare) await storage.removeItem(key)
  if (spare.length > 0) await assertGone()
  memory.named = new Set(memory.values.get(best)?.keys)
  return { deleted: spare.length, waits: waiting > 0, clean: waiting === 0 }

  async function readNamed(key: string): Promise<NamedBatches | 'damaged' | 'later' | 'young' | undefined> {
    const value = await readPacked(key, reading)
    if (value === undefined || typeof value === 'string') return value
    const { batches } = value.head
    const named = { keys: batches.map((batch) => batch.key), facts: batches.reduce((sum, { count }) => sum + count, 0) }
    memory.values.set(key, named)
    return named
  }

  function fateOfOther(what: 'damaged' | 'later' | 'young'): 'stays' | 'goes' | 'waits' {
    if (what === 'young') return 'waits'
    // Of another version nobody here knows who is in it.
    return what === 'later' && log.openErasures().length === 0 ? 'stays' : 'goes'
  }

  function fateOf(key: string, { keys }: NamedBatches): 'stays' | 'goes' | 'waits' {
    if (keys.some(isOver)) return 'goes'
    if (keys.every((batch) => log.batches.has(batch))) return 'stays'
    // They may have been listed late.
    return parsePackedKey(key)!.time + grace < begun ? 'goes' : 'waits'
  }

  /** Whether the facts of a batch are in segments. */
  function isOver(key: string): boolean {
    const name = parseBatchKey(key)
    return name === undefined || log.catalog.coveredAt(name) !== undefined
  }

  async function assertGone(): Promise<void> {
    const listed = await listPacked(reading)
    const still = spare.find((key) => listed.includes(key))
    if (still !== undefined) throw new Error(`[treadlight store] ${still} is still there after its deletion: check the rights of the storage`)
  }
}
