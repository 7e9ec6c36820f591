import { text } from './text.ts'

/** What visitors can be filtered by; the words of the stats API. */
export type Dimension = keyof typeof text.dimensions
type Operator = keyof typeof text.operators

/** As the stats API takes it: several values are alternatives, several filters hold all at once. */
export type Filter = readonly [operator: Operator, dimension: Dimension, values: readonly string[]]

/**
 * Reads `is,visit:source,Google`: an operator, a dimension and, after the second comma, one value as it is.
 * Values of one operator and dimension become one filter; what the page does not know is left out.
 */
export function readFilters(parameters: readonly string[]): Filter[] {
  const filters: Filter[] = []
  for (const parameter of parameters) {
    const [, operator = '', dimension = '', value = ''] = /^(\w+),([\w:]+),([^]*)$/.exec(parameter) ?? []
    if (!Object.hasOwn(text.operators, operator) || !Object.hasOwn(text.dimensions, dimension)) continue
    addValue(filters, operator as Operator, dimension as Dimension, value)
  }
  return filters
}

/** The reverse of {@link readFilters}: one parameter per value. */
export function writeFilters(filters: readonly Filter[]): string[] {
  return filters.flatMap(([operator, dimension, values]) => values.map((value) => `${operator},${dimension},${value}`))
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

/** What a visitor's value is called where it stands alone: the empty one has a name. */
export function nameOf(dimension: Dimension, value: string): string {
  if (value !== '') return value
  return dimension === 'visit:source' || dimension === 'visit:referrer' ? text.direct : text.notSet
}

function addValue(filters: Filter[], operator: Operator, dimension: Dimension, value: string): void {
  const index = filters.findIndex((filter) => filter[0] === operator && filter[1] === dimension)
  const values = filters[index]?.[2] ?? []
  if (values.includes(value)) return
  const filter: Filter = [operator, dimension, [...values, value]]
  if (index < 0) filters.push(filter)
  else filters[index] = filter
}
