import { track } from './page.ts'
import { readNavigation } from './readNavigation.ts'

/**
 * Counts a page that the server answered with 404 as an event of that name (Chromium and Firefox tell; else the page
 * says so itself, with `track('404')`).
 */
export function trackNotFound(): void {
  if (readNavigation()?.responseStatus === 404) track('404', { path: location.pathname })
}
