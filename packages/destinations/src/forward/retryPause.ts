/** What a failed request says about the next one. */
export interface Trouble {
  /** What went wrong and the remedy, as a sentence without a full stop. */
  reason: string
  /** How long the collector wants to be left alone, ms; 0 if it does not say. */
  retryAfter: number
  /** Whether only the site's owner can mend it: a wrong token. It is tried again, slowly, and no hit is lost for it. */
  isOwners: boolean
}

/** First and longest upper bound of the random pause, ms. */
const firstPause = 1000
const longestPause = 256_000
/** Between two tries while only the owner can mend it, ms. */
const ownersPause = 60_000
/** Longest `Retry-After` that is believed, ms: a proxy may say anything. */
const longestRetryAfter = 3_600_000

/**
 * How long to wait before the next try, ms: what the collector has asked for, and on top "full jitter" up to 1 s, 2 s, 4 s … 256 s,
 * so that servers which failed together do not come back in step.
 *
 * @param failures in a row before this one
 * @param random in [0, 1)
 */
export function retryPause({ retryAfter, isOwners }: Trouble, failures: number, random: number): number {
  const least = Math.max(retryAfter, isOwners ? ownersPause : 0)
  return least + random * Math.min(longestPause, firstPause * 2 ** failures)
}

/**
 * `Retry-After` in ms: seconds or an HTTP date (RFC 9110, section 10.2.3). 0 for what is neither, and for what has passed.
 *
 * @param now ms since 1970
 */
export function readRetryAfter(value: string | null, now: number): number {
  if (value === null || value.trim() === '') return 0
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return wait > 0 ? Math.min(wait, longestRetryAfter) : 0
}
