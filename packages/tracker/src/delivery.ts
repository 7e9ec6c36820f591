import type { Hit, HitAnswer } from '@treadlight/protocol'
import { shiftId } from './id.ts'
import type { Queue } from './queue.ts'
import { readRetryAfter, retryDelay } from './retry.ts'
import type { Occasion, Transport } from './transport.ts'

export interface DeliveryOptions {
  endpoint: string
  transport: Transport
  /** Without one, undelivered hits live as long as the page. */
  queue: Queue | undefined
  /** Whether a hit is written only after a failed send. */
  writeLate: boolean
  /** Ends it: no more hits, no more retries. */
  signal: AbortSignal
}

export interface Delivery {
  /** Takes a hit: written and sent at once, and neither waits for the other. */
  add(hit: Hit, occasion: Occasion): void
  /** Sends what is undelivered, of former pages too. Resolves once it was tried. */
  flush(): Promise<void>
  /** Sends what waits as the page goes, and keeps it: what a beacon accepts is not delivered. */
  leave(): void
  /** The page's clock in ms since 1970, put right if the collector found it wrong. */
  now(): number
}

/** Below the 64 KiB that a beacon may have and the collector takes. */
const maxBatchBytes = 60_000
const minute = 60_000
const day = 86_400_000

/**
 * Sends hits until the collector has answered for each.
 *
 * A new hit leaves at once. All else, retries and what former pages left, is read from the queue and sent
 * by one tab at a time. Whatever goes wrong, a hit is at worst sent twice, and the collector knows its id.
 */
export function createDelivery({ endpoint, transport, queue, writeLate, signal }: DeliveryOptions): Delivery {
  /** This page's hits without an answer; in memory too, because nothing can be read as a page goes. */
  const pending = new Map<string, Hit>()
  const written = new WeakSet<Hit>()
  const sending = new WeakSet<Hit>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isPaused = false
  let failures = 0
  let skew = 0

  const now = (): number => Date.now() + skew

  const add = (hit: Hit, occasion: Occasion): void => {
    if (signal.aborted) return
    pending.set(hit.id, hit)
    if (!writeLate) void change([hit])
    // While a retry is due the hit waits with the others.
    if (!timer) void send([hit], occasion)
  }

  const change = async (hits: Hit[], ids: string[] = []): Promise<void> => {
    try {
      await queue?.change(hits, ids)
      for (const hit of hits) written.add(hit)
    } catch {
      // Storage denied, full or silent: the hits stay in memory and are sent all the same.
    }
  }

  const flush = async (): Promise<void> => {
    if (isPaused || signal.aborted) return
    clearTimeout(timer)
    timer = undefined
    try {
      await navigator.locks.request(endpoint, { ifAvailable: true }, (lock) => (lock ? flushAlone() : pending.size && retryLater(0)))
    } catch {
      // No locks on plain http and in opaque origins: there two tabs may send the same hit.
      await flushAlone()
    }
  }

  const flushAlone = async (): Promise<void> => {
    const rows = await queue?.read().catch(() => undefined)
    const hits = new Map(rows?.map((hit) => [hit.id, hit]))
    for (const [id, hit] of pending) {
      // Written and gone: another tab has delivered it.
      if (rows && written.has(hit) && !hits.has(id)) pending.delete(id)
      else hits.set(id, hit)
    }
    await send([...hits.values()], 'retry')
  }

  const retryLater = (pause: number): void => {
    isPaused = pause > 0
    clearTimeout(timer)
    timer = setTimeout(() => {
      isPaused = false
      void flush()
    }, pause + retryDelay(failures++))
  }

  const send = async (all: Hit[], occasion: Occasion): Promise<void> => {
    const hits = all.filter((hit) => !sending.has(hit))
    for (const hit of hits) sending.add(hit)
    if (hits.length) await sendBatch(hits, occasion)
    for (const hit of hits) sending.delete(hit)
  }

  /** Resolves to whether it is worth sending more. */
  const sendBatch = async (hits: Hit[], occasion: Occasion): Promise<boolean> => {
    const body = JSON.stringify({ sentAt: now(), hits })
    const half = hits.length >> 1
    // Bytes, not characters: a title in Japanese is three times as long.
    let isTooBig = half > 0 && new Blob([body]).size > maxBatchBytes
    let pause = 0
    try {
      if (!isTooBig) {
        const answer = await transport({ url: endpoint, body, occasion })
        if (!answer) return true
        const { status, headers } = answer
        // Without this header a captive portal or a proxy has answered, which says nothing about the hits.
        const serverTime = Number(headers.get('x-hit'))
        isTooBig = serverTime > 0 && status === 413 && half > 0
        if (!isTooBig && serverTime && (status < 300 || [400, 405, 413].includes(status))) {
          settle(hits, ((await answer.json()) as HitAnswer).refused, serverTime)
          return true
        }
        pause = readRetryAfter(headers.get('retry-after'))
      }
      if (isTooBig) return (await sendBatch(hits.slice(0, half), occasion)) && sendBatch(hits.slice(half), occasion)
    } catch {
      // Offline, cut off, too slow, blocked, or a patched fetch that throws.
    }
    if (writeLate) void change(hits)
    retryLater(pause)
    return false
  }

  const settle = (hits: Hit[], refused: HitAnswer['refused'] = [], serverTime: number): void => {
    const ids = hits.map(({ id }) => id)
    for (const id of ids) pending.delete(id)
    failures = 0
    for (const { index, reason } of refused) {
      if (reason !== 'clock') continue
      const hit = hits[index]!
      skew = Math.round((serverTime - Date.now()) / minute) * minute
      retime(hit, Math.abs(skew) > day ? skew : serverTime - Date.parse(hit.timestamp))
      retryLater(0)
      add(hit, 'retry')
    }
    void change([], ids)
  }

  return { add, flush, leave: () => void send([...pending.values()], 'leave'), now }
}

/**
 * In place, so that who holds a view names it rightly in later hits; in whole minutes, so that another tab
 * or another try makes the very same id of it, and a view and its events are moved alike.
 */
function retime(hit: Hit, shift: number): void {
  hit.id = shiftId(hit.id, shift)
  if (hit.view) hit.view = shiftId(hit.view, shift)
  hit.timestamp = new Date(Date.parse(hit.timestamp) + shift).toISOString()
}
