import type { Config } from '../config.ts'
import { ConfigError } from '../settings.ts'
import type { Site } from './sites.ts'

/**
 * The settings' sites.
 * @throws ConfigError where one of them is the default site as well
 */
export function configuredSites({ sites, site, timezone }: Pick<Config, 'sites' | 'site' | 'timezone'>): Site[] {
  if (Object.hasOwn(sites, site))
    throw new ConfigError(`sites.${site}: ${site} is the setting site, which takes what no other site does: leave it out of sites, or name another by site`)
  return Object.entries(sites).map(([id, { hosts, timezone: own = timezone }]) => ({ id, timezone: own, hosts }))
}
