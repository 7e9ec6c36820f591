import { createValues, type Values } from '@treadlight/store'
import { createPasswords, makePassword } from '../admin/password.ts'
import { listedShare, readShareRequest, type ListedShare } from '../admin/shareRequest.ts'
import { createShares, type ShareRequest, type Shares } from '../admin/shares.ts'
import type { Config } from '../config.ts'
import { openExistingStorage } from '../openStore.ts'
import { ConfigError } from '../settings.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createSites, type Sites } from '../sites/sites.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'share takes one of: share list, share add --name NAME, share remove ID'

/** `treadlight share list|add|remove`: links that show a site's numbers to whoever has them. */
export const share: Command = {
  name: 'share',
  positionals: 'list | add | remove ID',
  summary: 'Lists, makes and removes links that show one site’s numbers to whoever has them',
  details: [
    'What they show is said in docs/admin.md. The address is relative to the collector’s. A password of a link is made, shown',
    'once and kept as a hash. Running collectors know of it within 10 s.',
  ].join('\n'),
  options: [
    { name: 'site', type: 'string', summary: 'Whose numbers (default the setting site)' },
    { name: 'name', type: 'string', summary: 'add: by which you know it again' },
    { name: 'password', type: 'boolean', summary: 'add: asks for a password, which is made' },
    { name: 'expires', type: 'string', summary: 'add: the last day on which it opens, such as 2026-12-31 (default never ends)' },
    { name: 'json', type: 'boolean', summary: 'Prints { shares }, { id, site, name, path, has_password, expires, created, password } or { removed }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', id] = positionals
    if (!['list', 'add', 'remove'].includes(action) || positionals.length !== (action === 'remove' ? 2 : 1)) throw new ConfigError(usage)
    // Before the storage is touched.
    const wanted = action === 'add' ? readWanted(values) : undefined
    // Not the store: a text file is open in the collector.
    const { storage, close } = await openExistingStorage(config)
    try {
      const sites = sitesOf(config, createValues(storage))
      const site = await namedSite(sites, values['site'] ?? config.site)
      const shares = createShares({ values: createValues(storage), sites, passwords: createPasswords(), now: Date.now })
      const [json, text] = wanted ? await add(shares, site, wanted) : action === 'list' ? await list(shares, site) : await remove(shares, site, id!)
      console.log(values['json'] ? JSON.stringify(json) : text)
      return 0
    } finally {
      await close()
    }
  },
}

type Said = [json: unknown, text: string]

async function list(shares: Shares, site: string): Promise<Said> {
  const all = (await shares.list(site)).map(listedShare)
  return [{ shares: all }, all.map(line).join('\n') || `There are no share links of site ${site}: treadlight share add makes one.`]
}

async function add(shares: Shares, site: string, wanted: ShareRequest): Promise<Said> {
  const made = listedShare(await shares.add(site, wanted).catch(asConfigError))
  const { password } = wanted
  const more = password === undefined ? '' : `\n\nIts password is  ${password}\nIt is kept as a hash only and never shown again.`
  return [{ ...made, ...(password !== undefined && { password }) }, `The numbers of site ${site} are shown, below the collector’s address, by\n\n  /${made.path}${more}`]
}

async function remove(shares: Shares, site: string, id: string): Promise<Said> {
  if (!(await shares.remove(site, id))) throw new ConfigError(`there is no share link ${id} of site ${site}: treadlight share list says which there are`)
  return [{ removed: id }, `The share link ${id} opens nothing any more. Running collectors know of it within 10 s.`]
}

function line({ id, created, has_password, expires, name, path }: ListedShare): string {
  return `${id}  ${created.slice(0, 10)}  ${(expires ?? 'never ends').padEnd(10)}  ${has_password ? 'password' : 'open'.padEnd(8)}  /${path}  ${name}`
}

/** @throws ConfigError naming the option */
function readWanted(values: Readonly<Record<string, unknown>>): ShareRequest {
  const wanted = readShareRequest({
    name: values['name'],
    ...(values['password'] === true && { password: makePassword() }),
    ...(values['expires'] !== undefined && { expires: values['expires'] }),
  })
  if (typeof wanted === 'string') throw new ConfigError(`--${wanted}`)
  return wanted
}

/** @throws ConfigError for a site that there is not: a link to it would open nothing */
async function namedSite(sites: Sites, site: unknown): Promise<string> {
  const ids = (await sites.list()).map(({ id }) => id)
  const named = ids.find((id) => id === site)
  if (named === undefined) throw new ConfigError(`--site ${String(site)}: there is no such site; there ${ids.length === 1 ? 'is' : 'are'} ${ids.join(', ')}`)
  return named
}

function sitesOf(config: Config, values: Values): Sites {
  return createSites({ values, defaultSite: { id: config.site, timezone: config.timezone }, configured: configuredSites(config), now: Date.now, onError: console.error })
}

function asConfigError(error: unknown): never {
  throw error instanceof RangeError ? new ConfigError(error.message) : error
}
