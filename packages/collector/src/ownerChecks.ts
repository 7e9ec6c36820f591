import { createValues, siteDay, type Check } from '@treadlight/store'
import { createTokens } from './admin/tokens.ts'
import type { Config } from './config.ts'
import { readDrops } from './drops/dropCounts.ts'
import type { OpenStorage } from './openStore.ts'
import { count } from './progress.ts'
import { suggest } from './settings.ts'
import { createAdditions } from './sites/additions.ts'
import { configuredSites } from './sites/configuredSites.ts'
import { describeTaken } from './sites/hostOwner.ts'
import { createSiteRegistry, type DescribedSite } from './sites/siteRegistry.ts'
import type { Site } from './sites/sites.ts'

/** What the owner has set up beside the settings, and what was dropped today. @param now ms since 1970 */
export async function* checkOwners(config: Config, { storage }: Pick<OpenStorage, 'storage'>, now: number): AsyncGenerator<Check, void, void> {
  const values = createValues(storage)
  const additions = createAdditions(values, () => now)
  const known = { values, defaultSite: { id: config.site, timezone: config.timezone }, defaultHosts: config.hosts, configured: configuredSites(config), additions, now: () => now }
  const sites = await createSiteRegistry(known).list()
  yield describeSites(sites, config)
  yield describeDialects(sites, config)
  const tokens = await createTokens(values, () => now).list()
  yield { name: 'tokens', ok: true, detail: tokens.length === 0 ? 'none' : `${tokens.length}: ${tokens.map(({ id, name, scopes }) => `${name} (${id}, ${scopes.join(', ')})`).join('; ')}` }
  for (const { id, timezone } of sites) {
    const today = siteDay(timezone, now)
    const dropped = (await readDrops(values, id, today, today)).get(today)
    const said = Object.entries({ ...dropped?.reasons }).map(([reason, times]) => `${times} ${reason}`)
    const refused = Object.values({ ...dropped?.refused }).reduce((sum, times) => sum + times, 0)
    if (refused > 0) said.push(`${refused} not understood`)
    yield { name: 'dropped', ok: true, detail: `site ${id} today: ${said.length === 0 ? 'nothing' : said.join(', ')}` }
  }
}

/** Whom hits are taken from; an alias of a site that there is not would leave its hits to where their URLs say. */
function describeDialects(sites: readonly Site[], { dialects, aliases }: Pick<Config, 'dialects' | 'aliases'>): Check {
  const name = 'dialects'
  const pairs = Object.entries(aliases)
  const detail = `${dialects.length === 0 ? 'none' : dialects.join(', ')}${pairs.length === 0 ? '' : `; ${pairs.map(([alias, site]) => `${alias} is ${site}`).join(', ')}`}`
  const lost = pairs.find(([, site]) => !sites.some(({ id }) => id === site))
  if (lost === undefined) return { name, ok: true, detail }
  const known = sites.map(({ id }) => id)
  return { name, ok: 'warning', detail: `${detail}; there is no site ${lost[1]}, so the URL of a hit of ${lost[0]} says whose it is`, remedy: `${suggest(lost[1], known)}` }
}

/** Two sites of one host, as settings and `treadlight site` may make them together: the first takes its hits. */
function describeSites(sites: readonly DescribedSite[], config: Pick<Config, 'site'>): Check {
  const name = 'sites'
  const detail = `${count(sites.length, 'site')}: ${sites.map(({ id, timezone, hosts }) => `${id} (${[...hosts, timezone].join(', ')})`).join('; ')}`
  const owners = sites.map(({ id, allowed }) => ({ id, hosts: allowed.map(({ host }) => host) }))
  for (const [index, { id, hosts }] of owners.entries())
    for (const host of hosts) {
      const taken = describeTaken(host, owners.slice(0, index))
      if (taken === undefined) continue
      const taker = id === config.site || taken.endsWith(`site ${config.site} already`) ? 'the setting hosts does not apply to it' : 'the first takes its hits'
      return { name, ok: 'warning', detail: `${detail}; site ${id}: ${taken}, and ${taker}`, remedy: 'take it from one of them by treadlight site hosts, or in the settings' }
    }
  return { name, ok: true, detail }
}
