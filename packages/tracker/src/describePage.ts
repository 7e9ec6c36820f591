import type { NavigationType } from '@treadlight/protocol'
import { fields, guard, listen, type PageHit } from './page.ts'
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

/** Adds how the page came to be shown to its first view: those of routes within it have none, so `forgetNavigation` is to see each hit. */
export function describeNavigation(): void {
  fields.navigation = (document as { wasDiscarded?: boolean }).wasDiscarded
    ? 'restore'
    : (document as { prerendering?: boolean }).prerendering || readNavigation()?.activationStart
      ? 'prerender'
      : // 'back_forward' in the browser's own words.
        (readNavigation()?.type.replace('_', '-') as NavigationType)
  listen('pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) fields.navigation = 'back-forward-cache'
  })
}

/** Ends with `hit`, if it is a view, what `describeNavigation` has said. */
export function forgetNavigation(hit: PageHit): void {
  if (hit.type === 'pageview') fields.navigation = undefined
}
