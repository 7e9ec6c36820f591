import { createValues } from '@treadlight/store'
import { readUserChange, readUserName, readUserRequest } from '../admin/userRequest.ts'
import { createUsers, UserError, type User, type Users } from '../admin/users.ts'
import type { Config } from '../config.ts'
import { roles } from '../http/access.ts'
import { openExistingStorage, type OpenStorage } from '../openStore.ts'
import { asTexts, ConfigError } from '../settings.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createSites } from '../sites/sites.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'user takes one of: treadlight user list, user add NAME, user remove NAME, user role NAME --role ROLE, treadlight user reset [NAME]'
const actions = ['list', 'add', 'remove', 'reset', 'role']

/** What an action says: as JSON, and in words. */
type Said = [json: unknown, text: string]

/** `treadlight user list|add|remove|reset|role`: who may log in. */
export const user: Command = {
  name: 'user',
  positionals: 'list | add NAME | remove NAME | reset [NAME] | role NAME',
  summary: 'Lists, adds and removes who may log in, and makes new passwords',
  details: [
    'Owners may do everything, viewers see the numbers, all sites’ or those that --only names. Passwords are made, shown once',
    'and kept as hashes; each user can choose another in the page. reset ends the user’s log-ins, of admin without a name.',
  ].join('\n'),
  options: [
    { name: 'role', type: 'string', summary: `add, role: ${roles.join(' or ')} (add: default viewer)` },
    { name: 'only', type: 'string', multiple: true, summary: 'add, role: ids of the sites that a viewer sees, separated by commas (default all)' },
    { name: 'json', type: 'boolean', summary: 'Prints { users }, the user with a password that was made, or { removed }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', given] = positionals
    const isWhole = action === 'list' ? positionals.length === 1 : action === 'reset' ? positionals.length <= 2 : positionals.length === 2
    if (!isWhole || !actions.includes(action)) throw new ConfigError(usage)
    // Not the store: a text file is open in the collector.
    const storage = await openExistingStorage(config)
    try {
      const [json, text] = await act(action, given, { config, storage, values })
      console.log(values['json'] ? JSON.stringify(json) : text)
      return 0
    } catch (error) {
      throw error instanceof UserError ? new ConfigError(error.message.replace(/^name: /, ''), { cause: error }) : error
    } finally {
      await storage.close()
    }
  },
}

interface Context {
  config: Config
  storage: OpenStorage
  values: Readonly<Record<string, unknown>>
}

async function act(action: string, given: string | undefined, context: Context): Promise<Said> {
  const users = createUsers({ values: createValues(context.storage.storage) })
  const name = given === undefined ? undefined : readUserName(given)
  if (action === 'list') return list(await users.list())
  if (action === 'reset') return reset(users, name)
  if (action === 'remove') {
    await users.remove(name!)
    return [{ removed: name }, `${name} is removed, and every log-in of that name has ended.`]
  }
  const fields = { role: context.values['role'], ...(context.values['only'] !== undefined && { sites: asTexts(context.values['only']) }) }
  const known = await siteIds(context)
  return action === 'add' ? add(users, { name, ...fields }, known) : change(users, name!, fields, known)
}

function list(all: readonly User[]): Said {
  const width = Math.max(...all.map(({ name }) => name.length), 0)
  const lines = all.map(({ name, role, sites }) => `${name.padEnd(width)}  ${role.padEnd(6)}  ${sites?.join(', ') ?? 'all sites'}`)
  return [{ users: all }, lines.join('\n') || 'There are no users: treadlight user reset makes admin.']
}

async function reset(users: Users, name: string | undefined): Promise<Said> {
  const password = await users.reset(name)
  return [{ ...(name !== undefined && { name }), password }, name === undefined ? `The dashboard’s password is now  ${password}` : `${name}’s password is now  ${password}`]
}

async function add(users: Users, fields: Readonly<Record<string, unknown>>, known: readonly string[]): Promise<Said> {
  const { role = 'viewer', ...rest } = fields
  const user = asFlags(readUserRequest({ role, ...rest }, known))
  const password = await users.add(user)
  return [{ ...user, password }, `${user.name} (${describe(user)}) may log in with the password\n\n  ${password}\n\nIt is kept as a hash only and never shown again.`]
}

async function change(users: Users, name: string, fields: Readonly<Record<string, unknown>>, known: readonly string[]): Promise<Said> {
  if (fields['role'] === undefined) throw new ConfigError(`--role: must be one of ${roles.join(', ')}`)
  // What is not said is opened: a role is said as a whole.
  const user = await users.change(name, { sites: undefined, ...asFlags(readUserChange(fields, known)) })
  return [user, `${user.name} is ${describe(user)} now.`]
}

function describe({ role, sites }: Pick<User, 'role' | 'sites'>): string {
  if (role === 'owner') return 'an owner'
  return `a viewer of ${sites?.join(', ') ?? 'all sites'}`
}

async function siteIds({ config, storage }: Context): Promise<string[]> {
  const defaultSite = { id: config.site, timezone: config.timezone }
  const sites = createSites({ values: createValues(storage.storage), defaultSite, configured: configuredSites(config), now: Date.now, onError: fail })
  return (await sites.list()).map(({ id }) => id)
}

/** @throws ConfigError naming the option */
function asFlags<T extends object>(read: T | string): T {
  if (typeof read === 'string') throw new ConfigError(read.startsWith('name:') ? read : `--${read.replace(/^sites:/, 'only:')}`)
  return read
}

function fail(error: unknown): never {
  throw error
}
