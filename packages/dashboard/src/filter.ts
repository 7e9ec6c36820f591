import { nameLanguage, namePlace } from './format.ts'
import { text } from './text.ts'

/** What visitors can be filtered by; the words of the stats API. A segment stands for filters that were saved, by its id. */
export type Dimension = keyof typeof text.dimensions | `event:props:${string}` | 'segment'

/** The stats API's, and two of the page for visits in which some hit, or none, was such. */
export type Operator = keyof typeof text.operators

/** Several values are alternatives, several filters hold all at once. */
export type Filter = readonly [operator: Operator, dimension: Dimension, values: readonly string[]]

/** As the stats API takes it. */
export type ApiFilter =
  | readonly [Exclude<Operator, 'has_done' | 'has_not_done'>, Dimension, readonly string[], { case_sensitive: boolean }?]
  | readonly ['and' | 'or', readonly ApiFilter[]]
  | readonly [Extract<Operator, 'has_done' | 'has_not_done'>, ApiFilter]

const propPrefix = 'event:props:'

/**
 * Reads `is,visit:source,Google`: an operator, a dimension and, after the second comma, one value as it is. (A comma in
 * the name of a prop is written `%2C` once more.) Values of one operator and dimension become one filter; what the page
 * does not know is left out.
 */
export function readFilters(parameters: readonly string[]): Filter[] {
  const filters: Filter[] = []
  for (const parameter of parameters) {
    const [, operator = '', written = '', value = ''] = /^(\w+),([^,]+),([^]*)$/.exec(parameter) ?? []
    const dimension = written.replace(/%(25|2C)/g, decodeURIComponent)
    if (!Object.hasOwn(text.operators, operator) || !isDimension(dimension)) continue
    // Other operators are about values, and it has none.
    if (dimension === 'segment' && operator !== 'is' && operator !== 'is_not') continue
    addValue(filters, operator as Operator, dimension, value)
  }
  return filters
}

/** The reverse of {@link readFilters}: one parameter per value. */
export function writeFilters(filters: readonly Filter[]): string[] {
  return filters.flatMap(([operator, dimension, values]) => {
    const written = dimension.replace(/[%,]/g, encodeURIComponent)
    return values.map((value) => `${operator},${written},${value}`)
  })
}

/** What to ask the API for. */
export function toApiFilter([operator, dimension, values]: Filter): ApiFilter {
  if (operator === 'has_done' || operator === 'has_not_done') return [operator, ['is', dimension, values]]
  return [operator, dimension, values]
}

/** Whether the page can filter by a dimension of this name. */
export function isDimension(name: string): name is Dimension {
  return name === 'segment' || Object.hasOwn(text.dimensions, name) || (name.startsWith(propPrefix) && name.length > propPrefix.length)
}

/** What a dimension is called. A prop is called as its sender calls it. */
export function dimensionName(dimension: Dimension): string {
  if (dimension === 'segment') return text.segments.one
  const known = dimension as keyof typeof text.dimensions
  return Object.hasOwn(text.dimensions, known) ? text.dimensions[known] : dimension.slice(propPrefix.length)
}

/** Whether the filters ask for exactly this value. */
export function isFiltered(filters: readonly Filter[], dimension: Dimension, value: string): boolean {
  return filters.some((filter) => filter[0] === 'is' && filter[1] === dimension && filter[2].includes(value))
}

/** Asks for this value in place of another one of its dimension, or no longer, if it was asked for. */
export function toggleFilter(filters: readonly Filter[], dimension: Dimension, value: string): Filter[] {
  const others = filters.filter((filter) => filter[0] !== 'is' || filter[1] !== dimension)
  return isFiltered(filters, dimension, value) ? others : [...others, ['is', dimension, [value]]]
}

/** Puts `next` where `old` is; at the end without one, and away without a next one. One operator and dimension is one filter. */
export function replaceFilter(filters: readonly Filter[], old: Filter | undefined, next: Filter | undefined): Filter[] {
  const isTaken = (filter: Filter) => next !== undefined && filter !== old && filter[0] === next[0] && filter[1] === next[1]
  const taken = filters.find(isTaken)
  const merged: Filter | undefined = next && taken ? [next[0], next[1], [...new Set([...taken[2], ...next[2]])]] : next
  const others = filters.filter((filter) => filter !== taken)
  if (!old) return merged ? [...others, merged] : others
  return others.flatMap((filter) => (filter === old ? (merged ? [merged] : []) : [filter]))
}

/** What a visitor's value is called where it stands alone: the empty one has a name, and codes stand for places. */
export function nameOf(dimension: Dimension, value: string): string {
  if (value === '') return isOrigin.test(dimension) ? text.direct : text.notSet
  if (dimension === 'visit:country') return namePlace(value)
  return dimension === 'visit:language' ? nameLanguage(value) : value
}

const isOrigin = /^visit:(source|referrer|channel)$/

function addValue(filters: Filter[], operator: Operator, dimension: Dimension, value: string): void {
  const index = filters.findIndex((filter) => filter[0] === operator && filter[1] === dimension)
  const values = filters[index]?.[2] ?? []
  if (values.includes(value)) return
  const filter: Filter = [operator, dimension, [...values, value]]
  if (index < 0) filters.push(filter)
  else filters[index] = filter
}
