import { nearest } from '../settings.ts'

/** What is wrong with a query, naming the field and what it may be. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
}

/**
 * One of the allowed names.
 * @throws QueryError naming the field, the value, the name that may be meant, and all of them
 */
export function oneOf<T extends string>(field: string, value: unknown, allowed: readonly string[]): T {
  if (typeof value === 'string' && allowed.includes(value)) return value as T
  throw new QueryError(`${field}: ${quote(value)} is unknown; ${meant(value, allowed)}it must be one of ${allowed.join(', ')}`)
}

/** The name that is nearly what was said, as the middle of a sentence; empty where none is. */
export function meant(value: unknown, allowed: readonly string[]): string {
  const name = typeof value === 'string' ? nearest(value.slice(0, 80), allowed) : undefined
  return name === undefined ? '' : `did you mean ${name}? If not, `
}

/** Short enough for a message, whatever was sent. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}
