import type { Hit, HitAnswer } from '@treadlight/protocol'
import { idStart } from './id.ts'
import type { Queue } from './queue.ts'
import { readRetryAfter, retryDelay } from './retry.ts'
import type { Occasion, Transport } from './transport.ts'

/** A tuple, because names of properties outlive minification. */
export type Delivery = [
  /** Takes a hit: written and sent at once, and neither waits for the other. One that is leaving waits for `leave`. */
  add: (hit: Hit, isLeaving?: boolean) => void,
  /** Sends what is undelivered, of former pages too. Resolves once it was tried. */
  flush: () => Promise<void>,
  /** Sends what waits as the page goes, and keeps it: what a beacon accepts is not delivered. */
  leave: () => void,
  /** The page's clock in ms since 1970, put right if the collector found it wrong. */
  now: () => number,
]

/** A unit of UTF-16 is at most three bytes of UTF-8, so this is at most 60,000 bytes: below the 64 KiB that a beacon may have and the collector takes. */
const maxBatchLength = 20_000
const minute = 60_000

/**
 * Sends hits until the collector has answered for each, or `signal` aborts.
 *
 * A new hit leaves at once. All else, retries and what former pages left, is read from the queue and sent
 * by one tab at a time. Whatever goes wrong, a hit is at worst sent twice, and the collector knows its id.
 */
export function createDelivery(endpoint: string, transport: Transport, queue: Queue, signal: AbortSignal, isLate?: boolean): Delivery {
  /** Hits that are neither answered nor on their way; in memory too, because nothing can be read as a page goes. */
  const waiting = new Map<string, Hit>()
  /** Ids that this page has put into the queue or found there. */
  const written = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isPaused = false
  let failures = 0
  let skew = 0

  const now = (): number => Date.now() + skew

  const add = (hit: Hit, isLeaving?: boolean): void => {
    if (signal.aborted) return
    if (!isLate) void change([hit])
    if (isPaused || isLeaving) keep([hit])
    else void send([hit], 'new')
  }

  const keep = (hits: Hit[]): void => {
    for (const hit of hits) waiting.set(hit.id, hit)
  }

  /** Where storage is denied or full, hits stay in memory and are sent all the same. */
  const change = async (hits: Hit[], ids?: string[]): Promise<void> => {
    for (const { id } of (await queue(hits, ids)) ?? []) written.add(id)
  }

  const flush = async (): Promise<void> => {
    try {
      await navigator.locks.request(endpoint, flushAlone)
    } catch {
      // No locks on plain http and in opaque origins: there two tabs may send the same hit.
      await flushAlone()
    }
  }

  const flushAlone = async (): Promise<void> => {
    if (isPaused || signal.aborted) return
    clearTimeout(timer)
    timer = undefined
    const rows = await queue()
    if (rows) {
      const ids = new Set(rows.map(({ id }) => id))
      // Written and gone: another tab has delivered it.
      for (const id of written) if (!ids.has(id)) waiting.delete(id)
      keep(rows.filter(({ id }) => !written.has(id)))
      for (const id of ids) written.add(id)
    }
    await sendWaiting('retry')
  }

  const retryLater = (pause: number): void => {
    // One wait for all that fail in the meantime, or fifty events would mean minutes; but a longer one on request.
    if (timer && !pause) return
    clearTimeout(timer)
    isPaused = pause > 0
    timer = setTimeout(() => {
      isPaused = false
      void flush()
    }, pause + retryDelay(failures++))
  }

  const sendWaiting = async (occasion: Occasion): Promise<void> => {
    if (waiting.size) await send([...waiting.values()], occasion)
  }

  /** Resolves to whether it is worth sending more. */
  const send = async (hits: Hit[], occasion: Occasion): Promise<boolean> => {
    const half = hits.length >> 1
    const body = JSON.stringify({ sentAt: now(), hits })
    let isTooMuch = body.length > maxBatchLength
    let pause = 0
    if (!half || !isTooMuch) {
      for (const { id } of hits) waiting.delete(id)
      try {
        const answer = await transport({ url: endpoint, body, occasion })
        if (!answer) {
          keep(hits)
          return true
        }
        const { status, headers } = answer
        // Without this header a captive portal or a proxy has answered, which says nothing about the hits.
        const serverTime = Number(headers.get('x-hit'))
        // Too big, or one of them is more than the collector can bear.
        isTooMuch = [413, 500].includes(status)
        if (serverTime && (status < 300 || [400, 405, 413].includes(status)) && !(half && isTooMuch)) {
          await settle(hits, ((await answer.json()) as HitAnswer).refused, serverTime)
          return true
        }
        pause = readRetryAfter(headers.get('retry-after'))
      } catch {
        // Offline, cut off, too slow, blocked, or a patched fetch that throws.
      }
      keep(hits)
    }
    if (half && isTooMuch) return (await send(hits.slice(0, half), occasion)) && send(hits.slice(half), occasion)
    void change(hits.filter(({ id }) => !written.has(id)))
    retryLater(pause)
    return false
  }

  const settle = async (hits: Hit[], refused: HitAnswer['refused'] = [], serverTime: number): Promise<void> => {
    const ids = hits.map(({ id }) => id)
    const retimed = refused.flatMap(({ index, reason }) => (reason === 'clock' ? retime(hits[index]!, serverTime) : []))
    if (retimed.length) {
      skew = serverTime - Date.now()
      keep(retimed)
      retryLater(1)
    } else failures = 0
    // Waited for, because the tab that gets the lock next reads the queue at once.
    await change(retimed, ids)
    // The collector is back, or was never away: what waits for a retry need not.
    if (timer) void flush()
  }

  return [add, flush, () => void sendWaiting('leave'), now]
}

/**
 * Moves a hit to the collector's time. Whole minutes make the very same id of it in another tab or on
 * another try, and keep an event with its view. In place, so that later hits name the view by its new id.
 */
function retime(hit: Hit, serverTime: number): Hit {
  const time = serverTime - (serverTime % minute)
  const start = idStart(time)
  hit.id = start + hit.id.slice(13)
  hit.view &&= start + hit.view.slice(13)
  hit.timestamp = new Date(time).toISOString()
  return hit
}
