import type { Destination, ForwardedHit } from '../destination.ts'
import { createCourier } from './courier.ts'
import { createFetchRequest } from './fetchRequest.ts'
import { createLedger, type DestinationCounts, type DestinationTrouble, type Ledger } from './ledger.ts'
import type { Outbox, Parcel } from './outbox.ts'
import type { SendRequest } from './request.ts'
import { createShipping, type Shipping } from './shipping.ts'

export interface ForwarderOptions {
  destinations: readonly Destination[]
  outbox: Outbox
  /** What requests are sent with. @default fetch, with what it can be kept from */
  send?: SendRequest
  /** How long an answer may take, ms. @default 10_000 */
  timeout?: number
  /** Requests to one destination at a time, of those that one `batch` has made. @default 6 */
  parallel?: number
  /** Most hits that wait for one destination; of more the oldest are dropped. @default 100_000 */
  maxWaiting?: number
  /** Most hits that are kept in memory while the outbox cannot be written. @default 10_000 */
  maxUnwritten?: number
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** For the pauses between tries, in [0, 1). @default Math.random */
  random?: () => number
  /** Calls `run` in `ms`; what is returned calls it off. */
  setTimer?: (run: () => void, ms: number) => () => void
  /** Told, a line at a time, what the owner should know. @default console.warn */
  log?: (message: string) => void
}

/** How it stands with a destination. */
export interface DestinationState {
  name: string
  counts: DestinationCounts
  /** Hits that it does not have yet. */
  waiting: number
  trouble: DestinationTrouble | undefined
}

/** Hands hits to other systems, each by itself: what one of them does delays no other. */
export interface Forwarder {
  /**
   * Puts hits into the outbox for each destination that is to have them. What cannot be written is kept in memory, and tried again
   * with the next.
   * @returns whether all that was ever given to it is in the outbox now
   */
  write(hits: readonly ForwardedHit[]): Promise<boolean>
  /** Takes up what lies in the outbox and is this process's to send. */
  add(parcels: readonly Parcel[]): Promise<void>
  /** Takes out of memory what is not written yet. */
  forget(isMeant: (hit: ForwardedHit) => boolean): void
  states(): DestinationState[]
  flush(): Promise<void>
  /** Writes what is not written, and sends what waits as far as `timeout` ms allow. @param options.timeout ms @default 2000 */
  close(options?: { timeout?: number }): Promise<void>
}

interface Line {
  destination: Destination
  ledger: Ledger
  shipping: Shipping
  unwritten: ForwardedHit[]
}

/** Most hits of one value of the outbox. */
const largestParcel = 1000

/**
 * @throws RangeError where two destinations have one name
 * @example
 * const forwarder = createForwarder({ destinations: [webhook({ url })], outbox: createMemoryOutbox() })
 * await forwarder.write(hits)
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { destinations, outbox, maxUnwritten = 10_000 } = options
  const lines = destinations.map((destination) => createLine(destination, options))
  const names = destinations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`[treadlight destinations] two destinations are called ${twice}: give one of them another name`)
  let last: Promise<unknown> = Promise.resolve()

  /** One at a time, so that no hit is written twice. */
  function writeAll(): Promise<boolean> {
    const mine = last.then(async () => (await Promise.all(lines.map(writeLine))).every(Boolean))
    last = mine
    return mine
  }

  async function writeLine(line: Line): Promise<boolean> {
    const { ledger, unwritten, destination } = line
    try {
      for (const site of new Set(unwritten.map((hit) => hit.site))) await writeSite(line, site)
      return true
    } catch (error) {
      ledger.fail(`the outbox cannot be written: ${error instanceof Error ? error.message : String(error)}`)
      const excess = line.unwritten.length - maxUnwritten
      if (excess > 0) ledger.lose(line.unwritten.splice(0, excess).length, 'dropped', `more than ${maxUnwritten} are in memory while the outbox of ${destination.name} cannot be written`)
      return false
    }
  }

  async function writeSite(line: Line, site: string): Promise<void> {
    for (;;) {
      const part = line.unwritten.filter((hit) => hit.site === site).slice(0, largestParcel)
      if (part.length === 0) return
      const parcel = await outbox.write(line.destination.name, part)
      const written = new Set(part)
      line.unwritten = line.unwritten.filter((hit) => !written.has(hit))
      await line.shipping.add([parcel])
    }
  }

  return {
    write(hits) {
      for (const { destination, unwritten } of lines) unwritten.push(...hits.filter(({ site }) => destination.sites?.includes(site) ?? true))
      return writeAll()
    },
    async add(parcels) {
      for (const { destination, shipping } of lines) await shipping.add(parcels.filter((parcel) => parcel.destination === destination.name))
    },
    forget(isMeant) {
      for (const line of lines) line.unwritten = line.unwritten.filter((hit) => !isMeant(hit))
    },
    states: () => lines.map(({ destination: { name }, ledger, shipping, unwritten }) => ({ name, counts: { ...ledger.counts }, waiting: shipping.countWaiting() + unwritten.length, trouble: ledger.trouble() })),
    async flush() {
      await writeAll()
      await Promise.all(lines.map(({ shipping }) => shipping.flush()))
    },
    async close({ timeout = 2000 } = {}) {
      await writeAll()
      await Promise.all(lines.map(({ shipping }) => shipping.close(timeout)))
    },
  }
}

function createLine(destination: Destination, options: ForwarderOptions): Line {
  const { outbox, send = createFetchRequest(), timeout = 10_000, parallel = 6, maxWaiting = 100_000, now = Date.now, random = Math.random } = options
  const { setTimer = startTimer, log = (message: string) => console.warn(`[treadlight] ${message}`) } = options
  const ledger = createLedger({ name: destination.name, secrets: destination.secrets, now, log })
  const courier = createCourier({ destination, ledger, send, now, timeout, parallel })
  return { destination, ledger, shipping: createShipping({ destination, courier, ledger, outbox, maxWaiting, random, setTimer }), unwritten: [] }
}

/** Node.js and Bun can let a process end in spite of a timer; Workers need not. */
function startTimer(run: () => void, ms: number): () => void {
  const timer: unknown = setTimeout(run, ms)
  ;(timer as { unref?: () => void }).unref?.()
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
