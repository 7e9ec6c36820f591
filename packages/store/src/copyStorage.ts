import type { Buffer } from 'node:buffer'
import type { Storage } from 'unstorage'
import { isAppendDriver } from './batchWriter.ts'
import { readFrames } from './frame.ts'
import { isForeignKey, parseBatchKey } from './keys.ts'
import { createItem, listKeys, readBytes } from './values.ts'

export interface CopyOptions {
  /**
   * Deletes from the copy what the original no longer has, once everything else is there: so that what was erased or pruned
   * since an earlier copy goes from that too.
   * @default false
   */
  mirror?: boolean
  /** Called after every value. */
  progress?: (done: CopyReport & { total: number }) => void
  /** Ends it early; the next copy goes on from there. */
  signal?: AbortSignal
}

export interface CopyReport {
  /** Values that the copy has of the original. */
  values: number
  /** How many of these were written or made longer now, and the bytes of that. */
  copied: number
  bytes: number
  /** Values that the original no longer has, deleted from the copy. */
  removed: number
}

/** What is derived of segments, which any collector makes anew; what somebody merely tries out; and what waits for other systems, which would have it twice. */
const passedOver = /^(?:[a-z0-9_-]{1,64}:(?:index|rollup|persons|catalog|packed|clean):|(?:doctor|probe|forwarding):)/
const kindPattern = /^[a-z0-9_-]{1,64}:(batch|manifest|segment|link|erasure|pruning|kept):/

/** Values on their way at once: segments are some megabytes each. */
const parallel = 8
/** How often what is listed may vanish before it is copied: each time, less is left to copy. */
const mostRounds = 50

/**
 * Copies all values of a storage to another one, beside any number of collectors that write, compact and delete there. What
 * was acknowledged before it begins is in the copy. It reads as every reader does: batches are listed before manifests, those
 * before what they name, and everything again when something has gone meanwhile, since what replaced it is there by then.
 *
 * What is there already stays as it is: so a copy may be killed and made again, and another one later costs only what is new.
 * Nobody else may write to the copy meanwhile.
 *
 * @throws Error where values keep vanishing, where the copy is one of another storage, or what either storage throws
 * @example
 * const copy = await openStorage({ driver: 'fs', base: './backup' })
 * console.log(await copyStorage(opened.storage, copy.storage, { mirror: true }))
 */
export async function copyStorage(from: Storage, to: Storage, { mirror = false, progress, signal }: CopyOptions = {}): Promise<CopyReport> {
  const report: CopyReport = { values: 0, copied: 0, bytes: 0, removed: 0 }
  const isOver = (): boolean => signal?.aborted === true
  const there = new Set(await listKeys(to, ''))
  const done = new Set<string>()
  for (let round = 1; !isOver(); round++) {
    const wanted = await listForCopy(from)
    if (round === 1 && mirror) await assertSame(from, to, wanted.filter((key) => there.has(key)), there)
    // What a manifest names is there before it is, as whoever wrote it has it.
    const order = wanted.toSorted((a, b) => rankOf(a) - rankOf(b))
    const isWhole = await copyAll(order)
    if (isWhole) return mirror ? removeOthers(new Set(wanted)) : report
    if (round === mostRounds && !isOver()) throw new Error('[treadlight store] values kept vanishing while they were copied: check the storage driver')
  }
  return report

  /** False if something has gone since it was listed, or if it is to end. */
  async function copyAll(keys: readonly string[]): Promise<boolean> {
    let isWhole = true
    const total = keys.length
    for (let start = 0; start < total; start += parallel) {
      if (isOver()) return false
      const group = keys.slice(start, start + parallel).filter((key) => !done.has(key))
      for (const found of await Promise.all(group.map(copyOne))) isWhole &&= found
      progress?.({ ...report, values: done.size, total })
    }
    report.values = total
    return isWhole
  }

  async function copyOne(key: string): Promise<boolean> {
    if (!there.has(key) || mayGrow(key)) {
      const read = await readBytes(from, key)
      if (read === undefined) return false
      const bytes = parseBatchKey(key) === undefined ? read : withoutTornEnd(read)
      const written = there.has(key) ? await lengthen(to, key, bytes) : await create(key, bytes)
      if (written > 0) report.copied++
      report.bytes += written
    }
    there.add(key)
    done.add(key)
    return true
  }

  async function create(key: string, bytes: Buffer): Promise<number> {
    await createItem(to, key, bytes)
    return bytes.length
  }

  /** In the order in which upkeep deletes: a manifest says of the others that they do not count. */
  async function removeOthers(wanted: ReadonlySet<string>): Promise<CopyReport> {
    const others = [...there].filter((key) => isCopied(key) && !wanted.has(key)).toSorted((a, b) => rankOf(a) - rankOf(b))
    for (const key of others) {
      if (isOver()) break
      await to.removeItem(key)
      report.removed++
    }
    return report
  }
}

/** Everything that is to be copied, as far as it matters in an order in which nothing that moves meanwhile is missed. */
async function listForCopy(storage: Storage): Promise<string[]> {
  const keys = new Set<string>()
  const passes = [['batch'], ['manifest', 'link', 'none'], ['segment', 'erasure', 'pruning'], ['kept']]
  for (const kinds of passes) {
    for (const key of await listKeys(storage, '')) if (kinds.includes(kindOf(key)) && isCopied(key)) keys.add(key)
  }
  return [...keys]
}

/** `none`: what is not of a site’s hits, such as accounts and salts. */
function kindOf(key: string): string {
  return kindPattern.exec(key)?.[1] ?? 'none'
}

function isCopied(key: string): boolean {
  return !passedOver.test(key) && !isForeignKey(key)
}

/** What is of one storage alone first, so that a copy that was killed is known for what it is. */
const ranks = ['none', 'batch', 'segment', 'kept', 'link', 'erasure', 'pruning', 'manifest']

function rankOf(key: string): number {
  return ranks.indexOf(kindOf(key))
}

/** Of all values only batches do, as long as they are no gathered ones. */
function mayGrow(key: string): boolean {
  return parseBatchKey(key)?.bytes === 0
}

/** A write that is under way, or was cut off: nobody was told that it had worked. What a later version has written is not looked at. */
function withoutTornEnd(bytes: Buffer): Buffer {
  try {
    const last = readFrames(bytes).problems.at(-1)
    return last?.reason === 'torn' ? bytes.subarray(0, last.offset) : bytes
  } catch {
    return bytes
  }
}

/** Adds what the copy of a batch lacks. @returns how many bytes that was; 0 also where the copy has more */
async function lengthen(to: Storage, key: string, bytes: Buffer): Promise<number> {
  const had = (await readBytes(to, key))?.length ?? 0
  if (had >= bytes.length) return 0
  const { driver, base } = to.getMount(key)
  if (isAppendDriver(driver)) await driver.append(key.slice(base.length), bytes.subarray(had))
  else {
    await to.removeItem(key)
    await createItem(to, key, bytes)
  }
  return bytes.length - had
}

/**
 * An empty folder, as after a disk was lost, must not empty its backup; nor a collector that has started on one.
 * @throws Error where the copy has values and none of them are the original's
 */
async function assertSame(from: Storage, to: Storage, common: readonly string[], there: ReadonlySet<string>): Promise<void> {
  if (![...there].some(isCopied)) return
  for (const key of common) {
    // Every storage has one of this name; what is in it is its own.
    if (!key.startsWith('account:') || (await readBytes(from, key))?.equals((await readBytes(to, key)) ?? new Uint8Array()) === true) return
  }
  throw new Error('[treadlight store] the copy has no value in common with the storage: it is one of another storage, or this one was emptied; name another folder')
}
