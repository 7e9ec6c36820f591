import type { ApiFilter, Dimension } from './filter.ts'
import { nameLanguage, namePlace } from './format.ts'

/**
 * What to ask the API for, so that a list holds only values with `search` in them. Countries and languages are stored by
 * their codes and read by their names: those whose name contains it are looked for by code.
 */
export function searchFilters(dimension: Dimension, search: string): ApiFilter[] {
  if (search === '') return []
  const found: ApiFilter = ['contains', dimension, [search], { case_sensitive: false }]
  const codes = codesNamed(dimension, search.toLocaleLowerCase())
  return [codes.length > 0 ? ['or', [found, ['is', dimension, codes]]] : found]
}

function codesNamed(dimension: Dimension, search: string): string[] {
  if (dimension === 'visit:country') return pairs.filter((code) => isNamed(namePlace(code), code, search))
  if (dimension !== 'visit:language') return []
  return pairs.map((code) => code.toLowerCase()).filter((code) => isNamed(nameLanguage(code), code, search))
}

/** A pair of letters that stands for nothing is its own name. */
function isNamed(name: string, code: string, search: string): boolean {
  return name !== code && name.toLocaleLowerCase().includes(search)
}

/** Every pair of letters: Intl knows the names of all countries, but has no list of them. */
const letters: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const pairs: readonly string[] = letters.flatMap((first) => letters.map((second) => first + second))
