import { roles } from '../http/access.ts'
import { describeBadPassword } from './password.ts'
import type { User, UserChange } from './users.ts'

/** What a user is to be. */
export interface UserRequest extends Omit<User, 'created'> {
  /** @default one is made */
  password?: string
}

/** How names are written, by whoever is asked for one. */
const userName: RegExp = /^[a-z0-9._@-]{1,64}$/

/** Reads what a new user is to be; or what is wrong, beginning with the field. @param known ids of the sites that there are */
export function readUserRequest(body: Readonly<Record<string, unknown>>, known: readonly string[]): UserRequest | string {
  const name = readUserName(body['name'])
  if (!userName.test(name)) return 'name: must be 1 to 64 of a-z, 0-9, dots, _, @ and -, such as ada@example.org'
  const change = readUserChange({ role: 'viewer', ...body }, known)
  if (typeof change === 'string') return change
  const { password } = body
  const bad = password === undefined ? undefined : describeBadPassword(password)
  if (bad !== undefined) return bad
  const { role = 'viewer', sites } = change
  return { name, role, ...(sites !== undefined && { sites }), ...(password !== undefined && { password: password as string }) }
}

/** A name as it is looked for; '' for what is no text. */
export function readUserName(name: unknown): string {
  return typeof name === 'string' ? name.trim().toLowerCase() : ''
}

/**
 * Reads what of a user is to change; or what is wrong, beginning with the field. `sites: null` opens all.
 * @param known ids of the sites that there are
 */
export function readUserChange({ role, sites }: Readonly<Record<string, unknown>>, known: readonly string[]): UserChange | string {
  const named = roles.find((each) => each === role)
  if (role !== undefined && named === undefined) return `role: must be one of ${roles.join(', ')}`
  const read = sites === undefined || sites === null ? undefined : readSites(sites, known)
  if (typeof read === 'string') return read
  if (read !== undefined && named === 'owner') return 'sites: an owner sees all of them; leave it out'
  return { ...(named !== undefined && { role: named }), ...(sites !== undefined && { sites: read }) }
}

function readSites(sites: unknown, known: readonly string[]): string[] | string {
  if (!Array.isArray(sites) || sites.length === 0) return 'sites: must be ids of sites, at least one; leave it out for all'
  const unknown: unknown = sites.find((site) => !known.some((id) => id === site))
  if (unknown !== undefined) return `sites: ${JSON.stringify(unknown).slice(0, 80)} must be one of ${known.join(', ')}`
  return known.filter((id) => sites.includes(id))
}
