import { Buffer } from 'node:buffer'
import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'
import type { Storage } from 'unstorage'
import type { AppendDriver } from './drivers/fs.ts'
import { encodeFrame } from './frame.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import { formatBatchKey, formatMinute } from './keys.ts'
import { StoreBusyError, type AppendOutcome } from './store.ts'

export interface BatchWriterOptions {
  storage: Storage
  /** ms since 1970. */
  now: () => number
  writer: string
  /** After how long others take it that nobody adds to a value, ms. */
  settle: number
  /** Most that may wait for the storage, the write under way included. */
  maxWaitingBytes: number
  maxWaitingHits: number
  /** Called when hits are durable, in the order in which they were appended; says what became of them. */
  onDurable(site: string, key: string, hits: readonly StoredHit[]): AppendOutcome[]
  /** Called when a write failed: what the value holds now, or a little later, is unknown. */
  onFailed(site: string, key: string): void
}

/** Writes the batches of one process. */
export interface BatchWriter {
  /**
   * Resolves when the hits, all of one site, are durable.
   * @throws StoreBusyError when too much is waiting, or when the write failed
   */
  append(site: string, hits: readonly StoredHit[]): Promise<AppendOutcome[]>
  /** Has the value ready that the site's hits are appended to next, so that nobody waits for it. */
  prepare(site: string): Promise<void>
  /** Leaves values begun so far alone for ever: all, or those that are old enough. Resolves when nothing is being written to them. */
  rotate(all: boolean): Promise<void>
  /** Whether this process is writing to the value, or may. */
  isOpen(key: string): boolean
  /** Resolves when everything appended so far is written or has failed. */
  flush(): Promise<void>
}

/** A value that hits are appended to. */
interface Value {
  key: string
  /** ms since 1970. */
  begun: number
  bytes: number
}

interface NextValue extends Value {
  isReady: boolean
  /** Resolves when it is ready, or has failed. */
  ready: Promise<void>
}

interface Waiting {
  site: string
  hits: readonly StoredHit[]
  /** The same in bytes, which a garbage collector need not look through while they wait. */
  lines: Uint8Array
  resolve(outcomes: AppendOutcome[]): void
  reject(error: StoreBusyError): void
}

/**
 * How long one value is appended to, ms, and how large it may get: others read it whole to see what is new. Twice as large
 * where the next one is still being made.
 */
const batchSpan = 10 * 60_000
const maxBatchBytes = 4 * 1024 * 1024
/** A write that ends later than this part of `settle` after its value was begun has failed; the rest is for clocks that differ. */
const settledPart = 0.75
/** Seconds: a full buffer drains fast, a failing disk needs somebody. */
const retryWhenFull = 1
const retryAfterFailure = 5

/**
 * Group commit: with nothing in flight a hit is written at once, otherwise all that arrive until the write in flight
 * returns are written together, as one frame per site. So latency is one or two writes, whatever the load.
 *
 * A driver with `append` gets one value every ten minutes, or 4 MiB; others one value per group.
 */
export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  const { storage, now, maxWaitingBytes, maxWaitingHits } = options
  /** The value that each site's hits are appended to, and the one that comes next, where that is being made. */
  const current = new Map<string, Value>()
  const next = new Map<string, NextValue>()
  const span = Math.min(batchSpan, options.settle / 2)
  const writing = new Set<string>()
  let seq = 0
  let waiting: Waiting[] = []
  let heldBytes = 0
  let heldHits = 0
  /** The writing of everything that waits, and of the group under way. */
  let flight: Promise<void> | undefined
  let group: Promise<unknown> | undefined

  function append(site: string, hits: readonly StoredHit[]): Promise<AppendOutcome[]> {
    const lines = Buffer.from(hits.map((hit) => `${JSON.stringify(hit)}\n`).join(''))
    const bytes = lines.length
    // One call is always taken, however large: refused for its size alone, it would come back for ever.
    if (heldHits > 0 && (heldBytes + bytes > maxWaitingBytes || heldHits + hits.length > maxWaitingHits)) {
      throw new StoreBusyError(`${heldHits} hits are waiting for the storage, which is too slow or stuck`, retryWhenFull)
    }
    heldBytes += bytes
    heldHits += hits.length
    return new Promise((resolve, reject) => {
      waiting.push({ site, hits, lines, resolve, reject })
      flight ??= commit()
    })
  }

  async function commit(): Promise<void> {
    while (waiting.length > 0) {
      // What has arrived already goes along, so that a busy machine writes less often.
      await untilOthersHadTheirTurn()
      const bySite = groupBy(waiting, ({ site }) => site)
      waiting = []
      group = Promise.all([...bySite].map(([site, items]) => write(site, items)))
      await group
    }
    flight = undefined
  }

  async function write(site: string, items: readonly Waiting[]): Promise<void> {
    const { driver, base } = storage.getMount(`${site}:batch:`)
    const frame = encodeFrame(items.map(({ lines }) => lines))
    const key = isAppendDriver(driver) ? currentKey(site, frame.length) : nextKey(site)
    const open = current.get(site)
    const isFirst = open?.key !== key || open.bytes === frame.length
    const begun = open?.key === key ? open.begun : now()
    writing.add(key)
    try {
      await (isAppendDriver(driver) ? driver.append(key.slice(base.length), frame) : storage.setItemRaw(key, frame))
      // Others may have taken the value for finished, and have moved on with what was in it.
      if (Math.abs(now() - begun) > settledPart * options.settle) throw new Error('the storage took too long')
      // One at a time: of an id that two of them hold, the first is 'stored'.
      for (const { hits, resolve } of items) resolve(options.onDurable(site, key, hits))
    } catch (cause) {
      // It may end in half a frame, and nothing may follow that. Whether the hits are in it is unknown: a retry will meet its twin.
      current.delete(site)
      options.onFailed(site, key)
      // Nobody was promised anything of what it holds: a full disk is not filled with what is left of each try.
      if (isFirst) void storage.removeItem(key).catch(() => undefined)
      const error = new StoreBusyError(`could not write ${key}; the hits of this call are to be sent again`, retryAfterFailure, { cause })
      for (const { reject } of items) reject(error)
    } finally {
      writing.delete(key)
      for (const { hits, lines } of items) {
        heldBytes -= lines.length
        heldHits -= hits.length
      }
    }
  }

  /** The value that the site's hits are appended to now. @param bytes that are about to be */
  function currentKey(site: string, bytes: number): string {
    let value = current.get(site)
    const isLate = nextOf(site)?.isReady === false
    if (value === undefined || !isFresh(value) || value.bytes >= (isLate ? 2 : 1) * maxBatchBytes) {
      value = takeNext(site) ?? begin(site)
      current.set(site, value)
    }
    value.bytes += bytes
    if (value.bytes >= maxBatchBytes / 2) void prepare(site)
    return value.key
  }

  function prepare(site: string): Promise<void> {
    const known = nextOf(site)
    if (known !== undefined) return known.ready
    const { driver, base } = storage.getMount(`${site}:batch:`)
    if (!isAppendDriver(driver) || driver.prepare === undefined) return Promise.resolve()
    const begun = begin(site)
    const ready = driver.prepare(begun.key.slice(base.length)).then(
      () => void (value.isReady = true),
      // Then whoever needs one begins one, and hears what is wrong.
      () => void (next.get(site) === value && next.delete(site)),
    )
    const value: NextValue = { ...begun, isReady: false, ready }
    next.set(site, value)
    return ready
  }

  /** The one that is made ahead; none that others may take for finished before it is used. */
  function nextOf(site: string): NextValue | undefined {
    const value = next.get(site)
    if (value === undefined || isFresh(value)) return value
    next.delete(site)
    return undefined
  }

  function takeNext(site: string): Value | undefined {
    const value = nextOf(site)
    if (value?.isReady !== true) return undefined
    next.delete(site)
    return value
  }

  function begin(site: string): Value {
    return { key: nextKey(site), begun: now(), bytes: 0 }
  }

  /** Also where the clock was set back. */
  function isFresh({ begun }: Value): boolean {
    return Math.abs(now() - begun) < span
  }

  function nextKey(site: string): string {
    const number = seq++
    return formatBatchKey({ site, minute: formatMinute(now()), writer: options.writer, seq: number, last: number, bytes: 0, made: 0 })
  }

  function isOpen(key: string): boolean {
    if (writing.has(key) || [...current.values()].some((value) => value.key === key)) return true
    return [...next.keys()].some((site) => nextOf(site)?.key === key)
  }

  return {
    append,
    prepare,
    async rotate(all) {
      for (const [site, value] of current) if (all || !isFresh(value)) current.delete(site)
      await group
    },
    isOpen,
    async flush() {
      await flight
      await Promise.all([...next.values()].map(({ ready }) => ready))
    },
  }
}

export function isAppendDriver(driver: object): driver is AppendDriver {
  return 'append' in driver
}
