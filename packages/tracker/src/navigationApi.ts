import { look } from './page.ts'

/** Follows the Navigation API too, which changes the URL without the history's methods. */
export function followNavigationApi(): void {
  const { navigation } = self as { navigation?: EventTarget }
  navigation?.addEventListener('currententrychange', look as () => void)
}
