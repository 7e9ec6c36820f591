import type { Values } from '@treadlight/store'
import { longestHost, withoutDot } from '../enrich/hosts.ts'
import type { Records } from '../records/records.ts'
import { createAdditions, createAdditionsOf, type Addition, type SiteAdditions } from './additions.ts'
import { createSiteRecords, type SiteDemo, type SiteRecord } from './siteRecords.ts'

/** A site that hits are counted for. */
export interface Site {
  id: string
  /** IANA name: the site's days begin there. */
  timezone: string
  /** Lower case: `blog.example`, or `*.blog.example` for every host below it. None for the default site. */
  hosts: readonly string[]
  /** What the owner has added to the settings for it: another object only where that has changed. @default nothing */
  added?: SiteAdditions
  /** Where all that it has is made up: no hit is counted for it. @default its hits are real */
  demo?: SiteDemo
}

/** The sites of a collector. */
export interface Sites {
  /** The first is the default one. What other processes have added or removed is known after 5 s. */
  list(): Promise<readonly Site[]>
  /** Whose hit it is: by name, else by the host of its URL, else the default one's; undefined for a name that there is not. */
  find(): Finder | Promise<Finder>
  /** The site that a program asks for: by id, else by one of its hosts, as Plausible's sites are called. Undefined for none. */
  named(name: string): Promise<Site | undefined>
  /** Looks anew what is stored: after this process itself has changed something. */
  reload(): Promise<void>
}

/**
 * Undefined only for a name that there is not.
 * @param name as the hit has it; undefined where it has none
 * @param hostname of its URL
 */
export type Finder = (name: string | undefined, hostname: string) => Site | undefined

export interface SitesOptions {
  values: Values
  /** Takes what no other site does. */
  defaultSite: Pick<Site, 'id' | 'timezone'>
  /** Those of the setting `hosts`: only by them can a program name the default site by a host. @default none */
  defaultHosts?: readonly string[]
  /** Those of the settings; of one id they count before what `treadlight site add` has written. */
  configured: readonly Site[]
  /** What was added to the settings, by site. @default those of the storage */
  additions?: Pick<Records<Addition>, 'list'>
  /** ms since 1970. */
  now: () => number
  /** Told when the storage cannot be asked for sites: those that were known go on. */
  onError: (error: unknown) => void
}

/** For how long a listing is good, ms. */
const fresh = 5000

export function createSites({ values, defaultSite, defaultHosts = [], configured, now, onError, additions = createAdditions(values, now) }: SitesOptions): Sites {
  const records = createSiteRecords(values)
  const additionsOf = createAdditionsOf(additions)
  let known: { sites: readonly Site[]; find: Finder } = settle(mergeSites(defaultSite, configured, []))
  let at = -Infinity
  let loading: Promise<void> | undefined

  return {
    async list() {
      if (!isFresh()) await refresh()
      return known.sites
    },
    find: () => (isFresh() ? known.find : refresh().then(() => known.find)),
    async named(name) {
      const [first, ...others] = await this.list()
      const byId = [first!, ...others].find(({ id }) => id === name)
      return byId ?? siteWithHost([{ ...first!, hosts: [...defaultHosts, ...(first!.added?.hosts ?? [])] }, ...others], name)
    },
    async reload() {
      // One that is under way may have listed before.
      await loading
      await refresh()
    },
  }

  function isFresh(): boolean {
    return Math.abs(now() - at) <= fresh
  }

  function refresh(): Promise<void> {
    loading ??= load().finally(() => (loading = undefined))
    return loading
  }

  /** A storage that fails is no reason to take a hit for another site's. */
  async function load(): Promise<void> {
    try {
      const sites = mergeSites(defaultSite, configured, await records.load())
      known = settle(await Promise.all(sites.map(async (site) => addTo(site, await additionsOf.read(site.id)))))
    } catch (error) {
      onError(error)
    }
    at = now()
  }

  function settle(sites: readonly Site[]): typeof known {
    return { sites, find: createFinder(sites.filter(({ demo }) => demo === undefined)) }
  }

  /** The default site takes what no other does, whatever hosts it has. */
  function addTo(site: Site, added: SiteAdditions | undefined): Site {
    if (added === undefined) return site
    return { ...site, added, hosts: site.id === defaultSite.id ? site.hosts : [...new Set([...site.hosts, ...added.hosts])] }
  }
}

/** No site has this id: stands where the default one does, which would take every host. */
const nobody: Site = { id: '', timezone: 'UTC', hosts: [] }

function siteWithHost(sites: readonly Site[], name: string): Site | undefined {
  const site = createFinder([nobody, ...sites])(undefined, name.toLowerCase())
  return site === nobody ? undefined : site && { ...site, hosts: sites[0] === site ? [] : site.hosts }
}

/** Every site there is, each id once: the default one, those of the settings, those that were added. */
export function mergeSites(defaultSite: Pick<Site, 'id' | 'timezone'>, configured: readonly Site[], added: readonly SiteRecord[]): Site[] {
  const sites = new Map<string, Site>([[defaultSite.id, { id: defaultSite.id, timezone: defaultSite.timezone, hosts: [] }]])
  for (const { id, timezone, hosts, demo } of [...configured, ...added.filter((record) => !record.removed)]) {
    if (!sites.has(id)) sites.set(id, { id, timezone, hosts, ...(demo && { demo }) })
  }
  return [...sites.values()]
}

/**
 * A host itself counts before the domains that it is below, and the nearest of these before the others. With and without
 * `www.` is the same host, unless both are there.
 */
export function createFinder(sites: readonly Site[]): Finder {
  const [first] = sites
  const byId = new Map(sites.map((site) => [site.id, site]))
  const byHost = new Map<string, Site>()
  for (const site of sites) for (const host of site.hosts) if (!byHost.has(host)) byHost.set(host, site)

  return (name, hostname) => {
    if (name !== undefined) return byId.get(name)
    return byHost.size === 0 ? first : (siteOfHost(hostname) ?? first)
  }

  function siteOfHost(full: string): Site | undefined {
    // Longer ones are none that DNS has: going through their parts would take long.
    if (full.length > longestHost) return undefined
    const hostname = withoutDot(full)
    const exact = byHost.get(hostname) ?? byHost.get(hostname.startsWith('www.') ? hostname.slice(4) : `www.${hostname}`)
    if (exact) return exact
    for (let dot = hostname.indexOf('.'); dot !== -1; dot = hostname.indexOf('.', dot + 1)) {
      const site = byHost.get(`*${hostname.slice(dot)}`)
      if (site) return site
    }
    return undefined
  }
}
