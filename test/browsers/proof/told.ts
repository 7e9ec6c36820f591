import type { HitType } from '@treadlight/protocol'

/**
 * What a page knows and tells. Everything has a name of its own, so it does no harm if a page tells the same twice,
 * by a beacon at once and on being asked.
 */
export interface Told {
  /** Hits that the tracker has made, before it wrote or sent them. */
  made: { id: string; type: HitType }[]
  /** Names of hits that are on the device: their transaction has committed. */
  queued: string[]
  /** What should have made a hit: `view …` or `event …`. */
  acts: string[]
  /** What a visitor's console would complain of. */
  errors: string[]
}

/** How a page of the proof is spoiled before its first script. */
export interface PageSettings {
  /** How much the page's clock is ahead of the truth, ms. */
  clockAhead?: number
  storage?: 'throws' | 'is missing' | 'hangs'
}

/** What a page of the proof can be asked, as expressions on `proof`. */
export interface PageProof {
  /** Makes a view (`v`) or an event (`e`) per letter, some ms apart. */
  act(letters: string, gap: number): Promise<void>
  tell(): Told
  /** How many hits of these names are still on the device, whichever page has made them. */
  countQueued(names: readonly string[]): Promise<number>
  /** As if the network had come back: what is undelivered need not wait for its retry. */
  comeBack(): void
  /** Ends tracking. */
  stop(): void
}

/** What stays of an id whatever its time: a hit that is timed anew keeps it, and 62 bits of it are random. */
export function nameOfHit(id: string): string {
  return id.slice(13)
}
