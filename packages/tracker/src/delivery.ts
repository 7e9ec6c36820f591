import type { Hit, HitAnswer } from '@treadlight/protocol'
import { createId } from './id.ts'
import type { Queue } from './queue.ts'
import { readRetryAfter, retryDelay } from './retry.ts'
import type { Occasion, Transport } from './transport.ts'

export interface Delivery {
  /** Takes a hit: written and sent at once, and neither waits for the other. */
  add(hit: Hit, occasion?: Occasion): void
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

/**
 * Sends hits until the collector has answered for each, or `signal` aborts.
 *
 * A new hit leaves at once. All else, retries and what former pages left, is read from the queue and sent
 * by one tab at a time. Whatever goes wrong, a hit is at worst sent twice, and the collector knows its id.
 */
export function createDelivery(endpoint: string, transport: Transport, queue: Queue, signal: AbortSignal): Delivery {
  /** This page's hits without an answer; in memory too, because nothing can be read as a page goes. */
  const pending = new Map<string, Hit>()
  const written = new WeakSet<Hit>()
  const sending = new WeakSet<Hit>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isPaused = false
  let failures = 0
  let skew = 0

  const now = (): number => Date.now() + skew

  const add = (hit: Hit, occasion: Occasion = 'new'): void => {
    if (signal.aborted) return
    pending.set(hit.id, hit)
    // A re-timed hit has a row, but not under its new id.
    written.delete(hit)
    if (!queue.isLate) void change([hit])
    if (!isPaused) void send([hit], occasion)
  }

  const change = async (hits: Hit[], ids: string[] = []): Promise<void> => {
    try {
      await queue.change(hits, ids)
      for (const hit of hits) written.add(hit)
    } catch {
      // Storage denied or full: the hits stay in memory and are sent all the same.
    }
  }

  const flush = async (): Promise<void> => {
    if (isPaused || signal.aborted) return
    clearTimeout(timer)
    timer = undefined
    try {
      await navigator.locks.request(endpoint, { ifAvailable: true }, async (lock) => {
        if (lock) await flushAlone()
        else if (pending.size) retryLater(0)
      })
    } catch {
      // No locks on plain http and in opaque origins: there two tabs may send the same hit.
      await flushAlone()
    }
  }

  const flushAlone = async (): Promise<void> => {
    const before = [...pending]
    const rows = await queue.read().catch(() => undefined)
    const ids = new Set(rows?.map(({ id }) => id))
    for (const [id, hit] of before) {
      // Written and gone: another tab has delivered it.
      if (rows && written.has(hit) && !ids.has(id)) pending.delete(id)
      // Still pending, or answered while the queue was read.
      ids.delete(id)
    }
    const others = (rows ?? []).filter(({ id }) => ids.has(id))
    for (const hit of others) written.add(hit)
    await send([...others, ...pending.values()], 'retry')
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
    let pause = 0
    try {
      if (half && new Blob([body]).size > maxBatchBytes) return await sendHalves(hits, occasion)
      const answer = await transport({ url: endpoint, body, occasion })
      if (!answer) return true
      const { status, headers } = answer
      // Without this header a captive portal or a proxy has answered, which says nothing about the hits.
      const serverTime = Number(headers.get('x-hit'))
      if (serverTime && (status < 300 || [400, 405, 413].includes(status))) {
        if (half && status === 413) return await sendHalves(hits, occasion)
        settle(hits, ((await answer.json()) as HitAnswer).refused, serverTime)
        return true
      }
      pause = readRetryAfter(headers.get('retry-after'))
    } catch {
      // Offline, cut off, too slow, blocked, or a patched fetch that throws.
    }
    void change(hits.filter((hit) => !written.has(hit)))
    retryLater(pause)
    return false
  }

  const sendHalves = async (hits: Hit[], occasion: Occasion): Promise<boolean> => {
    const half = hits.length >> 1
    return (await sendBatch(hits.slice(0, half), occasion)) && sendBatch(hits.slice(half), occasion)
  }

  const settle = (hits: Hit[], refused: HitAnswer['refused'] = [], serverTime: number): void => {
    const ids = hits.map(({ id }) => id)
    for (const id of ids) pending.delete(id)
    if (!refused.length) failures = 0
    for (const { index, reason } of refused) {
      if (reason !== 'clock') continue
      skew = serverTime - Date.now()
      // A pause, so that a collector that refuses every time is not asked without end.
      retryLater(1)
      add(retime(hits[index]!, serverTime))
    }
    // After the re-timed are in, so that a crash in between loses none of them; twice in a minute an id stays the same.
    void change([], ids.filter((id) => !pending.has(id)))
    // The collector is back, or was never away: what waits for a retry need not.
    if (timer) void flush()
  }

  return { add, flush, leave: () => void send([...pending.values()], 'leave'), now }
}

/**
 * Moves a hit to the collector's time. Whole minutes make the very same id of it in another tab or on
 * another try, and keep an event with its view. In place, so that later hits name the view by its new id.
 */
function retime(hit: Hit, serverTime: number): Hit {
  const time = serverTime - (serverTime % minute)
  hit.id = createId(time, hit.id.slice(13))
  if (hit.view) hit.view = createId(time, hit.view.slice(13))
  hit.timestamp = new Date(time).toISOString()
  return hit
}
