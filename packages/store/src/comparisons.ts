import { compilePattern } from './patterns.ts'
import type { Filter, FilterOperator } from './query.ts'
import { createWildcard } from './wildcards.ts'

/** A filter that compares the values of one dimension. */
export type Comparison = Extract<Filter, readonly [FilterOperator, ...unknown[]]>
/** `and` and `or`. */
export type Join = Extract<Filter, readonly ['and' | 'or', unknown]>
export type ValueTest = (value: string) => boolean

/** The operators, and the test that each makes or turns round. */
const operators = {
  is: { kind: 'is', negated: false },
  is_not: { kind: 'is', negated: true },
  contains: { kind: 'contains', negated: false },
  contains_not: { kind: 'contains', negated: true },
  matches: { kind: 'matches', negated: false },
  matches_not: { kind: 'matches', negated: true },
} as const satisfies Record<FilterOperator, { kind: FilterOperator; negated: boolean }>

/** Dimensions in whose values `*` is a wildcard. */
const pageDimensions: ReadonlySet<string> = new Set(['event:page', 'visit:entry_page', 'visit:exit_page'])

export function isComparison(filter: Filter): filter is Comparison {
  return Object.hasOwn(operators, filter[0])
}

/** Whether it joins several filters. */
export function isJoin(filter: Filter): filter is Join {
  return filter[0] === 'and' || filter[0] === 'or'
}

/** Whether it asks for anything but its values. */
export function isNegated([operator]: Comparison): boolean {
  return operators[operator].negated
}

/**
 * A comparison as a test that is made once for a query. Case counts, as in Plausible's API, unless `caseSensitive` is
 * `false`.
 * @throws RangeError for a pattern that does not compile: see `compilePattern`
 */
export function compileComparison(comparison: Comparison): ValueTest {
  const isWanted = compileWanted(comparison)
  return isNegated(comparison) ? (value) => !isWanted(value) : isWanted
}

/** The same without its negation: whether a value is one of those that the comparison names. */
export function compileWanted([operator, dimension, values, { caseSensitive = true } = {}]: Comparison): ValueTest {
  const { kind } = operators[operator]
  if (kind === 'matches') return anyOf(values.map((text) => compilePattern(text, caseSensitive)))
  if (!caseSensitive) return inLowerCase(compileTexts(kind, dimension, values.map(lower)))
  return compileTexts(kind, dimension, values)
}

function compileTexts(kind: 'is' | 'contains', dimension: string, values: readonly string[]): ValueTest {
  if (kind === 'contains') return anyOf(values.map((text) => (value: string) => value.includes(text)))
  const exact = oneOf(values)
  const globs = pageDimensions.has(dimension) ? values.filter((text) => text.includes('*')) : []
  return globs.length === 0 ? exact : anyOf([exact, ...globs.map(createWildcard)])
}

function oneOf(values: readonly string[]): ValueTest {
  const [only] = values
  if (values.length === 1) return (value) => value === only
  const wanted = new Set(values)
  return (value) => wanted.has(value)
}

function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [only] = tests
  return tests.length === 1 && only !== undefined ? only : (value) => tests.some((test) => test(value))
}

function inLowerCase(test: ValueTest): ValueTest {
  return (value) => test(lower(value))
}

/** As Unicode has it, the same on every machine: not by its locale. */
function lower(text: string): string {
  return text.toLowerCase()
}
