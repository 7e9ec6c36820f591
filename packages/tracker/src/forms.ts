import { listen, track } from './page.ts'

/**
 * Counts submitted forms as `Form: Submission`. The browser says so only of valid forms, and not where a script calls
 * `form.submit()`. What was filled in stays in the page.
 */
export function trackForms(): void {
  listen('submit', () => track('Form: Submission', { path: location.pathname }))
}
