import type { Hit } from '@treadlight/protocol'

/**
 * The hit as JSON, as it is now: what is changed afterwards is not sent, and one that cannot be written cannot hold up others.
 *
 * @throws TypeError for what JSON cannot hold
 */
export function writeHit(hit: Hit): string {
  return JSON.stringify(hit)
}

/** What a sender says that has been closed. */
export function createClosedError(): Error {
  return new Error('[treadlight] this sender was closed: send before close(), or make another')
}
