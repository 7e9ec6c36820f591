import { visitorKey, type HitStore } from '@treadlight/store'
import type { Site } from '../sites/sites.ts'

/** How far back somebody counts as here now: 5 minutes in ms, as Plausible and Umami have it. */
const realtimeWindow = 5 * 60_000

/** What goes on at a site. */
export interface Present {
  /** Of the last 5 minutes. */
  visitors: number
  /** Their pageviews and events, of the same time. */
  hits: number
  /** The id of the newest hit of that time; empty where there is none. */
  latest: string
}

/** Who listens to the present of sites. */
export interface Realtime {
  /** Calls `tell` soon, and again whenever it has changed. @returns what ends that */
  listen(site: Site, tell: (present: Present) => void): () => void
}

export interface RealtimeOptions {
  store: Pick<HitStore, 'hits'>
  /** ms since 1970. */
  now: () => number
  /** Told why the store cannot be asked, once until it can be again. */
  onError: (error: unknown) => void
}

/** The pause between two looks at the store, ms … */
const pause = 500
/** … unless a look takes long: not more than this share of the time is spent with looking. */
const share = 1 / 5

interface Watch {
  listeners: Set<(present: Present) => void>
  /** The last one that was told. */
  told: Present | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the last look failed: an owner is to be told once, not twice a second. */
  failing: boolean
}

/**
 * The present, of a listing of its hits: a query would give the same, but go through all visits of the day for it, and this
 * is asked twice a second.
 *
 * @param now ms since 1970
 */
export async function readPresent(store: Pick<HitStore, 'hits'>, site: string, now: number): Promise<Present> {
  const visitors = new Set<string>()
  const present: Present = { visitors: 0, hits: 0, latest: '' }
  for await (const hit of store.hits({ site, from: now + 1 - realtimeWindow, to: now + 1, order: 'newest' })) {
    if (present.latest === '') present.latest = hit.id
    // A report of engagement is no event of its own.
    if (hit.type === 'engagement') continue
    present.hits++
    visitors.add(visitorKey(hit))
  }
  return { ...present, visitors: visitors.size }
}

/**
 * Looks at the store for as long as somebody listens, once for all who listen to a site. It asks the store rather than the
 * collector, so that what other processes have taken is seen too.
 */
export function createRealtime({ store, now, onError }: RealtimeOptions): Realtime {
  const watches = new Map<string, Watch>()

  return {
    listen(site, tell) {
      const watch = watches.get(site.id) ?? begin(site)
      watch.listeners.add(tell)
      if (watch.told) tell(watch.told)
      return () => {
        watch.listeners.delete(tell)
        if (watch.listeners.size > 0) return
        clearTimeout(watch.timer)
        if (watches.get(site.id) === watch) watches.delete(site.id)
      }
    },
  }

  function begin(site: Site): Watch {
    const watch: Watch = { listeners: new Set(), told: undefined, timer: undefined, failing: false }
    watches.set(site.id, watch)
    void look(site, watch)
    return watch
  }

  async function look(site: Site, watch: Watch): Promise<void> {
    const started = performance.now()
    try {
      const present = await readPresent(store, site.id, now())
      watch.failing = false
      if (isSame(present, watch.told)) return
      watch.told = present
      for (const tell of watch.listeners) tell(present)
    } catch (error) {
      if (!watch.failing) onError(error)
      watch.failing = true
    } finally {
      const rest = Math.max(pause, (performance.now() - started) / share)
      if (watch.listeners.size > 0) watch.timer = setTimeout(() => void look(site, watch), rest)
    }
  }
}

function isSame(present: Present, told: Present | undefined): boolean {
  return told !== undefined && present.visitors === told.visitors && present.hits === told.hits && present.latest === told.latest
}
