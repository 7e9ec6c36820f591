import type { Destination, ForwardedHit } from '@treadlight/destinations'
import { createFetchRequest, createForwarder, createValuesOutbox, createWriters, type DeadLetter, type DestinationState, type SendRequest } from '@treadlight/destinations/forward'
import { nodeRequest } from '@treadlight/destinations/node'
import type { HitStore, Values } from '@treadlight/store'
import { isNode } from '../installation/isNode.ts'
import type { Sites } from '../sites/sites.ts'
import { findErased } from './findErased.ts'
import { createGather, type Gather } from './gather.ts'
import { recover } from './recover.ts'
import { toForwarded } from './toForwarded.ts'

export interface ForwardingOptions {
  destinations: readonly Destination[]
  store: Pick<HitStore, 'hits'>
  values: Values
  sites: Pick<Sites, 'list'>
  /** How long what waits for a destination that there is no more, and dead letters, are kept, ms. */
  keepFor: number
  /** ms since 1970. */
  now: () => number
  /** Told, a line at a time, what the owner should know. */
  log: (message: string) => void
  /** Told of what went wrong. */
  onError: (error: unknown) => void
  rhythm?: Partial<ForwardingRhythm>
  /** What requests are sent with. @default one that judges addresses as it connects, where the runtime can */
  send?: SendRequest
  /** How long an answer may take, ms. @default 10_000 */
  timeout?: number
  /** For the pauses between tries, in [0, 1). @default Math.random */
  random?: () => number
}

/** How often what is done, ms. */
interface ForwardingRhythm {
  /** How long hits wait for others before they are put into the outbox. @default 1000 */
  gatherFor: number
  /** Between two signs of life. @default 30_000 */
  beat: number
  /** How long a process may give none before another sends what it has left. @default 150_000 */
  takeOverAfter: number
}

/** Hands stored hits to other systems. Nothing of it delays or fails a hit. */
export interface Forwarding extends Gather {
  /** Of this process, since it began. */
  ownStates(): DestinationState[]
  /** How many hits wait for each destination, of all processes that share the storage. */
  countWaiting(): Promise<Map<string, number>>
  /** How many there are, and the newest of them. */
  deadLetters(destination: string, most: number): Promise<{ count: number; letters: DeadLetter[] }>
  /** Sends again what was given up for a destination. @returns how many hits wait for it again */
  retryDead(destination: string): Promise<number>
  /** Removes that. @returns how many hits */
  discardDead(destination: string): Promise<number>
  /** Since when a destination has taken nothing, ms since 1970: the earliest; undefined where all do. */
  failingSince(): number | undefined
  /** Takes what a person has waiting out of memory and the outbox. */
  erase(site: string, isMeant: (hit: Pick<ForwardedHit, 'id' | 'user' | 'session' | 'visitor'>) => boolean): Promise<void>
  /** Takes out what persons have waiting who were erased lately, maybe by another process. */
  applyErasures(): Promise<void>
  /** Gives a sign of life, takes over what others have left, and tries what waits: all that runtimes without timers need, once a minute. */
  round(): Promise<void>
  /** Once an hour: forgets what has had its time. */
  sweep(): Promise<void>
  /** Puts what was taken into the outbox, and sends what it can in `timeout` ms. */
  close(options?: { timeout?: number }): Promise<void>
}

/** More hits than this are put into the outbox at once. */
const mostGathered = 500

const usualRhythm: ForwardingRhythm = { gatherFor: 1000, beat: 30_000, takeOverAfter: 150_000 }

/**
 * Hits that are stored are gathered for a second, put into an outbox in the storage for each destination, and sent from there. What a
 * process had not put there when it was killed is read from the store again: see `recover`.
 */
export function createForwarding(options: ForwardingOptions): Forwarding {
  const { destinations, store, values, sites, keepFor, now, onError } = options
  const { gatherFor, beat, takeOverAfter } = { ...usualRhythm, ...options.rhythm }
  const writers = createWriters({ values, takeOverAfter, now })
  const outbox = createValuesOutbox({ values, writer: writers.own, now })
  const forwarder = createForwarder({ send: isNode() ? nodeRequest : createFetchRequest(), ...options, outbox })
  const gather = createGather(wake)
  /** Until when by its signs: one that was only held up may give more of them, and be killed later. */
  const recovered = new Map<string, number>()
  /** Ids of hits that no sign of life has named yet. */
  let unnamed: string[] = []
  let beatAt = -Infinity
  let last: Promise<unknown> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  // Before anything can be in the outbox.
  const started = inTurn(lookAround)
  const beating = setInterval(() => void inTurn(lookAround), beat)
  unref(beating)

  function wake(waiting: number): void {
    if (waiting >= mostGathered) return write()
    if (timer !== undefined || isClosed) return
    timer = setTimeout(write, gatherFor)
    unref(timer)
  }

  function write(): void {
    clearTimeout(timer)
    timer = undefined
    void inTurn(writeGathered)
  }

  /** One after another; what fails is told of, and tried again with the next. */
  function inTurn(act: () => Promise<void>): Promise<void> {
    const mine = last.then(act).catch(onError)
    last = mine
    return mine
  }

  async function writeGathered(): Promise<void> {
    const gathered = gather.empty()
    if (gathered.length > 0) await put(gathered.map(({ hit, sender }) => toForwarded(hit, sender)))
  }

  async function put(hits: readonly ForwardedHit[]): Promise<void> {
    for (const { id } of hits) unnamed.push(id)
    // Else the next try names them.
    if (await forwarder.write(hits)) await giveSign()
  }

  async function giveSign(): Promise<void> {
    const named = unnamed
    await writers.beat(named)
    unnamed = unnamed.slice(named.length)
    beatAt = now()
  }

  async function lookAround(): Promise<void> {
    if (now() - beatAt >= beat / 2 && (unnamed.length === 0 || (await forwarder.write([])))) await giveSign()
    // Before the look at who lives: who begins gives a sign before it has anything there.
    const waiting = await outbox.list()
    const { alive, isHeir, gone } = await writers.look()
    await forwarder.add(waiting.filter(({ writer }) => writer === writers.own || (isHeir && !alive.has(writer))))
    if (!isHeir) return
    const fresh = gone.filter(({ name, until }) => recovered.get(name) !== until)
    if (fresh.length > 0) await recoverFrom(fresh, waiting.filter(({ writer }) => !alive.has(writer)))
    await writers.tidy()
  }

  async function recoverFrom(gone: Awaited<ReturnType<typeof writers.look>>['gone'], left: readonly Parameters<typeof outbox.read>[0][]): Promise<void> {
    const known = await writers.writtenIds()
    for (const parcel of left) for (const { id } of (await outbox.read(parcel)) ?? []) known.add(id)
    for (const id of unnamed) known.add(id)
    const ids = (await sites.list()).map(({ id }) => id)
    let found: ForwardedHit[] = []
    for await (const hit of recover({ store, sites: ids, gone, isKnown: (id) => known.has(id) || gather.knows(id), beat })) {
      found.push(toForwarded(hit))
      if (found.length >= mostGathered) await put(found.splice(0))
    }
    if (found.length > 0) await put(found)
    for (const { name, until } of gone) recovered.set(name, until)
  }

  async function applyErasures(): Promise<void> {
    for (const { id } of await sites.list()) {
      const isErased = await findErased(values, id, now())
      if (isErased !== undefined) await outbox.erase(id, isErased)
    }
  }

  return {
    ...gather,
    ownStates: forwarder.states,
    async countWaiting() {
      const waiting = new Map<string, number>()
      for (const { destination, hits } of await outbox.list()) waiting.set(destination, (waiting.get(destination) ?? 0) + hits)
      return waiting
    },
    async deadLetters(destination, most) {
      const [count, letters] = await Promise.all([outbox.countDead(destination), outbox.deadLetters(destination, most)])
      return { count, letters }
    },
    async retryDead(destination) {
      const parcels = await outbox.revive(destination)
      await forwarder.add(parcels)
      return parcels.reduce((sum, { hits }) => sum + hits, 0)
    },
    discardDead: outbox.discardDead,
    failingSince() {
      const times = forwarder.states().flatMap(({ trouble }) => trouble?.since ?? [])
      return times.length === 0 ? undefined : Math.min(...times)
    },
    async erase(site, isMeant) {
      gather.forget((hit) => hit.site === site && isMeant(hit))
      forwarder.forget((hit) => hit.site === site && isMeant(hit))
      await outbox.erase(site, isMeant)
    },
    async applyErasures() {
      await inTurn(writeGathered)
      await inTurn(applyErasures)
    },
    async round() {
      await inTurn(writeGathered)
      await inTurn(lookAround)
      await inTurn(applyErasures)
      // Where there are timers these see to it, and upkeep need not wait.
      if (!isNode()) await forwarder.flush()
    },
    sweep: () => inTurn(() => outbox.sweep((name) => destinations.some((destination) => destination.name === name), keepFor)),
    async close({ timeout = 2000 } = {}) {
      isClosed = true
      clearInterval(beating)
      clearTimeout(timer)
      await started
      await inTurn(writeGathered)
      await inTurn(async () => {
        if (unnamed.length > 0 && (await forwarder.write([]))) await giveSign()
      })
      await forwarder.close({ timeout })
      // Only what is in the outbox may be left to others: else they are to look into the store for it.
      if (unnamed.length === 0) await inTurn(writers.close)
    },
  }
}

/** Node.js and Bun can let a process end in spite of a timer; others need not. */
function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}
