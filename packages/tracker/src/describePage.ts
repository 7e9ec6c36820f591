import type { NavigationType } from '@treadlight/protocol'
import { fields, guard, listen, type Deliver } from './page.ts'
import { readNavigation } from './readNavigation.ts'

/** Adds the screen's size in CSS pixels and the time zone to every hit; the language is in each request anyway. */
export function describeDevice(): void {
  fields.screen = `${screen.width}x${screen.height}`
  // Not at the start: the first use of Intl costs a browser tens of milliseconds.
  setTimeout(
    guard(() => {
      fields.timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
    }),
  )
}

/** Adds how the page came to be shown to the view that came with it; those of routes within it have none. */
export function describeNavigation(next: Deliver): Deliver {
  const entry = readNavigation()
  const page = document as { prerendering?: boolean; wasDiscarded?: boolean }
  fields.navigation = page.wasDiscarded
    ? 'restore'
    : page.prerendering || entry?.activationStart
      ? 'prerender'
      : // 'back_forward' in the browser's own words.
        (entry?.type.replace('_', '-') as NavigationType)
  listen('pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) fields.navigation = 'back-forward-cache'
  })
  return (hit) => {
    if (hit.type === 'pageview') fields.navigation = undefined
    next(hit)
  }
}
