import { scopes, type Scope } from './tokens.ts'

/** What a new token is to be. */
export interface TokenRequest {
  name: string
  scopes: Scope[]
}

/** Reads what a new token is to be; or what is wrong, beginning with the field. The name is printed, so it is printable. */
export function readTokenRequest(name: unknown, wanted: unknown): TokenRequest | string {
  if (typeof name !== 'string' || name.trim() === '') return 'name: a token needs one, by which you know it again'
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,80}$/u.test(name)) return 'name: must be at most 80 printable letters'
  if (!Array.isArray(wanted) || wanted.length === 0) return `scopes: a token needs at least one of ${scopes.join(', ')}`
  const unknown: unknown = wanted.find((scope) => !scopes.some((known) => known === scope))
  if (unknown !== undefined) return `scopes: ${JSON.stringify(unknown).slice(0, 60)} must be one of ${scopes.join(', ')}`
  return { name: name.trim(), scopes: scopes.filter((scope) => wanted.includes(scope)) }
}
