import type { ForwardedHit } from '../destination.ts'

/** Hits of one site for one destination that were written together: they are read and removed as one. */
export interface Parcel {
  /** Keys of one destination sort as they were written. */
  key: string
  destination: string
  site: string
  hits: number
}

/** A hit that a destination will never have, and why. */
export interface DeadLetter {
  hit: ForwardedHit
  /** In words for the owner: nothing of a key or password is in it. */
  reason: string
  /** When it was given up, ms since 1970. */
  time: number
}

/** Where hits wait until a destination has them. */
export interface Outbox {
  /** Resolves once they are kept. All are of one site. */
  write(destination: string, hits: readonly ForwardedHit[]): Promise<Parcel>
  /** Undefined where it is gone: somebody else has seen to it, or nobody may. */
  read(parcel: Parcel): Promise<ForwardedHit[] | undefined>
  remove(parcel: Parcel): Promise<void>
  /** Keeps what will never be sent, up to a bound: the oldest go. */
  bury(destination: string, letters: readonly DeadLetter[]): Promise<void>
  /** The newest first. */
  deadLetters(destination: string, most: number): Promise<DeadLetter[]>
  /** How many there are. */
  countDead(destination: string): Promise<number>
}

/** Most dead letters of a destination that are kept. */
export const mostDeadLetters = 1000
