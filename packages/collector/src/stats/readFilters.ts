import { compilePattern, type Filter, type FilterModifiers, type FilterOperator } from '@treadlight/store'
import { isObject } from '../isObject.ts'
import { dimensionNames, isProp, operatorNames, type NamedDimension } from './names.ts'
import { oneOf, QueryError, quote } from './oneOf.ts'

const deepestFilter = 8
const mostConditions = 200
const behaviours = ['has_done', 'has_not_done'] as const
/** Regular expressions of one query: a value of 2000 letters may take each tens of milliseconds. */
const mostPatterns = 20
/** A page's path has at most 2048 characters, and no pattern needs more. */
const longestValue = 2048

/** The filters of the segment of an id or name, as the API has them; undefined for none. */
export type FindSegment = (name: string) => readonly unknown[] | undefined

/**
 * Reads the filters of a query; all of them must hold. In place of a segment stand its filters, which count like others.
 * @param findSegment by default there are none, as in a segment itself
 * @throws QueryError naming the field, the value and what is allowed
 */
export function readFilters(value: unknown, findSegment?: FindSegment): Filter[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new QueryError('filters: must be an array')
  let conditions = 0
  let patterns = 0
  return value.flatMap((filter: unknown) => {
    const read = readFilter(filter, 1, false)
    // One segment alone says what its filters would say in its place: they are answered as quickly, and from the same sums.
    return Array.isArray(filter) && filter[1] === 'segment' && read[0] === 'and' ? read[1] : [read]
  })

  function readFilter(filter: unknown, depth: number, isBehaviour: boolean): Filter {
    if (!Array.isArray(filter)) throw new QueryError('filters: each must be an array like ["is", "visit:source", ["google"]]')
    if (depth > deepestFilter) throw new QueryError(`filters: must not be nested deeper than ${deepestFilter}`)
    count(1)
    const [operator, operand, values, modifiers] = filter as unknown[]
    if (operator === 'not') return ['not', readFilter(operand, depth + 1, isBehaviour)]
    if (operator === 'and' || operator === 'or') {
      if (!Array.isArray(operand) || operand.length === 0) throw new QueryError(`filters: "${operator}" takes an array of filters, at least one`)
      return [operator, operand.map((inner) => readFilter(inner, depth + 1, isBehaviour))]
    }
    if (operator === 'has_done' || operator === 'has_not_done') {
      if (isBehaviour) throw new QueryError(`filters: "${operator}" takes no other has_done or has_not_done`)
      return [operator, readFilter(operand, depth + 1, true)]
    }
    if (operand === 'segment' && findSegment) return readSegments(operator, values, depth, isBehaviour)
    return readCondition(operator, operand, values, modifiers)
  }

  function readSegments(operator: unknown, values: unknown, depth: number, isBehaviour: boolean): Filter {
    const known = oneOf<'is' | 'is_not'>('filters', operator, ['is', 'is_not'])
    const alternatives = readValues('segment', values).map((name): Filter => {
      const filters = findSegment?.(name)
      if (!filters) throw new QueryError(`filters: there is no segment ${quote(name)} of this site; GET /api/segments lists those that there are`)
      return ['and', filters.map((filter) => readFilter(filter, depth + 1, isBehaviour))]
    })
    const any: Filter = alternatives.length === 1 ? alternatives[0]! : ['or', alternatives]
    return known === 'is' ? any : ['not', any]
  }

  function readCondition(operator: unknown, operand: unknown, values: unknown, modifiers: unknown): Filter {
    const known = oneOf<FilterOperator>('filters', operator, [...operatorNames, 'and', 'or', 'not', ...behaviours])
    if (operand === 'segment') throw new QueryError('filters: a segment takes no other segments: write their filters out')
    const dimension = isProp(operand) ? operand : oneOf<NamedDimension>('filters', operand, dimensionNames)
    const texts = readValues(dimension, values)
    const modified = readModifiers(modifiers)
    if (known.startsWith('matches')) readPatterns(texts, modified)
    return modified ? [known, dimension, texts, modified] : [known, dimension, texts]
  }

  function readValues(dimension: string, values: unknown): string[] {
    if (!Array.isArray(values) || values.length === 0 || !values.every((item) => typeof item === 'string'))
      throw new QueryError(`filters: ${quote(dimension)} takes a list of texts`)
    count(values.length - 1)
    const long = (values as string[]).find((text) => text.length > longestValue)
    if (long !== undefined) throw new QueryError(`filters: ${quote(long)} is too long; a value has at most ${longestValue} characters`)
    return values as string[]
  }

  function readPatterns(texts: readonly string[], modified: FilterModifiers | undefined): void {
    patterns += texts.length
    if (patterns > mostPatterns) throw new QueryError(`filters: must have at most ${mostPatterns} patterns for matches`)
    for (const text of texts) assertPattern(text, modified?.caseSensitive)
  }

  function count(more: number): void {
    conditions += more
    if (conditions > mostConditions) throw new QueryError(`filters: must be at most ${mostConditions} conditions`)
  }
}

function readModifiers(value: unknown): FilterModifiers | undefined {
  if (value === undefined) return undefined
  const caseSensitive = isObject(value) ? value['case_sensitive'] : undefined
  if (typeof caseSensitive !== 'boolean') throw new QueryError('filters: a modifier is { "case_sensitive": false }, or true')
  return { caseSensitive }
}

/** Now rather than in the store, so that a query of two filters is told which of them is wrong. */
function assertPattern(text: string, caseSensitive: boolean | undefined): void {
  try {
    compilePattern(text, caseSensitive)
  } catch (error) {
    if (error instanceof RangeError) throw new QueryError(`filters: ${error.message}`, { cause: error })
    throw error
  }
}
