export interface Refresher {
  /** Loads unless it was done a moment ago; joins a load that is under way. */
  refresh(): Promise<void>
  /** Loads, beginning after this call. */
  refreshNow(): Promise<void>
}

/** Loading may make an answer wait, but must not be what the process is busy with. */
const maxShare = 1 / 20

/**
 * Calls `load` one at a time and not too often.
 *
 * @param refreshMs the shortest rest between two loads, in ms; 0 for none. A slow load is followed by a longer rest.
 */
export function createRefresher(load: () => Promise<void>, refreshMs: number): Refresher {
  let loading: Promise<void> | undefined
  /** By `performance.now()`, since clocks are set back. */
  let freshUntil = -Infinity

  async function timedLoad(): Promise<void> {
    const start = performance.now()
    await load()
    const end = performance.now()
    if (refreshMs > 0) freshUntil = end + Math.max(refreshMs, (end - start) / maxShare)
  }

  // One that began earlier may have missed what the caller knows to be there, so it is not joined.
  function refreshNow(): Promise<void> {
    const turn = (loading ?? Promise.resolve())
      .catch(() => undefined)
      .then(timedLoad)
      .finally(() => {
        if (loading === turn) loading = undefined
      })
    loading = turn
    return turn
  }

  return {
    async refresh() {
      if (performance.now() >= freshUntil) await (loading ?? refreshNow())
    },
    refreshNow,
  }
}
