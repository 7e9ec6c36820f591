import type { HostTest } from '../enrich/hosts.ts'
import type { Finder, Site } from '../sites/sites.ts'

export interface NamedSites {
  /** What the owner says that names of other products mean: ids of sites. */
  aliases: ReadonlyMap<string, string>
  /** The default site's, by the setting `hosts`. */
  defaultHosts: readonly string[]
  /** Whether a host is one of these. */
  isDefaultHost: HostTest | undefined
}

/** The site that another product's client names; undefined where none is called so, and the URL is to say it. */
export function findSite(name: string, find: Finder, { aliases, isDefaultHost }: NamedSites): Site | undefined {
  const known = find(aliases.get(name) ?? name, '')
  if (known !== undefined) return known
  const host = name.toLowerCase()
  const byDefault = find(undefined, '')!
  const byHost = find(undefined, host)!
  return byHost !== byDefault || isDefaultHost?.(host) || byDefault.added?.isHost(host) ? byHost : undefined
}
