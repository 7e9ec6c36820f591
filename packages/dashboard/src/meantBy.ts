import { type Dimension, nameOf } from './filter.ts'
import { namedCodes } from './searchFilters.ts'

/**
 * The value that somebody means who typed its name: one that is offered, in whichever case, or the code of a country or
 * language (`Germany` is stored as `DE`). What has no such name is meant as it is.
 */
export function meantBy(dimension: Dimension, typed: string, offered: readonly string[]): string {
  if (offered.includes(typed)) return typed
  const name = typed.trim().toLocaleLowerCase()
  const known = offered.find((value) => nameOf(dimension, value).toLocaleLowerCase() === name)
  return known ?? namedCodes(dimension).find(([code, other]) => other === name && !isRetired(code))?.[0] ?? typed
}

/** Intl calls `DD` Germany as well. */
function isRetired(code: string): boolean {
  const tag = /[A-Z]/.test(code) ? `und-${code}` : code
  return Intl.getCanonicalLocales(tag)[0] !== tag
}
