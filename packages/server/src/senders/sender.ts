import type { Hit } from '@treadlight/protocol'

/** What has become of the hits that a sender took. Each is in one of the first four. */
export interface SenderCounts {
  /** Answered for by the collector: stored, known to it already, or deliberately not counted. */
  delivered: number
  /** Not yet answered for. */
  waiting: number
  /** Given up because too many waited: the oldest go first. */
  dropped: number
  /** Refused for good by the collector: see `deadLetters`. */
  dead: number
  /** Requests that failed and were, or will be, tried again. */
  retries: number
}

/** A hit that the collector will never take, and what it said. */
export interface DeadLetter {
  hit: Hit
  /** The answer's status, and the field and reason that it named. */
  reason: string
}

/** What a collector answered to one hit. */
export interface DeliveryReport {
  status: number
  /** `dropped`: deliberately not stored. */
  outcome: 'stored' | 'duplicate' | 'dropped'
  /** Why it was dropped: what `x-hit-dropped` says. */
  reason?: string
}

/** Delivers hits to a collector: how a server sends. What differs is when `send` resolves, and what survives. */
export interface Sender {
  /**
   * Takes a hit whose id and time are settled. Resolves once the sender has done what it promises: `sync` has an answer, `outbox`
   * and `bullmq` have it stored, `background` and `memory` have taken it. Rejects where that fails; the caller decides what a lost
   * hit is worth.
   */
  send(hit: Hit): Promise<DeliveryReport | void>
  /** Tries to deliver what waits, now. Resolves when it was tried. */
  flush(): Promise<void>
  /** Takes no more, and delivers what waits as far as `timeout` ms allow. @param options.timeout ms @default 5000 */
  close(options?: { timeout?: number }): Promise<void>
  counts(): SenderCounts
  /** The latest, at most 100. */
  deadLetters(): readonly DeadLetter[]
}

/** Where hits go, and how they get there: what every sender that speaks to a collector is made with. */
export interface CollectorAddress {
  /** URL of the collector, such as `https://stats.example`. Hits go to `/hit` there. */
  collector: string | URL
  /** Of `treadlight token create --name NAME --scope hits`. Without it the collector takes the server for the visitor. */
  token?: string
}

/** What every sender that speaks to a collector may be told. */
export interface DeliveryOptions extends CollectorAddress {
  /** How long the collector may take for an answer, ms. @default 10_000 */
  timeout?: number
  /** Told of each hit that is given up for good. */
  onDead?: (letter: DeadLetter) => void
  /** Told, a line at a time, what the owner should know: refusals, and troubles as they begin and end. @default console.warn */
  log?: (message: string) => void
  /** What requests are made with. @default fetch */
  fetch?: typeof fetch
}
