import { createHash } from 'node:crypto'
import { roles, type Role } from '../http/access.ts'
import { parseObject } from '../parseObject.ts'
import type { HashedPassword } from './password.ts'

/** A user as the storage has it. */
export interface StoredUser {
  name: string
  role: Role
  sites?: readonly string[]
  created: string
  password: HashedPassword
}

/** The name of the first owner, and of whoever gives none. */
export const firstOwner = 'admin'

/**
 * A user's place in keys. Names are hashed, since a name such as `..` or one that differs from another by its case is no part
 * of a key on every storage; but for the one that was there before there were others.
 */
export function placeOf(name: string): string {
  return name === firstOwner ? firstOwner : createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/**
 * What a value says; undefined for what is damaged, of a later version or somebody else's.
 * @param value `{salt}.{hash}` of the first versions, which knew one account alone, or JSON
 */
export function readUser(place: string, value: string | undefined): StoredUser | undefined {
  if (value === undefined) return undefined
  if (!value.startsWith('{')) return place === firstOwner ? readFirst(value) : undefined
  const { name, role, sites, created, salt, hash } = parseObject(value) ?? {}
  const known = roles.find((each) => each === role)
  const isWhole = typeof name === 'string' && placeOf(name) === place && typeof salt === 'string' && typeof hash === 'string' && salt !== '' && hash !== ''
  // Who was restricted in a way that nobody can read is not to see everything.
  if (!isWhole || known === undefined || (sites !== undefined && !isTexts(sites))) return undefined
  return { name, role: known, created: String(created), password: { salt, hash }, ...(sites !== undefined && { sites }) }
}

/** The value of a user. */
export function writeUser({ password, ...user }: StoredUser): string {
  return JSON.stringify({ ...user, ...password })
}

function readFirst(value: string): StoredUser | undefined {
  const [salt, hash] = value.split('.')
  return salt && hash ? { name: firstOwner, role: 'owner', created: '', password: { salt, hash } } : undefined
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
