import type { ApiFilter, Dimension } from './filter.ts'
import { nameLanguage, namePlace } from './format.ts'

/** The API takes some 200 values in all filters of a question. */
const mostCodes = 150

/**
 * What to ask the API for, so that a list holds only values with `search` in them. Countries and languages are stored by
 * their codes and read by their names: those whose name contains it are looked for by code.
 */
export function searchFilters(dimension: Dimension, search: string): ApiFilter[] {
  if (search === '') return []
  const found: ApiFilter = ['contains', dimension, [search], { case_sensitive: false }]
  const named = namedCodes(dimension)
  const codes = named.filter(([, name]) => name.includes(search.toLocaleLowerCase())).map(([code]) => code)
  if (codes.length === 0) return [found]
  if (codes.length <= mostCodes) return [['or', [found, ['is', dimension, codes]]]]
  // A single letter is in most names: then those without it are fewer.
  const others = named.map(([code]) => code).filter((code) => !codes.includes(code))
  return [['is_not', dimension, [...others, '(not set)']]]
}

/** Every code that has a name, with that in lower case. Pairs of letters that stand for nothing are their own names. */
export function namedCodes(dimension: Dimension): readonly CodeName[] {
  if (dimension !== 'visit:country' && dimension !== 'visit:language') return []
  let names = known.get(dimension)
  if (!names) known.set(dimension, (names = nameCodes(dimension)))
  return names
}

type CodeName = readonly [code: string, name: string]

/** Some 10 ms of work: once is enough. */
const known = new Map<Dimension, readonly CodeName[]>()

function nameCodes(dimension: 'visit:country' | 'visit:language'): readonly CodeName[] {
  const all = dimension === 'visit:country' ? pairs : pairs.map((code) => code.toLowerCase())
  const nameOf = dimension === 'visit:country' ? namePlace : nameLanguage
  return all.flatMap((code): CodeName[] => {
    const name = nameOf(code)
    return name === code ? [] : [[code, name.toLocaleLowerCase()]]
  })
}

/** Every pair of letters: Intl knows the names of all countries, but has no list of them. */
const letters: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const pairs: readonly string[] = letters.flatMap((first) => letters.map((second) => first + second))
