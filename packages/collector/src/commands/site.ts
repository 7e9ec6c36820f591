import { createValues, type Values } from '@treadlight/store'
import type { Config } from '../config.ts'
import { isTimeZone } from '../days.ts'
import { openExistingStorage } from '../openStore.ts'
import { asTexts, ConfigError } from '../settings.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { describeTaken, type HostOwner } from '../sites/hostOwner.ts'
import { readSiteHost } from '../sites/siteHost.ts'
import { createSiteRecords, writeSiteRecord, type SiteRecord } from '../sites/siteRecords.ts'
import { mergeSites, type Site } from '../sites/sites.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'site takes one of: site list, site add ID --host HOST, site hosts ID --host HOST, site remove ID'
const actions = ['list', 'add', 'hosts', 'remove']

/** `treadlight site list|add|hosts|remove`: more sites than the default one. */
export const site: Command = {
  name: 'site',
  positionals: 'list | add ID | hosts ID | remove ID',
  summary: 'Lists, adds and removes sites',
  details: [
    'Hits are counted for the site that they name, else for the one that has their host, else for the default site. A site’s',
    'time zone is fixed when it is added: each hit is of a day in it, for ever. Running collectors know of it within 10 s.',
  ].join('\n'),
  options: [
    { name: 'host', type: 'string', multiple: true, summary: 'add, hosts: blog.example, or *.blog.example for all below it; may be repeated' },
    { name: 'timezone', type: 'string', summary: 'add: where its days begin (default the setting timezone)' },
    { name: 'json', type: 'boolean', summary: 'Prints { sites }, or the site' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', id] = positionals
    if (!actions.includes(action) || positionals.length !== (action === 'list' ? 1 : 2)) throw new ConfigError(usage)
    const isJson = values['json'] === true
    const { storage, close } = await openExistingStorage(config)
    try {
      const registry = await openRegistry(config, createValues(storage))
      if (action === 'list') console.log(isJson ? JSON.stringify({ sites: registry.sites }) : registry.sites.map(line).join('\n'))
      else {
        const record = change(registry, action, id!, values)
        await registry.write(record)
        console.log(isJson ? JSON.stringify(record) : sentence(action, record))
      }
      return 0
    } finally {
      await close()
    }
  },
}

interface Registry {
  config: Config
  /** As collectors see them. */
  sites: readonly (Site & { from: string })[]
  records: readonly SiteRecord[]
  write(record: SiteRecord): Promise<void>
}

async function openRegistry(config: Config, values: Values): Promise<Registry> {
  const records = await createSiteRecords(values).load()
  const configured = configuredSites(config)
  const fromOf = (id: string): string => (id === config.site ? 'the default site' : configured.some((site) => site.id === id) ? 'settings' : 'added')
  return {
    config,
    records,
    sites: mergeSites({ id: config.site, timezone: config.timezone }, configured, records).map(({ id, timezone, hosts }) => ({ id, timezone, hosts, from: fromOf(id) })),
    write: (record) => writeSiteRecord(values, record, Date.now()),
  }
}

/** @throws ConfigError for what cannot be done */
function change(registry: Registry, action: string, id: string, values: Record<string, unknown>): SiteRecord {
  if (!/^[a-z0-9_-]{1,64}$/.test(id)) throw new ConfigError(`${JSON.stringify(id)} is no id of a site: 1 to 64 of a-z, 0-9, _ and -`)
  const { sites, records, config } = registry
  const known = sites.find((site) => site.id === id)
  if (known && known.from !== 'added') throw new ConfigError(`site ${id} is ${known.from === 'settings' ? 'one of the settings: change sites there' : 'the default site: change the settings site and timezone'}`)
  const before = records.find((record) => record.id === id)
  if (action === 'remove') {
    if (!known || !before) throw new ConfigError(noSuchSite(id, sites))
    return { ...before, removed: true }
  }
  if (action === 'hosts' && !known) throw new ConfigError(noSuchSite(id, sites))
  if (action === 'add' && known) throw new ConfigError(`there is a site ${id} already: treadlight site hosts ${id} --host … changes its hosts`)
  const timezone = readTimezone(values['timezone'], before, config)
  return { id, timezone, hosts: readHosts(id, values['host'], othersOf(id, registry)), removed: false }
}

/** With what the setting `hosts` gives to the default site. */
function othersOf(id: string, { sites, config }: Registry): HostOwner[] {
  return sites.filter((site) => site.id !== id).map((site) => ({ id: site.id, hosts: site.id === config.site ? config.hosts : site.hosts }))
}

function readTimezone(wanted: unknown, before: SiteRecord | undefined, { timezone }: Config): string {
  if (wanted !== undefined && !(typeof wanted === 'string' && isTimeZone(wanted)))
    throw new ConfigError(`--timezone ${String(wanted)}: must be an IANA time zone such as Europe/Berlin`)
  if (before === undefined) return (wanted as string | undefined) ?? timezone
  if (wanted !== undefined && wanted !== before.timezone)
    throw new ConfigError(`--timezone ${wanted}: site ${before.id} has ${before.timezone} for ever, since each of its hits is of a day in it; use another id`)
  return before.timezone
}

function readHosts(id: string, value: unknown, others: readonly HostOwner[]): string[] {
  const given = asTexts(value ?? '') ?? []
  if (given.length === 0) throw new ConfigError('--host: a site needs at least one, by which its hits are known')
  const hosts = given.map((text) => {
    const host = readSiteHost(text)
    if (host === undefined) throw new ConfigError(`--host ${JSON.stringify(text)}: must be a host such as blog.example or *.blog.example`)
    const taken = describeTaken(host, others)
    if (taken !== undefined) throw new ConfigError(`site ${id}: ${taken}`)
    return host
  })
  return [...new Set(hosts)]
}

function noSuchSite(id: string, sites: Registry['sites']): string {
  return `there is no site ${id}; there ${sites.length === 1 ? 'is' : 'are'} ${sites.map((site) => site.id).join(', ')}`
}

function line({ id, timezone, hosts, from }: Registry['sites'][number]): string {
  const what = from === 'the default site' ? 'takes what no other site does' : hosts.join(', ')
  return `${id.padEnd(16)}  ${timezone.padEnd(20)}  ${what}${from === 'settings' ? '  (settings)' : ''}`
}

function sentence(action: string, { id, hosts, timezone }: SiteRecord): string {
  if (action === 'remove')
    return `Site ${id} is removed: nothing is counted for it any more. Its hits stay until they are erased or pruned, and treadlight export --site ${id} still has them.`
  const said = `${action === 'add' ? `Site ${id} is added` : `The hosts of site ${id} are changed`}: hits from ${hosts.join(', ')} are counted for it, by days in ${timezone}.`
  return `${said} Running collectors know of it within 10 s.`
}
