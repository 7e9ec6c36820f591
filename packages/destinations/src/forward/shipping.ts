import type { Destination } from '../destination.ts'
import type { Courier, Delivery } from './courier.ts'
import type { Ledger } from './ledger.ts'
import type { Outbox, Parcel } from './outbox.ts'
import { retryPause } from './retryPause.ts'

export interface ShippingOptions {
  destination: Pick<Destination, 'name'>
  courier: Courier
  ledger: Ledger
  outbox: Outbox
  /** Most hits that wait; of more the oldest are dropped. */
  maxWaiting: number
  /** For the pauses between tries, in [0, 1). */
  random: () => number
  /** Calls `run` in `ms`, and keeps no process alive for it; what is returned calls it off. */
  setTimer: (run: () => void, ms: number) => () => void
}

/** What of the outbox goes to one destination: one parcel after another, the oldest first, again and again until it is there. */
export interface Shipping {
  /** Takes up what lies in the outbox; what it knows already is passed over. */
  add(parcels: readonly Parcel[]): Promise<void>
  /** Hits. */
  countWaiting(): number
  /** Tries to send what waits, now, unless the system has asked to be left alone. */
  flush(): Promise<void>
  /** Sends what waits for as long as there is time and a prospect; the rest stays in the outbox. @param timeout ms */
  close(timeout: number): Promise<void>
}

export function createShipping({ destination: { name }, courier, ledger, outbox, maxWaiting, random, setTimer }: ShippingOptions): Shipping {
  const queue: Parcel[] = []
  const known = new Set<string>()
  const ending = new AbortController()
  let running: Promise<void> | undefined
  let cancelTimer: (() => void) | undefined
  let failures = 0
  /** The system wants no request before this time, by performance.now(). */
  let earliest = -Infinity
  let isClosing = false

  const countWaiting = (): number => queue.reduce((sum, { hits }) => sum + hits, 0)

  function run(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    return (running ??= round().finally(() => (running = undefined)))
  }

  /** Until nothing waits, or a pause is due. */
  async function round(): Promise<void> {
    while (queue.length > 0 && !ending.signal.aborted) {
      try {
        const after = await ship(queue[0]!)
        if (after !== undefined) return pause(after)
        failures = 0
      } catch (error) {
        // The outbox's own storage.
        ledger.fail(error instanceof Error ? error.message : String(error))
        return pause(0)
      }
    }
  }

  function pause(after: number): void {
    earliest = performance.now() + after * 1000
    const duration = retryPause({ reason: '', retryAfter: after * 1000, isOwners: false }, failures++, random())
    if (!isClosing) cancelTimer = setTimer(() => void run(), duration)
  }

  /** @returns for how long the system wants to be left alone, seconds, where not all of it has arrived */
  async function ship(parcel: Parcel): Promise<number | undefined> {
    const hits = await outbox.read(parcel)
    if (hits === undefined) return void replace(parcel)
    const delivery = await courier(hits, ending.signal)
    if (delivery.dead.length > 0) await outbox.bury(name, delivery.dead)
    for (const { reason } of delivery.dead) ledger.lose(1, 'dead', reason)
    await settle(parcel, hits.length, delivery)
    return delivery.pause?.after
  }

  /** The outbox keeps only what is left; what was tried alone lets others go first. */
  async function settle(parcel: Parcel, before: number, { rest, isTriedAlone, isReordered }: Delivery): Promise<void> {
    if (rest.length === before && !isReordered) return isTriedAlone ? replace(parcel, parcel, true) : undefined
    const left = rest.length === 0 ? undefined : await outbox.write(name, rest)
    replace(parcel, left, isTriedAlone)
    await outbox.remove(parcel)
  }

  function replace(parcel: Parcel, by?: Parcel, isLast = false): void {
    queue.splice(queue.indexOf(parcel), 1)
    known.delete(parcel.key)
    if (by === undefined) return
    known.add(by.key)
    if (isLast) queue.push(by)
    else queue.unshift(by)
  }

  async function bound(): Promise<void> {
    let excess = countWaiting() - maxWaiting
    // The first is being sent.
    while (excess > 0 && queue.length > 1) {
      const [parcel] = queue.splice(1, 1)
      known.delete(parcel!.key)
      excess -= parcel!.hits
      ledger.lose(parcel!.hits, 'dropped', `more than ${maxWaiting} wait`)
      await outbox.remove(parcel!)
    }
  }

  return {
    countWaiting,
    async add(parcels) {
      const added = parcels.filter(({ key }) => !known.has(key))
      for (const parcel of added) known.add(parcel.key)
      queue.push(...added)
      await bound()
      // A try that is planned is waited for by all.
      if (queue.length > 0 && cancelTimer === undefined && !isClosing) void run()
    },
    async flush() {
      await running
      if (queue.length > 0 && performance.now() >= earliest && !isClosing) await run()
    },
    async close(timeout) {
      isClosing = true
      cancelTimer?.()
      const cancelEnd = setTimer(() => ending.abort(), timeout)
      await running
      if (performance.now() >= earliest && timeout > 0) await run()
      cancelEnd()
    },
  }
}
