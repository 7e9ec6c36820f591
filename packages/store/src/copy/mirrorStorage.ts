import type { Buffer } from 'node:buffer'
import type { Storage } from 'unstorage'
import { hasBytes } from '../batch.ts'
import { isAppendDriver } from '../batchWriter.ts'
import { createItem, listKeys, readBytes } from '../values.ts'
import { readCopyJournal, type CopyJournal } from './copyJournal.ts'
import { isCopied, kindOf, mayGrow, orderOfRemoval, orderOfWriting } from './copyOrder.ts'

export interface MirrorOptions {
  from: Storage
  /** Empty, or begun by the same copy. */
  to: Storage
  /** Where `from` is, in words that are the same in every run and hold no secret. */
  source: string
  /** Which values. @default all */
  filter?: (key: string) => boolean
  /** Says what would be done, does nothing. @default false */
  dryRun?: boolean
  /** Ends it between two values; a second run goes on. */
  signal?: AbortSignal
  /** Told after each value. */
  onProgress?: (done: MirrorProgress) => void
  /** Values under way at once. @default 8 */
  parallel?: number
  /** ms since 1970. @default Date.now */
  now?: () => number
}

export interface MirrorProgress {
  /** Of this round: those that have to be copied, and those that are. */
  total: number
  done: number
  /** Of this run. */
  bytes: number
}

export interface MirrorReport {
  /** Values in the source when it was last listed. */
  values: number
  /** That this run has written, and their bytes; in a dry run those that it would write, without bytes. */
  copied: number
  bytes: number
  /** That were there from earlier runs, and are as in the source. */
  kept: number
  /** That the source has deleted since they were copied. */
  deleted: number
  /** Whether the last look at the source showed nothing that is not in the destination. False where somebody goes on writing. */
  settled: boolean
}

/** Why a destination is not written to; the message says what to do. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused'
}

/** Looks at a source that is written to all the time. Each is shorter than the one before. */
const maxRounds = 8

/**
 * Copies every value of a storage into another. Values are written once, so whatever is under the same key there is the
 * same; only a batch that is added to has to be read again. Ended anywhere, also by a power failure, a second run goes on.
 *
 * Safe beside processes that write and compact the source: what they delete is in something that came ten minutes before,
 * so a value that vanishes while it is copied is made up for by the next listing. Nobody may write to the destination until
 * a run has copied what the last of them has left: read it they may, at any time.
 *
 * @throws CopyRefused where the destination is the source itself, or has values that are from elsewhere
 * @throws whatever `signal` was aborted with
 * @example
 * const report = await mirrorStorage({ from, to, source: 'folder ./data' })
 */
export async function mirrorStorage(options: MirrorOptions): Promise<MirrorReport> {
  const { from, to, source, filter = () => true, dryRun = false, signal, now = Date.now } = options
  const isOurs = (key: string) => isCopied(key) && filter(key)
  const journal = await readCopyJournal(to, now)
  const there = new Set((await listKeys(to, '')).filter(isOurs))
  assertOwn(there, journal, source)
  const report: MirrorReport = { values: 0, copied: 0, bytes: 0, kept: 0, deleted: 0, settled: false }
  /** How long batches were when they were copied: those of this run. */
  const lengths = new Map<string, number>()
  for (let round = 1; round <= maxRounds; round++) {
    const listed = await listSource(from, isOurs)
    const missing = listed.filter((key) => !there.has(key))
    report.values = listed.length
    if (round === 1) report.kept = listed.length - missing.length
    if (dryRun) return { ...report, copied: missing.length, deleted: there.size - report.kept }
    if (missing.length > 0) await journal.note(source, missing)
    const longer = await findLonger(listed)
    const vanished = await copyAll(orderOfWriting([...missing, ...longer]), new Set(longer))
    const listing = new Set(listed)
    // What stands for these has just been copied, unless it vanished itself.
    const gone = vanished === 0 ? [...there].filter((key) => !listing.has(key)) : []
    await removeAll(gone)
    report.settled = missing.length + longer.length + vanished + gone.length === 0
    if (report.settled) break
  }
  return report

  /** Batches that were added to since they were copied. */
  async function findLonger(listed: readonly string[]): Promise<string[]> {
    const longer: string[] = []
    // Without append a value is written once.
    if (!isAppendDriver(from.getMount('').driver)) return longer
    for (const key of listed) {
      if (!there.has(key) || !mayGrow(key)) continue
      signal?.throwIfAborted()
      const known = lengths.get(key) ?? (await readBytes(to, key))?.length ?? 0
      lengths.set(key, known)
      if (!(await hasBytes(from, key, known))) longer.push(key)
    }
    return longer
  }

  /** Kind by kind, several at once. @returns how many are not there any more */
  async function copyAll(keys: readonly string[], longer: ReadonlySet<string>): Promise<number> {
    let [done, vanished] = [0, 0]
    for (const group of groupsOf(keys, options.parallel ?? 8)) {
      signal?.throwIfAborted()
      const found = await Promise.all(group.map((key) => copy(key, longer.has(key))))
      vanished += found.filter((isThere) => !isThere).length
      done += group.length
      options.onProgress?.({ total: keys.length, done, bytes: report.bytes })
    }
    return vanished
  }

  /** False if it is not there any more. */
  async function copy(key: string, isLonger: boolean): Promise<boolean> {
    const bytes = await readBytes(from, key)
    if (bytes === undefined) return false
    if (isLonger) await to.removeItem(key)
    await write(key, bytes)
    there.add(key)
    if (mayGrow(key)) lengths.set(key, bytes.length)
    report.copied += isLonger ? 0 : 1
    report.bytes += bytes.length
    return true
  }

  /** A copy that was ended may have written it and not heard so. */
  async function write(key: string, bytes: Buffer): Promise<void> {
    if (await createItem(to, key, bytes)) return
    if ((await readBytes(to, key))?.equals(bytes) !== true) throw new CopyRefused(`${key} is in the destination with other bytes: somebody else writes there; end that, empty it and begin anew`)
  }

  async function removeAll(keys: readonly string[]): Promise<void> {
    for (const key of orderOfRemoval(keys)) {
      await to.removeItem(key)
      there.delete(key)
      report.deleted++
    }
  }
}

/** Batches before all else: what is moved into segments between the listings is then in both. */
async function listSource(from: Storage, isOurs: (key: string) => boolean): Promise<string[]> {
  const first = await listKeys(from, '')
  return [...new Set([...first.filter(mayGrow), ...(await listKeys(from, ''))])].filter(isOurs)
}

function assertOwn(there: ReadonlySet<string>, { source, keys }: CopyJournal, from: string): void {
  if (source !== undefined && source !== from)
    throw new CopyRefused(`the destination has a copy of ${source}, and this is one of ${from}: name another destination, or empty this one`)
  const others = [...there].filter((key) => !keys.has(key))
  if (others.length === 0) return
  const some = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ' …' : ''}`
  throw new CopyRefused(
    source === undefined
      ? `the destination is not empty: it has ${others.length} ${others.length === 1 ? 'value' : 'values'} (${some}); name an empty one`
      : `the destination has ${others.length} ${others.length === 1 ? 'value' : 'values'} that were not copied (${some}): it is in use; nothing was changed, and what the source got since then is not in it`,
  )
}

/** Of one kind each, so that nothing is written beside what has to be there before it. */
function* groupsOf(keys: readonly string[], size: number): Generator<string[]> {
  let group: string[] = []
  for (const key of keys) {
    if (group.length === size || (group.length > 0 && kindOf(group[0]!) !== kindOf(key))) {
      yield group
      group = []
    }
    group.push(key)
  }
  if (group.length > 0) yield group
}
