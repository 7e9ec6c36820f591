import { look } from './page.ts'

/** Follows the Navigation API too, which changes the URL without the history's methods. */
export function followNavigationApi(): void {
  ;(self as { navigation?: Navigation }).navigation?.addEventListener('currententrychange', (event) => look(event.navigationType !== 'replace'))
}
