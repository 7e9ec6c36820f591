import type { Destination, DestinationAnswer, DestinationRequest, ForwardedHit, Verdict } from '../destination.ts'
import type { Ledger } from './ledger.ts'
import type { DeadLetter } from './outbox.ts'
import type { SendRequest } from './request.ts'

/** What has become of hits that were to be sent. */
export interface Delivery {
  /** To be sent later, in this order; those that fail alone come last. */
  rest: ForwardedHit[]
  dead: DeadLetter[]
  /** Why there is a rest: how long the system wants to be left alone, seconds; 0 if it does not say. */
  pause?: { after: number }
  /** Whether all of `rest` have been tried by themselves: then others go first. */
  isTriedAlone: boolean
  /** Whether `rest` is in another order than before, for the same reason. */
  isReordered: boolean
}

export interface CourierOptions {
  destination: Destination
  ledger: Ledger
  send: SendRequest
  now: () => number
  /** How long an answer may take, ms. */
  timeout: number
  /** Requests at a time. */
  parallel: number
}

/** Takes hits to a destination, once: what comes of it is said, nothing is kept. Never rejects. */
export type Courier = (hits: readonly ForwardedHit[], signal?: AbortSignal) => Promise<Delivery>

interface Mapped {
  hit: ForwardedHit
  item: unknown
}

/** What a request has come to: an answer's meaning, or that there was none. */
type Outcome = { verdict: Verdict; status: number }

/** Of what was refused as a whole, a part may be right. */
const splitStatuses = new Set([400, 413, 422])

export function createCourier({ destination, ledger, send, now, timeout, parallel }: CourierOptions): Courier {
  /** Fewer than `maxBatch` after failures that a single hit may be the reason for. */
  let most = destination.maxBatch

  return async (hits, signal) => {
    const delivery: Delivery = { rest: [], dead: [], isTriedAlone: false, isReordered: false }
    const alone: ForwardedHit[] = []
    const mapped = hits.flatMap((hit) => map(hit, delivery))
    while (mapped.length > 0) {
      const chunk = mapped.splice(0, Math.min(most, destination.maxBatch))
      const left = signal?.aborted ? chunk : await sendChunk(chunk, delivery, signal)
      if (left.length === 0) continue
      const isAlone = chunk.length === 1
      ;(isAlone ? alone : delivery.rest).push(...left.map(({ hit }) => hit))
      delivery.pause ??= { after: 0 }
      delivery.rest.push(...mapped.splice(0).map(({ hit }) => hit))
    }
    delivery.isTriedAlone = delivery.rest.length === 0
    delivery.isReordered = alone.length > 0 && !delivery.isTriedAlone
    delivery.rest.push(...alone)
    return delivery
  }

  /** None or one: what is not to be sent is counted or buried. */
  function map(hit: ForwardedHit, delivery: Delivery): Mapped[] {
    if (now() - hit.time > destination.maxAge) return bury(delivery, [hit], 'older than the destination takes hits (maxAge)')
    try {
      const redacted = destination.redact(hit)
      const item = redacted === undefined ? undefined : destination.map(redacted, { now: now() })
      if (item !== undefined) return [{ hit, item }]
      ledger.counts.withheld++
      return []
    } catch (error) {
      return bury(delivery, [hit], `redact or map failed: ${messageOf(error)}`)
    }
  }

  function bury(delivery: Delivery, hits: readonly ForwardedHit[], reason: string): never[] {
    const letters = hits.map((hit) => ({ hit, reason: ledger.clean(reason), time: now() }))
    delivery.dead.push(...letters)
    return []
  }

  /** @returns what is to be sent later */
  async function sendChunk(chunk: readonly Mapped[], delivery: Delivery, signal: AbortSignal | undefined): Promise<Mapped[]> {
    let requests: ReturnType<Destination['batch']>
    try {
      requests = destination.batch(chunk.map(({ item }) => item))
    } catch (error) {
      if (chunk.length > 1) return sendHalves(chunk, delivery, signal)
      return bury(delivery, [chunk[0]!.hit], `batch failed: ${messageOf(error)}`)
    }
    const carried = new Set(requests.flatMap(({ indexes }) => indexes))
    const forgotten = chunk.filter((_, index) => !carried.has(index)).map(({ hit }) => hit)
    if (forgotten.length > 0) bury(delivery, forgotten, 'batch has put it into no request')
    return sendAll(requests, chunk, delivery, signal)
  }

  async function sendAll(requests: ReturnType<Destination['batch']>, chunk: readonly Mapped[], delivery: Delivery, signal: AbortSignal | undefined): Promise<Mapped[]> {
    const left: Mapped[] = []
    const waiting = requests.slice()
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const items = next.indexes.flatMap((index) => chunk[index] ?? [])
        if (delivery.pause !== undefined || signal?.aborted) left.push(...items)
        else left.push(...(await sendOne(next.request, items, delivery, signal)))
      }
    }
    await Promise.all(Array.from({ length: parallel }, work))
    return left
  }

  async function sendOne(request: DestinationRequest, items: readonly Mapped[], delivery: Delivery, signal: AbortSignal | undefined): Promise<Mapped[]> {
    const { verdict, status } = await ask(request, items.length, signal)
    const hits = items.map(({ hit }) => hit)
    if (verdict.kind === 'sent') return deliver(hits.length)
    if (verdict.kind === 'dead') {
      if (items.length > 1 && splitStatuses.has(status)) return sendHalves(items, delivery, signal)
      return bury(delivery, hits, verdict.reason)
    }
    if (verdict.kind === 'retry') {
      ledger.fail(verdict.reason)
      delivery.pause = { after: Math.max(delivery.pause?.after ?? 0, verdict.after ?? 0) }
      // One of them may be what the system fails at; where it says that it is busy, none is.
      if (status >= 500 && status !== 503) most = Math.max(1, items.length >> 1)
      return [...items]
    }
    const dead = new Map(verdict.dead.map(({ index, reason }) => [index, reason]))
    const later = new Set(verdict.retry.map(({ index }) => index))
    for (const [index, reason] of dead) if (hits[index] !== undefined) bury(delivery, [hits[index]], reason)
    deliver(hits.filter((_, index) => !dead.has(index) && !later.has(index)).length)
    if (later.size === 0) return []
    ledger.fail(verdict.retry[0]!.reason)
    delivery.pause ??= { after: 0 }
    return items.filter((_, index) => later.has(index) && !dead.has(index))
  }

  function deliver(count: number): never[] {
    ledger.counts.sent += count
    if (count > 0) ledger.recover()
    if (count > 0) most = Math.min(destination.maxBatch, most * 2)
    return []
  }

  async function sendHalves(items: readonly Mapped[], delivery: Delivery, signal: AbortSignal | undefined): Promise<Mapped[]> {
    const middle = items.length >> 1
    const left = await sendChunk(items.slice(0, middle), delivery, signal)
    if (delivery.pause !== undefined) return [...left, ...items.slice(middle)]
    return [...left, ...(await sendChunk(items.slice(middle), delivery, signal))]
  }

  async function ask(request: DestinationRequest, count: number, stop: AbortSignal | undefined): Promise<Outcome> {
    let answer: DestinationAnswer
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new DOMException('', 'TimeoutError')), timeout)
    const signal = stop === undefined ? late.signal : AbortSignal.any([late.signal, stop])
    try {
      answer = await Promise.race([makeRequest(request, signal), whenAborted(signal)])
    } catch (error) {
      return { verdict: { kind: 'retry', reason: messageOf(error) }, status: 0 }
    } finally {
      clearTimeout(timer)
    }
    try {
      return { verdict: destination.classify(answer, count), status: answer.status }
    } catch (error) {
      return { verdict: { kind: 'dead', reason: `classify failed: ${messageOf(error)}` }, status: answer.status }
    }
  }

  async function makeRequest(request: DestinationRequest, signal: AbortSignal): Promise<DestinationAnswer> {
    const signed = (await destination.sign?.(request, { now: now() })) ?? request
    return (await destination.deliver?.(signed)) ?? (await send(signed, { allowPrivate: destination.allowPrivate, signal }))
  }
}

/** A `deliver` of somebody's own knows of no signal. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true }))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
