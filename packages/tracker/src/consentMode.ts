import { consent } from './consent.ts'
import type { Part } from './init.ts'

/** What Google's Consent Mode v2 calls things, and what they mean here. */
type Signals = Partial<Record<'analytics_storage' | 'ad_user_data', 'granted' | 'denied'>>

/**
 * Follows Google's Consent Mode v2: `gtag('consent', 'default' | 'update', …)` as any consent banner calls it, before
 * or after. `analytics_storage` decides on measurement, `ad_user_data` on forwarding.
 *
 * @param dataLayer the array that `gtag` pushes to
 * @example
 * init({ endpoint: '/hit', use: [consentMode(), ...standard()] })
 */
export function consentMode(dataLayer: unknown[] = ((globalThis as { dataLayer?: unknown[] }).dataLayer ??= [])): Part {
  return () => {
    const push = dataLayer.push
    dataLayer.push = (...entries) => {
      entries.forEach(follow)
      return push.apply(dataLayer, entries)
    }
    // The tracker starts first, so that what is denied by default stops it before the first view has left.
    queueMicrotask(() => dataLayer.forEach(follow))
  }
}

/** An entry is what `gtag` was called with: its `arguments`. */
function follow(entry: unknown): void {
  const [command, , signals] = Array.from((entry ?? []) as ArrayLike<unknown>)
  if (command !== 'consent' || !signals || typeof signals !== 'object') return
  const { analytics_storage, ad_user_data } = signals as Signals
  consent({
    ...(analytics_storage && { measurement: analytics_storage === 'granted' }),
    ...(ad_user_data && { forwarding: ad_user_data === 'granted' }),
  })
}
