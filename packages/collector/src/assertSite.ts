import type { AnyStore } from './openStore.ts'
import { ConfigError } from './settings.ts'

/**
 * A mistyped site would make an empty backup, or erase nobody.
 * @throws ConfigError naming the sites that there are
 */
export async function assertSite(store: AnyStore, site: string): Promise<void> {
  const sites = (await store.sites?.()) ?? [site]
  if (sites.includes(site) || sites.length === 0) return
  throw new ConfigError(`--site ${site}: there is no such site here; there ${sites.length === 1 ? 'is' : 'are'} ${sites.join(', ')}`)
}
