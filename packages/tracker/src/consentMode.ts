import { consent } from './consent.ts'
import type { Part } from './init.ts'

/** What Google's Consent Mode v2 calls things, and what they mean here. */
type Signal = 'analytics_storage' | 'ad_user_data'
type Signals = Partial<Record<Signal, 'granted' | 'denied'>> & { region?: string | readonly string[] }

/** What was said of a signal, if anything. It weighs 0 as a default for all, 1 as a denial for a region, 2 as what the visitor said. */
interface Word {
  isGranted?: boolean
  weight: 0 | 1 | 2
}

const nothing: Word = { weight: 0 }

/**
 * Follows Google's Consent Mode v2: `gtag('consent', 'default' | 'update', …)` as any consent banner calls it, before
 * or after. `analytics_storage` decides on measurement, `ad_user_data` on forwarding.
 *
 * Where the visitor is nobody knows here. So what a default denies for a `region` is denied, in whichever order the defaults
 * come, until an update says otherwise; and what it grants for one says nothing. No default takes back an update.
 *
 * @param dataLayer the array that `gtag` pushes to
 * @example
 * init({ endpoint: '/hit', use: [consentMode(), ...standard()] })
 */
export function consentMode(dataLayer: unknown[] = ((globalThis as { dataLayer?: unknown[] }).dataLayer ??= [])): Part {
  return () => {
    const push = dataLayer.push
    const follow = createFollower()
    dataLayer.push = (...entries) => {
      follow(entries)
      return push.apply(dataLayer, entries)
    }
    // The tracker starts first, so that what is denied by default stops it before the first view has left.
    queueMicrotask(() => follow(dataLayer))
  }
}

/** Returns what takes entries of the data layer, all before it acts on them: no view leaves between a grant and a denial. */
function createFollower(): (entries: readonly unknown[]) => void {
  let measurement = nothing
  let forwarding = nothing

  return (entries) => {
    const before = { measurement, forwarding }
    for (const entry of entries) {
      // What `gtag` was called with: its `arguments`.
      const [command, action, signals] = Array.from((entry ?? []) as ArrayLike<unknown>)
      if (command !== 'consent' || !signals || typeof signals !== 'object') continue
      measurement = weigh(measurement, readWord('analytics_storage', action, signals))
      forwarding = weigh(forwarding, readWord('ad_user_data', action, signals))
    }
    consent({
      ...(measurement !== before.measurement && isNews(measurement, before.measurement) && { measurement: measurement.isGranted! }),
      ...(forwarding !== before.forwarding && { forwarding: forwarding.isGranted! }),
    })
  }
}

/** A default grants nothing that was not denied: it is no reason to go on where the site has called `stop`. */
function isNews({ isGranted, weight }: Word, before: Word): boolean {
  return !isGranted || weight > 0 || before.isGranted === false
}

/** Nothing where a signal is not named, and where it is granted in a region, in which the visitor may not be. */
function readWord(name: Signal, action: unknown, { [name]: value, region }: Signals): Word | undefined {
  const isGranted = value === 'granted'
  const weight = action === 'update' ? 2 : region?.length ? 1 : 0
  return value && !(isGranted && weight === 1) ? { isGranted, weight } : undefined
}

/** The word that holds: the later one, unless it weighs less. */
function weigh(before: Word, after: Word | undefined): Word {
  return after && after.weight >= before.weight ? after : before
}
