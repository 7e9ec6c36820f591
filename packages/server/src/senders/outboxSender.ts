import { createCourier, type HitList, type Pause } from './courier.ts'
import { createLedger } from './ledger.ts'
import { createOutboxFolder, type OutboxContent, type OutboxFile } from './outboxFolder.ts'
import { createRounds, longestTimer, type RoundsOptions } from './rounds.ts'
import { retryPause } from '@treadlight/destinations/forward'
import type { DeliveryOptions, Sender } from './sender.ts'
import { createClosedError, writeHit } from './writeHit.ts'

export interface OutboxSenderOptions extends DeliveryOptions, RoundsOptions {
  /** Folder that what waits is kept in. Several processes of one app may share it. Not on a disk that goes with the container. */
  folder: string
  /** Most bytes that this process keeps there; of more the oldest hits are dropped. @default 256 MiB */
  maxBytes?: number
  /** How long a process may give no sign of life before others deliver what it has left, ms. @default 60_000 */
  takeOverAfter?: number
  /** For the pauses between tries, in [0, 1). @default Math.random */
  random?: () => number
}

/** A file is delivered and removed as a whole, so that nothing needs to be noted about its hits; bytes. */
const largestFile = 1024 ** 2

/** What is being delivered, and where it is kept meanwhile. */
interface Delivery extends HitList {
  file: OutboxFile
}

/**
 * Writes each hit to the disk before `send` resolves, and delivers from there: what waits survives the collector's outages, a crash,
 * `kill -9` and a power failure, with the ids and times that it was made with. The next process that uses the folder goes on.
 *
 * @example
 * const sender = createOutboxSender({ collector: 'https://stats.example', token, folder: './outbox' })
 */
export function createOutboxSender(options: OutboxSenderOptions): Sender {
  const { maxBytes = 256 * 1024 ** 2, takeOverAfter = 60_000, random = Math.random } = options
  const fileSize = Math.min(largestFile, maxBytes / 8)
  const ledger = createLedger(options)
  const courier = createCourier(options, ledger)
  const folder = createOutboxFolder({ folder: options.folder, takeOverAfter })
  const rounds = createRounds(work, countWaiting, options)

  /** Oldest first; the last is appended to if it is `open`. */
  const files: OutboxFile[] = []
  let open: OutboxFile | undefined
  let current: Delivery | undefined
  let unwritten: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  let ready: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let troubles = 0
  let isClosed = false
  let isTaking = false

  // What former processes have left goes out without a new hit.
  void start().catch((error: Error) => ledger.complain(error.message))
  const timer = setInterval(() => void lookAround(), Math.min(takeOverAfter / 4, longestTimer))
  timer.unref()

  function countWaiting(): number {
    const inFiles = files.reduce((sum, file) => sum + (file === current?.file ? 0 : file.hits), 0)
    return unwritten.length + inFiles + (current?.texts.length ?? 0) + courier.underway
  }

  /** Opens the folder, again if that failed. */
  function start(): Promise<void> {
    return (ready ??= folder.touch().then(takeOver)).catch((error: unknown) => {
      ready = undefined
      throw error
    })
  }

  async function takeOver(): Promise<void> {
    for (const name of await folder.takeOver()) {
      const content = isKnown(name) ? undefined : await readOut(name)
      if (content && !isKnown(name)) files.push({ name, hits: content.texts.length, bytes: content.bytes })
    }
    files.sort((a, b) => (a.name < b.name ? -1 : 1))
    await bound()
    rounds.wake()
  }

  function isKnown(name: string): boolean {
    return files.some((file) => file.name === name)
  }

  /** Undefined also for what cannot be read: it does not hold up the rest, and is looked at again. */
  async function readOut(name: string): Promise<OutboxContent | undefined> {
    try {
      return await folder.read(name)
    } catch (error) {
      ledger.complain((error as Error).message)
      return undefined
    }
  }

  async function lookAround(): Promise<void> {
    if (isTaking || isClosed) return
    isTaking = true
    try {
      await start()
      await folder.touch()
      await takeOver()
    } catch (error) {
      ledger.complain((error as Error).message)
    } finally {
      isTaking = false
    }
  }

  /** One at a time, in turn. */
  function inTurn<T>(act: () => Promise<T> | T): Promise<T> {
    const mine = last.then(act)
    last = mine.catch(() => undefined)
    return mine
  }

  /** Writes all that has come meanwhile at once. */
  async function write(): Promise<void> {
    const group = unwritten.slice()
    if (group.length === 0) return
    try {
      await start()
      await append(group.map(({ text }) => text))
      // Counted by their file from here on.
      unwritten = unwritten.slice(group.length)
      for (const { resolve } of group) resolve()
      await bound()
      rounds.wake()
    } catch (error) {
      unwritten = unwritten.slice(group.length)
      for (const { reject } of group) reject(error)
    }
  }

  async function append(texts: readonly string[]): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const file = open ?? folder.create()
      if (!open) files.push((open = file))
      try {
        if (await folder.append(file, texts)) {
          if (file.bytes >= fileSize) open = undefined
          return
        }
        forget(file)
      } catch (error) {
        // Half a frame may stand at its end now: nothing may come behind it.
        open = undefined
        throw error
      }
    }
    throw new Error(`[treadlight outbox] files in ${options.folder} vanish as soon as they are written: let no two apps use one folder, and raise \`takeOverAfter\``)
  }

  function forget(file: OutboxFile): void {
    if (open === file) open = undefined
    const index = files.indexOf(file)
    if (index >= 0) files.splice(index, 1)
  }

  /** Drops whole files, the oldest first, but for those that are being delivered or written. */
  async function bound(): Promise<void> {
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of files.slice()) {
      if (bytes <= maxBytes) return
      if (file === current?.file || file === open || !files.includes(file)) continue
      forget(file)
      bytes -= file.bytes
      ledger.drop(file.hits, `more than ${maxBytes} bytes wait in ${options.folder} (\`maxBytes\`)`)
      await folder.remove(file.name)
    }
  }

  async function work(signal: AbortSignal): Promise<Pause | undefined> {
    try {
      await start()
      while (!signal.aborted && (current ??= await next())) {
        const pause = await courier.deliver(current, signal)
        if (pause) return pause
        await folder.remove(current.file.name)
        forget(current.file)
        current = undefined
      }
      troubles = 0
      return signal.aborted ? { duration: 0, wanted: 0 } : undefined
    } catch (error) {
      const { message: reason } = error as Error
      ledger.complain(reason)
      return { duration: retryPause({ reason, retryAfter: 0, isOwners: false }, troubles++, random()), wanted: 0 }
    }
  }

  /** The oldest file, which is not written to any more. */
  async function next(): Promise<Delivery | undefined> {
    for (;;) {
      const file = files[0]
      if (!file) return undefined
      // Behind the write that goes on.
      if (file === open) await inTurn(() => (open = undefined))
      const content = await readOut(file.name)
      if (content) {
        const { texts, damaged } = content
        if (damaged > 0) ledger.complain(`${file.name} in ${options.folder} is damaged in ${damaged} places, and what was there is lost: check the disk`)
        // As the next hit is: on the disk before it is taken from where it was.
        return { file, texts, putLast: (text) => inTurn(() => append([text])) }
      }
      forget(file)
    }
  }

  return {
    send(hit) {
      if (isClosed) return Promise.reject(createClosedError())
      return new Promise<void>((resolve, reject) => {
        unwritten.push({ text: writeHit(hit), resolve, reject })
        void inTurn(write)
      })
    },
    async flush() {
      await inTurn(() => {})
      await rounds.flush()
    },
    async close({ timeout = 5000 } = {}) {
      isClosed = true
      clearInterval(timer)
      await inTurn(() => {})
      await rounds.close(timeout)
      await inTurn(folder.close)
    },
    counts: () => ({ ...ledger.counts, waiting: countWaiting() }),
    deadLetters: () => [...ledger.deadLetters],
  }
}
