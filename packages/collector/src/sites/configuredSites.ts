import type { Config } from '../config.ts'
import { ConfigError } from '../settings.ts'
import { describeTaken } from './hostOwner.ts'
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

/**
 * Makes sure that the setting `hosts`, which is the default site's, and the hosts of `sites` have none in common.
 * @throws ConfigError naming the host and both sites
 */
export function assertOwnHosts({ hosts, sites, site }: Pick<Config, 'hosts' | 'sites' | 'site'>): void {
  for (const [id, { hosts: own }] of Object.entries(sites)) {
    // Commands may be told that they are about this site.
    const other = id === site ? 'default' : site
    for (const host of own) {
      const taken = describeTaken(host, [{ id: other, hosts }])
      if (taken !== undefined) throw new ConfigError(`sites.${id}.hosts: ${taken}, by the setting hosts: leave it out of one of them`)
    }
  }
}
