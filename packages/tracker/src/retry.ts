const shortest = 1000
const longest = 300_000
const longestPause = 3_600_000

/** How long to wait before the next try, ms: anywhere up to 1 s, 2 s, 4 s … 5 min ("full jitter"), so that browsers do not come back in step. */
export function retryDelay(failures: number): number {
  return Math.random() * Math.min(longest, shortest * 2 ** failures)
}

/** Reads `Retry-After`, seconds or a date, as ms from now; at most an hour, so that a wrong clock on either side does no harm. */
export function readRetryAfter(header: string | null): number {
  const pause = Number(header) * 1000 || Date.parse(header!) - Date.now() || 0
  return Math.min(Math.max(pause, 0), longestPause)
}
