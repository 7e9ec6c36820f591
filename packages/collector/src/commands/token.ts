import { createValues } from '@treadlight/store'
import { readTokenRequest, type TokenRequest } from '../admin/tokenRequest.ts'
import { createTokens, scopes, type TokenRecord, type Tokens } from '../admin/tokens.ts'
import { openExistingStorage } from '../openStore.ts'
import { asTexts, ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'

const usage = 'token takes one of: token create --name NAME --scope stats, token list, token revoke ID'

/** `treadlight token create|list|revoke`: keys to parts of the API, for programs. */
export const token: Command = {
  name: 'token',
  positionals: 'create | list | revoke ID',
  summary: 'Makes, lists and revokes tokens for programs that use the API',
  details: [
    'A token is shown once and kept as a hash; programs send it as "Authorization: Bearer tl_…". Its scopes say what it',
    'opens: stats (the stats API), metrics (/metrics), tasks (/api/tasks/…), export (hits and persons, as they are stored),',
    'annotations (marks on the trend, for what deploys a site),',
    'card (a user\'s newest views, for an admin page of yours, or to sign passes for one user: docs/admin.md),',
    'admin (all that an owner can do in the page); with hits, a server\'s hits count as those of the visitors that it names.',
    'Running collectors know of it within 10 s.',
  ].join('\n'),
  options: [
    { name: 'name', type: 'string', summary: 'create: what it is for' },
    { name: 'scope', type: 'string', multiple: true, summary: `create: what it opens, of ${scopes.join(', ')}, separated by commas; may be repeated` },
    { name: 'json', type: 'boolean', summary: 'Prints { id, name, scopes, created, token }, { tokens } or { revoked }' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action, id] = positionals
    const isWhole = action === 'revoke' ? positionals.length === 2 : positionals.length === 1
    if (!isWhole || (action !== 'create' && action !== 'list' && action !== 'revoke')) throw new ConfigError(usage)
    const isJson = values['json'] === true
    // Before the storage is touched.
    const made = action === 'create' ? readMade(values) : undefined
    // Not the store: a text file is open in the collector.
    const { storage, close } = await openExistingStorage(config)
    try {
      const tokens = createTokens(createValues(storage), Date.now)
      console.log(made ? await create(tokens, made, isJson) : action === 'list' ? await list(tokens, isJson) : await revoke(tokens, id!, isJson))
      return 0
    } finally {
      await close()
    }
  },
}

async function create(tokens: Tokens, { name, scopes }: TokenRequest, isJson: boolean): Promise<string> {
  const made = await tokens.create(name, scopes)
  if (isJson) return JSON.stringify(made)
  return `The token ${made.id} (${name}) for ${scopes.join(', ')} is\n\n  ${made.token}\n\nIt is kept as a hash only and never shown again.`
}

async function list(tokens: Tokens, isJson: boolean): Promise<string> {
  const all = await tokens.list()
  if (isJson) return JSON.stringify({ tokens: all })
  return all.length === 0 ? 'There are no tokens: treadlight token create makes one.' : all.map(line).join('\n')
}

/** Of a token that opens everything. */
const widest = scopes.join(',').length

function line({ id, name, scopes, created }: TokenRecord): string {
  return `${id}  ${created.slice(0, 10)}  ${scopes.join(',').padEnd(widest)}  ${name}`
}

async function revoke(tokens: Tokens, id: string, isJson: boolean): Promise<string> {
  if (!(await tokens.revoke(id))) throw new ConfigError(`there is no token ${id}: treadlight token list says which there are`)
  return isJson ? JSON.stringify({ revoked: id }) : `The token ${id} is revoked. Running collectors know of it within 10 s.`
}

/** @throws ConfigError naming the option */
function readMade(values: Record<string, unknown>): TokenRequest {
  const made = readTokenRequest(values['name'], asTexts(values['scope'] ?? ''))
  if (typeof made === 'string') throw new ConfigError(`--${made.replace(/^scopes:/, 'scope:')}`)
  return made
}
