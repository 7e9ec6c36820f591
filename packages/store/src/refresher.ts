export interface Refresher {
  /** Loads unless it was done a moment ago; joins a load that is under way. */
  refresh(): Promise<void>
  /** Loads, beginning after this call. */
  refreshNow(): Promise<void>
}

/** Loading may make an answer wait, but must not be what the process is busy with … */
const maxShare = 1 / 20
/** … unless others' hits would stay unseen for longer than this, ms. */
const maxRest = 2000

/**
 * Calls `load` one at a time and not too often.
 *
 * @param refreshMs the shortest rest between two loads, in ms; 0 for none. A slow load is followed by a longer
 *   rest, of up to 2 s; the first one, which reads everything, is not.
 */
export function createRefresher(load: () => Promise<void>, refreshMs: number): Refresher {
  let loading: Promise<void> | undefined
  /** Waits for the one under way, and has not begun. */
  let queued: Promise<void> | undefined
  let first = true
  /** By `performance.now()`, since clocks are set back. */
  let freshUntil = -Infinity

  async function timedLoad(): Promise<void> {
    const start = performance.now()
    await load()
    const end = performance.now()
    const rest = first ? 0 : Math.min(maxRest, (end - start) / maxShare)
    first = false
    if (refreshMs > 0) freshUntil = end + Math.max(refreshMs, rest)
  }

  function begin(): Promise<void> {
    const turn = timedLoad().finally(() => {
      if (loading === turn) loading = undefined
    })
    loading = turn
    return turn
  }

  // One that began earlier may have missed what the caller knows to be there, so it is not joined.
  function refreshNow(): Promise<void> {
    if (loading === undefined) return begin()
    queued ??= loading.catch(() => undefined).then(() => {
      queued = undefined
      return begin()
    })
    return queued
  }

  return {
    async refresh() {
      if (refreshMs === 0) await refreshNow()
      else if (performance.now() >= freshUntil) await (loading ?? refreshNow())
    },
    refreshNow,
  }
}
