import { createValues } from '@treadlight/store'
import type { Config } from '../config.ts'
import { openExistingStorage } from '../openStore.ts'
import { asTexts, ConfigError } from '../settings.ts'
import { createAdditions } from '../sites/additions.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createExclusions, excludedSentence, type Exclusion, type Exclusions } from '../sites/exclusions.ts'
import { createSiteRecords } from '../sites/siteRecords.ts'
import { mergeSites } from '../sites/sites.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'exclude takes one of: exclude list, exclude add --path /admin, exclude add --address 203.0.113.7, exclude remove ID'

/** `treadlight exclude list|add|remove`: paths and addresses whose hits are not stored. */
export const exclude: Command = {
  name: 'exclude',
  positionals: 'list | add | remove ID',
  summary: 'Lists, adds and removes what is not counted: paths and addresses',
  details: [
    'A path goes with all that is below it, an address may be a range such as 10.0.0.0/8. What the settings exclude holds for every',
    'site and is changed there; what is added here is for one. Running collectors know of it within 10 s. What is stored stays.',
  ].join('\n'),
  options: [
    { name: 'path', type: 'string', multiple: true, summary: 'add: /admin; may be repeated' },
    { name: 'address', type: 'string', multiple: true, summary: 'add: 203.0.113.7, or a range of addresses; may be repeated' },
    { name: 'site', type: 'string', summary: 'Of which site (default the default site)' },
    { name: 'json', type: 'boolean', summary: 'Prints { site_id, exclusions }, or { site_id, removed }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', id] = positionals
    const wanted = readWanted(values)
    if (!isWhole(action, positionals.length, wanted.length)) throw new ConfigError(usage)
    const { storage, close } = await openExistingStorage(config)
    try {
      const small = createValues(storage)
      const site = await findSite(config, small, values['site'])
      const exclusions = createExclusions({ additions: createAdditions(small, Date.now), configured: config.exclude })
      const { result, said } = await act(exclusions, site, { id, wanted, isList: action === 'list' })
      console.log(values['json'] === true ? JSON.stringify({ site_id: site, ...result }) : said)
      return 0
    } finally {
      await close()
    }
  },
}

type Wanted = readonly (readonly [Exclusion['kind'], string])[]

function isWhole(action: string, count: number, wanted: number): boolean {
  return action === 'remove' ? count === 2 && wanted === 0 : count === 1 && (action === 'add' ? wanted > 0 : action === 'list' && wanted === 0)
}

function readWanted(values: Record<string, unknown>): Wanted {
  return (['path', 'address'] as const).flatMap((kind) => (asTexts(values[kind] ?? '') ?? []).map((value) => [kind, value] as const))
}

/** @throws ConfigError naming the sites that there are */
async function findSite(config: Config, values: Parameters<typeof createSiteRecords>[0], wanted: unknown): Promise<string> {
  const sites = mergeSites({ id: config.site, timezone: config.timezone }, configuredSites(config), await createSiteRecords(values).load())
  const id = wanted ?? config.site
  if (typeof id === 'string' && sites.some((site) => site.id === id)) return id
  throw new ConfigError(`--site ${String(id)}: there is no such site; there ${sites.length === 1 ? 'is' : 'are'} ${sites.map((site) => site.id).join(', ')}`)
}

async function act(exclusions: Exclusions, site: string, { id, wanted, isList }: { id: string | undefined; wanted: Wanted; isList: boolean }): Promise<{ result: object; said: string }> {
  if (isList) {
    const list = await exclusions.list(site)
    return { result: { exclusions: list }, said: list.length === 0 ? `Nothing is excluded for site ${site}: treadlight exclude add does.` : list.map(line).join('\n') }
  }
  if (id !== undefined) {
    const problem = await exclusions.remove(site, id)
    if (problem !== undefined) throw new ConfigError(problem.replace(/^id: /, `${id}: `))
    return { result: { removed: id }, said: 'It is excluded no more. Running collectors know of it within 10 s.' }
  }
  const added: Exclusion[] = []
  for (const [kind, value] of wanted) {
    const exclusion = await exclusions.add(site, kind, value)
    if (typeof exclusion === 'string') throw new ConfigError(`--${exclusion}`)
    added.push(exclusion)
  }
  return { result: { exclusions: added }, said: added.map((exclusion) => excludedSentence(site, exclusion)).join('\n') }
}

function line({ kind, value, id, from }: Exclusion): string {
  return `${(id ?? '').padEnd(12)}  ${kind.padEnd(7)}  ${value}${from === 'settings' ? '  (settings)' : ''}`
}
