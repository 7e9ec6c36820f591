import { type ApiFilter, type Dimension, dimensionName, type Filter, isDimension, nameOf, type Operator, toApiFilter } from '../filter.ts'
import { text } from '../text.ts'

/** Filters under a name. */
export interface Segment {
  id: string
  name: string
  /** As the API has them: programs may have made some that the page cannot write. */
  filters: readonly unknown[]
}

/** The segment that a filter asks for: by its id, or in links that somebody wrote by its name. */
export function findSegment(segments: readonly Segment[], value: string): Segment | undefined {
  return segments.find(({ id }) => id === value) ?? segments.find(({ name }) => name === value)
}

/** The page's filters in the API's shape, for a segment of their own: in place of segments stand what these mean. */
export function toSegmentFilters(filters: readonly Filter[], segments: readonly Segment[]): unknown[] {
  return filters.flatMap((filter): unknown[] => {
    const [operator, dimension, values] = filter
    if (dimension !== 'segment') return [toApiFilter(filter)]
    const meant = values.map((value) => findSegment(segments, value)?.filters ?? [])
    if (operator === 'is' && meant.length === 1) return [...meant[0]!]
    const any = ['or', meant.map((each) => ['and', each])]
    return [operator === 'is' ? any : ['not', any]]
  })
}

/**
 * A segment's filters as the page writes them; undefined where it cannot, as with `or`, or where two of them would become
 * alternatives in the address.
 */
export function toPageFilters(filters: readonly unknown[]): Filter[] | undefined {
  const read = filters.map(toPageFilter)
  const kinds = new Set(read.map((filter) => filter && `${filter[0]},${filter[1]}`))
  return read.some((filter) => filter === undefined) || kinds.size < read.length ? undefined : (read as Filter[])
}

/** A filter of a segment in words; as JSON where the page has none for it. */
export function describeFilter(filter: unknown): string {
  const [operator, dimension, values] = toPageFilter(filter) ?? []
  if (operator === undefined || dimension === undefined) return JSON.stringify(filter)
  return `${dimensionName(dimension)} ${text.operators[operator]} ${(values ?? []).map((value) => nameOf(dimension, value)).join(', ')}`
}

function toPageFilter(filter: unknown): Filter | undefined {
  if (!Array.isArray(filter)) return undefined
  const [operator, operand, values] = filter as readonly unknown[]
  if (operator === 'has_done' || operator === 'has_not_done') {
    const inner = toPageFilter(operand)
    return filter.length === 2 && inner?.[0] === 'is' ? [operator, inner[1], inner[2]] : undefined
  }
  const isKnown = typeof operator === 'string' && Object.hasOwn(text.operators, operator) && typeof operand === 'string' && isDimension(operand)
  if (!isKnown || filter.length !== 3 || !Array.isArray(values)) return undefined
  const [known, dimension, texts] = filter as unknown as Extract<ApiFilter, readonly [unknown, Dimension, readonly string[], unknown?]>
  return [known as Operator, dimension, texts]
}
