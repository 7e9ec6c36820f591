import { createValues, type Values } from '@treadlight/store'
import type { Config } from '../config.ts'
import { openExistingStorage } from '../openStore.ts'
import { ConfigError } from '../settings.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createSites, type Site } from '../sites/sites.ts'
import type { CommandOption } from './command.ts'

/** Of commands about what belongs to a site. */
export const siteOption: CommandOption = { name: 'site', type: 'string', summary: 'The site that it is about (default the default site)' }

/**
 * Opens the small values beside the hits, not the store, since a text file is open in the collector; and closes them after.
 * @param named what `--site` says
 * @throws ConfigError for a site that there is not
 */
export async function withSite<T>(config: Config, named: unknown, act: (values: Values, site: Site) => Promise<T>): Promise<T> {
  const { storage, close } = await openExistingStorage(config)
  try {
    const values = createValues(storage)
    return await act(values, await findSite(config, named, values))
  } finally {
    await close()
  }
}

async function findSite(config: Config, named: unknown, values: Values): Promise<Site> {
  const onError = (error: unknown): never => {
    throw error
  }
  const sites = createSites({ values, defaultSite: { id: config.site, timezone: config.timezone }, defaultHosts: config.hosts, configured: configuredSites(config), now: Date.now, onError })
  const all = await sites.list()
  const site = named === undefined ? all[0] : await sites.named(String(named))
  if (site) return site
  throw new ConfigError(`--site ${String(named)}: there is no such site; there ${all.length === 1 ? 'is' : 'are'} ${all.map(({ id }) => id).join(', ')}`)
}
