/** Every reason for which the collector deliberately does not store a hit; `x-hit-dropped` says it. */
export const dropReasons = [
  /** A crawler or another robot, by its user agent. */
  'bot',
  /** A browser that a program drives. */
  'automation',
  /** The browser looked ahead; nobody has seen the page. */
  'prefetch',
  /** Its referrer is known for spam. */
  'spam',
  /** A site that this collector does not count for. */
  'site',
  /** The page's host is not one of the site's. */
  'host',
  /** The owner excludes the path, */
  'path',
  /** the address, */
  'address',
  /** or the owner's own visits. */
  'own',
  /** The visitor asks not to be counted: Global Privacy Control, */
  'gpc',
  /** or Do Not Track. */
  'dnt',
  /** Somebody else is logged in as the user. */
  'impersonation',
] as const

/** Why the collector deliberately did not store a hit. */
export type DropReason = (typeof dropReasons)[number]

/** Why a hit was refused. `clock` asks the sender to send the hit anew as `retimed` has it, with another time and id. */
export interface Refusal {
  /** Which field is wrong; `hit` for the whole. */
  field: string
  reason: string
}

/** Body of every answer to `POST /hit`. */
export interface HitAnswer {
  stored: number
  /** Already there: a retry met its twin. */
  duplicate: number
  /** Deliberately not stored; `x-hit-dropped` names the reasons. */
  dropped: number
  refused: ({ index: number } & Refusal)[]
  /**
   * Hits that were refused with reason `clock`, as they would have been with the right time: with a new timestamp, new
   * ids, the same for each try, and `retimed: true`. The sender sends these instead.
   */
  retimed?: object[]
}

/** Says that the answer is the collector's own, with its clock in ms since 1970. Senders forget a hit only on an answer that has it. */
export const answerHeader = 'x-hit'
export const droppedHeader = 'x-hit-dropped'
