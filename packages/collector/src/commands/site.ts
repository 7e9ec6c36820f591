import { createValues } from '@treadlight/store'
import type { Config } from '../config.ts'
import { createDemoSites, type DemoSites } from '../demoSite/demoSites.ts'
import { onInterrupt } from '../interrupt.ts'
import { openExisting, openExistingStorage } from '../openStore.ts'
import { createProgress } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createSiteRecords } from '../sites/siteRecords.ts'
import { createSiteRegistry, SiteProblem, type DescribedSite, type SiteRegistry } from '../sites/siteRegistry.ts'
import { allowedSentence, changedSentence, demoRemovalSentence, demoSentence, removedSentence, wouldRemoveSentence } from '../sites/siteSentences.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'site takes one of: site list, site add ID --host HOST, site add ID --demo, site hosts ID --host HOST, site allow ID --host HOST, site disallow ID --host HOST, site remove ID'

/** `treadlight site list|add|hosts|allow|disallow|remove`: more sites than the default one, and whose hits they take. */
export const site: Command = {
  name: 'site',
  positionals: 'list | add ID | hosts ID | allow ID | disallow ID | remove ID',
  summary: 'Lists, adds and removes sites',
  details: [
    'Hits are counted for the site that they name, else for the one that has their host, else for the default site. A site’s',
    'time zone is fixed when it is added: each hit is of a day in it, for ever. allow adds a host to those of the settings, also',
    'for the default site, which takes every host while it has none. Running collectors know of it within 10 s.',
    '--demo makes a site with a year of made-up visits, to look around in: it takes no hits, and remove deletes all of it. Once',
    'more brings it up to today.',
  ].join('\n'),
  options: [
    { name: 'host', type: 'string', multiple: true, summary: 'blog.example, or *.blog.example for all below it; may be repeated' },
    { name: 'demo', type: 'boolean', summary: 'add: with a year of made-up visits instead of hosts' },
    { name: 'timezone', type: 'string', summary: 'add: where its days begin (default the setting timezone)' },
    { name: 'dry-run', type: 'boolean', summary: 'remove: says what that would do, removes nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints { sites }, or the site' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', id] = positionals
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined
    if (act === undefined || positionals.length !== (action === 'list' ? 1 : 2)) throw new ConfigError(usage)
    const isDry = values['dry-run'] === true
    if (isDry && action !== 'remove') throw new ConfigError(`--dry-run: is for site remove; site ${action} deletes nothing`)
    if (values['demo'] === true && action !== 'add') throw new ConfigError('--demo: is for site add')
    if (values['demo'] === true && values['host'] !== undefined) throw new ConfigError('--demo and --host: a made-up site takes no hits, so it has no hosts')
    const demo = values['demo'] === true ? await addDemo(config, id!, values['timezone']) : action === 'remove' ? await removeDemo(config, id!, isDry) : undefined
    if (demo) {
      console.log(values['json'] === true ? JSON.stringify(demo.result) : demo.said)
      return 0
    }
    const { storage, close } = await openExistingStorage(config)
    try {
      const registry = openRegistry(config, createValues(storage))
      const { result, said } = isDry ? await foretell(config, registry, id!) : await act(registry, id!, { hosts: values['host'], timezone: values['timezone'] })
      console.log(values['json'] === true ? JSON.stringify(result) : said)
      return 0
    } catch (error) {
      throw error instanceof SiteProblem ? new ConfigError(inFlags(error), { cause: error }) : error
    } finally {
      await close()
    }
  },
}

type Act = (registry: SiteRegistry, id: string, given: { hosts: unknown; timezone: unknown }) => Promise<{ result: object; said: string }>

const actions: Record<string, Act> = {
  async list(registry) {
    const sites = await registry.list()
    return { result: { sites }, said: sites.map(line).join('\n') }
  },
  async add(registry, id, given) {
    const result = await registry.add({ id, ...given })
    return { result, said: changedSentence('add', result) }
  },
  async hosts(registry, id, given) {
    const result = await registry.setHosts({ id, ...given })
    return { result, said: changedSentence('hosts', result) }
  },
  async remove(registry, id) {
    const result = await registry.remove(id)
    return { result, said: removedSentence(result) }
  },
  async allow(registry, id, { hosts }) {
    const result = await registry.allow(id, hosts)
    return { result, said: allowedSentence(result) }
  },
  async disallow(registry, id, { hosts }) {
    const result = await registry.disallow(id, hosts)
    return { result, said: allowedSentence(result) }
  },
}

interface Done {
  result: object
  said: string
}

async function addDemo(config: Config, id: string, timezone: unknown): Promise<Done> {
  const progress = createProgress()
  const interrupt = onInterrupt()
  let told = 'making up a year of visits …'
  progress.show(() => told)
  try {
    return await withDemoSites(config, async (demoSites) => {
      const { filled } = await demoSites.begin({ id, timezone }, ({ day, hits }) => (told = `${day}: ${hits.toLocaleString('en')} hits …`))
      const stopped = new Promise<undefined>((resolve) => interrupt.signal.addEventListener('abort', () => resolve(undefined)))
      const made = await Promise.race([filled, stopped])
      if (made === undefined) {
        await demoSites.stop(id)
        throw new ConfigError(`interrupted: site ${id} has what was made up so far. The same command goes on; site remove ${id} deletes it`)
      }
      return { result: { id, ...made.demo }, said: demoSentence({ id }, made.demo) }
    })
  } finally {
    progress.end()
    interrupt.release()
  }
}

/** Undefined for a site that is not made up. */
async function removeDemo(config: Config, id: string, isDry: boolean): Promise<Done | undefined> {
  const { storage, close } = await openExistingStorage(config)
  const record = await createSiteRecords(createValues(storage)).load().then((all) => all.find((each) => each.id === id), () => undefined).finally(close)
  if (!record?.demo || record.removed) return undefined
  return withDemoSites(config, async (demoSites) => {
    const gone = await (isDry ? demoSites.belongings(id) : demoSites.remove(id))
    return { result: { id, dry_run: isDry, hits_about: gone.hits }, said: demoRemovalSentence({ id }, gone, !isDry) }
  })
}

async function withDemoSites<T>(config: Config, act: (demoSites: DemoSites) => Promise<T>): Promise<T> {
  const { store, values, close } = await openExisting(config, { freesSpace: true })
  try {
    return await act(createDemoSites({ store, values, registry: openRegistry(config, values), timezone: config.timezone, now: Date.now }))
  } catch (error) {
    throw error instanceof SiteProblem ? new ConfigError(inFlags(error), { cause: error }) : error
  } finally {
    await close()
  }
}

/** As `DELETE /api/sites` says it with `dry_run`. */
async function foretell(config: Config, registry: SiteRegistry, id: string): Promise<{ result: object; said: string }> {
  const found = await registry.findRemovable(id)
  const { store, close } = await openExisting(config, { readOnly: true })
  try {
    const hits = await store.countAbout?.({ site: found.id })
    const said = wouldRemoveSentence(found, hits)
    return { result: { id: found.id, dry_run: true, ...(hits !== undefined && { hits_about: hits }), sentence: said }, said }
  } finally {
    await close()
  }
}

function openRegistry(config: Config, values: Parameters<typeof createSiteRegistry>[0]['values']): SiteRegistry {
  const defaultSite = { id: config.site, timezone: config.timezone }
  return createSiteRegistry({ values, defaultSite, defaultHosts: config.hosts, configured: configuredSites(config), now: Date.now })
}

function inFlags({ field, said }: SiteProblem): string {
  return field === 'id' ? said : `--${field === 'hosts' ? 'host' : field} ${said}`
}

function line({ id, timezone, allowed, from, demo }: DescribedSite): string {
  if (demo) return `${id.padEnd(16)}  ${timezone.padEnd(20)}  made up, from ${demo.from} to ${demo.to}; takes no hits`
  const hosts = allowed.map((each) => (each.from === 'added' && from !== 'added' ? `${each.host} (added)` : each.host)).join(', ')
  const what = from === 'the default site' ? `takes what no other site does${hosts === '' ? '' : `, of ${hosts}`}` : hosts
  return `${id.padEnd(16)}  ${timezone.padEnd(20)}  ${what}${from === 'settings' ? '  (settings)' : ''}`
}
