/** Upper ends of the histogram's buckets, seconds. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** What one route was asked and how long its answers took. */
interface RouteStats {
  byStatus: Map<number, number>
  /** How many answers took at most as long as the bucket says, and longer than the one before. */
  buckets: number[]
  /** Seconds. */
  sum: number
  count: number
}

/** Counts and times requests by route, as the route was declared: nothing of it is a visitor's. */
export interface Requests {
  /** A handler that is counted. Routes of one name are counted together. */
  measure<Input, Answer extends { status: number }>(name: string, handler: (input: Input) => Answer | Promise<Answer>): (input: Input) => Promise<Answer>
  /** An answer that no route gave. */
  add(name: string, status: number): void
  readonly routes: ReadonlyMap<string, RouteStats>
}

/** @param elapsed ms, by a clock that nobody sets */
export function createRequests(elapsed: () => number = () => performance.now()): Requests {
  const routes = new Map<string, RouteStats>()

  function statsOf(name: string): RouteStats {
    let stats = routes.get(name)
    if (!stats) routes.set(name, (stats = { byStatus: new Map(), buckets: Array.from(durationBuckets, () => 0), sum: 0, count: 0 }))
    return stats
  }

  return {
    routes,
    add: (name, status) => count(statsOf(name), status),
    measure(name, handler) {
      const stats = statsOf(name)
      const note = (started: number, status: number): void => {
        const seconds = (elapsed() - started) / 1000
        count(stats, status)
        stats.sum += seconds
        stats.count++
        const bucket = durationBuckets.findIndex((end) => seconds <= end)
        if (bucket !== -1) stats.buckets[bucket]!++
      }
      return async (input) => {
        const started = elapsed()
        try {
          const response = await handler(input)
          note(started, response.status)
          return response
        } catch (error) {
          note(started, (error as { status?: number }).status ?? 500)
          throw error
        }
      }
    },
  }
}

function count({ byStatus }: RouteStats, status: number): void {
  byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
}
