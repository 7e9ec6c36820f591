import type { Values } from '@treadlight/store'
import { isTimeZone } from '../days.ts'
import type { Recorded, Records } from '../records/records.ts'
import { asTexts } from '../settings.ts'
import { createAdditions, readAddition, type Addition } from './additions.ts'
import { describeTaken, type HostOwner } from './hostOwner.ts'
import { readSiteHost } from './siteHost.ts'
import { createSiteRecords, writeSiteRecord, type SiteRecord } from './siteRecords.ts'
import { mergeSites, type Site } from './sites.ts'

/** Why sites cannot be changed so: names the field, and the remedy. */
export class SiteProblem extends Error {
  override readonly name = 'SiteProblem'
  readonly field: 'id' | 'hosts' | 'timezone'
  /** Without the field. */
  readonly said: string

  constructor(field: SiteProblem['field'], said: string) {
    super(`${field}: ${said}`)
    this.field = field
    this.said = said
  }
}

/** Where something was set: in the settings, or beside the hits. */
export type Origin = 'settings' | 'added'

/** A site as its owner sees it. */
export interface DescribedSite extends Pick<Site, 'id' | 'timezone' | 'hosts' | 'demo'> {
  from: 'the default site' | Origin
  /** The hosts whose hits it takes; of the default site none where it takes those of every host. */
  allowed: { host: string; from: Origin }[]
}

/** Changes sites for the page, the API and the CLI. Every method may throw `SiteProblem`. */
export interface SiteRegistry {
  list(): Promise<readonly DescribedSite[]>
  /** @param hosts texts, or one in which commas separate them; @param timezone default that of the default site */
  add(site: { id: unknown; hosts: unknown; timezone?: unknown }): Promise<SiteRecord>
  /** Its hosts are these from now on. */
  setHosts(site: { id: unknown; hosts: unknown; timezone?: unknown }): Promise<SiteRecord>
  /** Its hits stay. */
  remove(id: unknown): Promise<SiteRecord>
  /** What `remove` would take away, with nothing done. */
  findRemovable(id: unknown): Promise<SiteRecord>
  /** Hits of these hosts count for the site as well. */
  allow(id: unknown, hosts: unknown): Promise<DescribedSite>
  /** Takes a host away that was added. */
  disallow(id: unknown, host: unknown): Promise<DescribedSite>
}

export interface SiteRegistryOptions {
  values: Values
  defaultSite: Pick<Site, 'id' | 'timezone'>
  /** Those of the setting `hosts`. */
  defaultHosts: readonly string[]
  configured: readonly Site[]
  /** @default those of the storage */
  additions?: Records<Addition>
  /** ms since 1970. */
  now: () => number
}

interface Known {
  records: readonly SiteRecord[]
  sites: readonly DescribedSite[]
  added: ReadonlyMap<string, readonly Recorded<Addition>[]>
}

export function createSiteRegistry({ values, defaultSite, defaultHosts, configured, now, additions = createAdditions(values, now) }: SiteRegistryOptions): SiteRegistry {
  const siteRecords = createSiteRecords(values)

  async function look(): Promise<Known> {
    const records = await siteRecords.load()
    const merged = mergeSites(defaultSite, configured, records)
    const added = new Map<string, readonly Recorded<Addition>[]>()
    for (const { id } of merged) added.set(id, (await additions.list(id)).filter(({ kind }) => kind === 'host'))
    return { records, added, sites: merged.map((site) => describe(site, added.get(site.id)!)) }
  }

  function describe({ id, timezone, hosts, demo }: Site, added: readonly Addition[]): DescribedSite {
    const from = id === defaultSite.id ? 'the default site' : configured.some((site) => site.id === id) ? 'settings' : 'added'
    const own = id === defaultSite.id ? defaultHosts : hosts
    const more = added.map(({ value }) => value).filter((host) => !own.includes(host))
    const allowed = [...own.map((host) => ({ host, from: from === 'added' ? from : 'settings' }) as const), ...more.map((host) => ({ host, from: 'added' }) as const)]
    return { id, timezone, hosts: id === defaultSite.id ? [] : [...own, ...more], from, allowed, ...(demo && { demo }) }
  }

  async function change({ id, hosts, timezone }: { id: unknown; hosts: unknown; timezone?: unknown }, isNew: boolean): Promise<SiteRecord> {
    const known = await look()
    const name = readSiteId(id)
    const before = assertChangeable(known, name, isNew)
    assertReal(before)
    const record = { id: name, timezone: readTimezone(timezone, before, defaultSite.timezone), hosts: readHosts(name, hosts, othersOf(name, known)), removed: false }
    await writeSiteRecord(values, record, now())
    return record
  }

  async function findRemovable(id: unknown): Promise<SiteRecord> {
    const known = await look()
    const name = readSiteId(id)
    assertChangeable(known, name, false)
    return { ...known.records.find((record) => record.id === name)!, removed: true }
  }

  async function find(id: unknown): Promise<Known & { site: DescribedSite }> {
    const known = await look()
    const site = known.sites.find((each) => each.id === readSiteId(id))
    if (!site) throw noSuchSite(String(id), known)
    assertReal(site)
    return { ...known, site }
  }

  async function write(site: DescribedSite, { records }: Known, hosts: string[]): Promise<DescribedSite> {
    const record = { ...records.find(({ id }) => id === site.id)!, hosts }
    await writeSiteRecord(values, record, now())
    return describe(record, [])
  }

  return {
    list: async () => (await look()).sites,
    add: (site) => change(site, true),
    setHosts: (site) => change(site, false),
    findRemovable,
    async remove(id) {
      const record = await findRemovable(id)
      await writeSiteRecord(values, record, now())
      return record
    },
    async allow(id, hosts) {
      const { site, ...known } = await find(id)
      const fresh = readHosts(site.id, hosts, othersOf(site.id, known)).filter((host) => !site.allowed.some((each) => each.host === host))
      if (site.from === 'added') return write(site, known, [...site.hosts, ...fresh])
      for (const value of fresh) await add(site.id, value)
      return (await find(id)).site
    },
    async disallow(id, host) {
      const { site, added, ...known } = await find(id)
      const name = readSiteHost(host)
      const meant = site.allowed.find((each) => each.host === name)
      if (!meant) throw new SiteProblem('hosts', `${JSON.stringify(host)} is none that site ${site.id} allows`)
      if (meant.from === 'settings') throw new SiteProblem('hosts', `${name} is one of the settings: change it there`)
      if (site.from === 'added') {
        if (site.allowed.length === 1) throw new SiteProblem('hosts', `${name} is the last one of site ${site.id}: remove the site, or allow another before`)
        return write(site, { added, ...known }, site.hosts.filter((each) => each !== name))
      }
      for (const record of added.get(site.id)!) if (record.value === name) await additions.remove(site.id, record.id)
      return (await find(id)).site
    },
  }

  async function add(site: string, host: string): Promise<void> {
    const addition = readAddition('host', host)
    if (typeof addition === 'string') throw new SiteProblem('hosts', addition)
    await additions.add(site, addition).catch((error: unknown) => {
      throw error instanceof RangeError ? new SiteProblem('hosts', error.message) : error
    })
  }

  /** With what the setting `hosts` gives to the default site. */
  function othersOf(id: string, { sites }: Known): HostOwner[] {
    return sites.filter((site) => site.id !== id).map((site) => ({ id: site.id, hosts: site.allowed.map(({ host }) => host) }))
  }
}

/** @returns what was known of it before */
function assertChangeable({ sites, records, ...known }: Known, id: string, isNew: boolean): SiteRecord | undefined {
  const there = sites.find((site) => site.id === id)
  if (there && there.from !== 'added')
    throw new SiteProblem('id', `site ${id} is ${there.from === 'settings' ? 'one of the settings: change sites there' : 'the default site: change the settings site and timezone'}`)
  if (isNew && there) throw new SiteProblem('id', `there is a site ${id} already: change its hosts, as treadlight site hosts ${id} --host … does`)
  if (!isNew && !there) throw noSuchSite(id, { sites, records, ...known })
  return records.find((record) => record.id === id)
}

/** @throws SiteProblem for what can be no site's id */
export function readSiteId(id: unknown): string {
  if (typeof id !== 'string' || !/^[a-z0-9_-]{1,64}$/.test(id)) throw new SiteProblem('id', `${JSON.stringify(id) ?? 'nothing'} is no id of a site: 1 to 64 of a-z, 0-9, _ and -`)
  return id
}

/** A site that is made up has no hosts: nothing may ever be counted for it. */
function assertReal(site: Pick<SiteRecord, 'id' | 'demo'> | undefined): void {
  if (site?.demo) throw new SiteProblem('id', `site ${site.id} is made up and takes no hits: add another one for your own`)
}

function readTimezone(wanted: unknown, before: SiteRecord | undefined, usual: string): string {
  if (wanted !== undefined && !(typeof wanted === 'string' && isTimeZone(wanted))) throw new SiteProblem('timezone', `${JSON.stringify(wanted)} must be an IANA time zone such as Europe/Berlin`)
  if (before === undefined) return wanted ?? usual
  if (wanted !== undefined && wanted !== before.timezone)
    throw new SiteProblem('timezone', `site ${before.id} has ${before.timezone} for ever, since each of its hits is of a day in it; use another id`)
  return before.timezone
}

function readHosts(id: string, value: unknown, others: readonly HostOwner[]): string[] {
  const given = asTexts(value ?? '') ?? []
  if (given.length === 0) throw new SiteProblem('hosts', 'a site needs at least one, by which its hits are known')
  const hosts = given.map((text) => {
    const host = readSiteHost(text)
    if (host === undefined) throw new SiteProblem('hosts', `${JSON.stringify(text)} must be a host such as blog.example or *.blog.example`)
    const taken = describeTaken(host, others)
    if (taken !== undefined) throw new SiteProblem('hosts', `site ${id}: ${taken}`)
    return host
  })
  return [...new Set(hosts)]
}

function noSuchSite(id: string, { sites }: Known): SiteProblem {
  return new SiteProblem('id', `there is no site ${id}; there ${sites.length === 1 ? 'is' : 'are'} ${sites.map((site) => site.id).join(', ')}`)
}
