import type { Batch } from '../batch.ts'
import { isAppendDriver } from '../batchWriter.ts'
import { holdsErased } from '../compaction.ts'
import type { SiteLog } from '../siteLog.ts'
import { finishInTurns } from '../steps.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { createItem } from '../values.ts'
import { encodePacked, formatPackedKey } from './packedValue.ts'
import { sweepPacked, type PackedMemory, type PackedSweepOptions } from './sweepPacked.ts'

type PackOptions = PackedSweepOptions & Pick<ResolvedStoreOptions, 'nonce'>

/** Fewer are parsed as fast as they are looked for. */
const leastFacts = 1000
/** So large a part more is worth to write all of them anew: what is written in all stays at nine times the facts, half a µs for each. */
const partWorthPacking = 1 / 8

/**
 * Writes the facts of batches that nobody adds to any more as they are held in memory, and anew when there are more by an
 * eighth: whoever opens the store has them at once, instead of parsing what came in a day and a half.
 *
 * @returns how many values are gone that others stand for
 */
export async function packBatches(log: SiteLog, options: PackOptions, memory: PackedMemory): Promise<number> {
  const isOutdated = [...memory.named].some((key) => !log.batches.has(key))
  if (!isOutdated && !isDue(settledOf(log, memory), memory)) return 0
  // Another process may have done it.
  const { deleted } = await sweepPacked(log, options, memory)
  if (!isDue(settledOf(log, memory), memory)) return deleted
  const packed = await measure(options, settledOf(log, memory).filter((batch) => !(log.marks.hasErasures && holdsErased(log, batch))))
  if (!isDue(packed.map(({ batch }) => batch), memory)) return deleted
  return (await write(log, options, packed)) ? deleted + (await sweepPacked(log, options, memory)).deleted : deleted
}

/**
 * Whole ones: of the others something is to be said when they are read. Whoever has written a batch knows sooner than others
 * that nobody adds to it.
 */
function settledOf(log: SiteLog, { named }: PackedMemory): Batch[] {
  const isWhole = (batch: Batch) => batch.count > 0 && !batch.damaged && batch.end === batch.size
  return [...log.batches.values()].filter((batch) => isWhole(batch) && (log.isSettled(batch) || named.has(batch.key)))
}

function isDue(batches: readonly Batch[], { named }: PackedMemory): boolean {
  let [known, news] = [0, 0]
  for (const { key, count } of batches) {
    if (named.has(key)) known += count
    else news += count
  }
  return news >= Math.max(leastFacts, known * partWorthPacking)
}

/** With the bytes that each has: of its own values a process knows only what it has written to them. */
async function measure({ storage }: PackOptions, batches: readonly Batch[]): Promise<{ batch: Batch; bytes: number }[]> {
  const measured: { batch: Batch; bytes: number }[] = []
  for (const batch of batches) {
    const known = batch.name.bytes || batch.size
    if (!isAppendDriver(storage.getMount(batch.key).driver)) {
      if (known > 0) measured.push({ batch, bytes: known })
      continue
    }
    const { size } = await storage.getMeta(batch.key, { nativeOnly: true })
    if (typeof size === 'number' && (known === 0 || size === known)) measured.push({ batch, bytes: size })
  }
  return measured
}

/** @returns false if something has changed meanwhile that it does not say */
async function write(log: SiteLog, { storage, now, nonce }: PackOptions, packed: readonly { batch: Batch; bytes: number }[]): Promise<boolean> {
  const { version } = log
  const value = await finishInTurns(() => encodePacked(packed))
  const key = formatPackedKey(log.site, now(), nonce(), value.length)
  if (!(await createItem(storage, key, value))) throw new Error(`[treadlight store] ${key} is taken`)
  // Whoever was erased since is not to be found in it, however long this has taken.
  await log.refreshNow()
  if (log.version === version && packed.every(({ batch }) => log.batches.get(batch.key) === batch)) return true
  await storage.removeItem(key)
  return false
}
