import { isNegated, type Comparison } from '../comparisons.ts'
import { compilePattern } from '../patterns.ts'
import type { Params } from './params.ts'

/** Dimensions in whose values `*` is a wildcard: see `comparisons.ts`. */
const pageDimensions: ReadonlySet<string> = new Set(['event:page', 'visit:entry_page', 'visit:exit_page'])

/** Nothing. */
const never = '0'

/**
 * Whether a value is what a comparison asks for, as `compileComparison` has it.
 * @param value an expression of a text
 * @throws RangeError for a pattern that does not compile
 */
export function comparisonSql(params: Params, comparison: Comparison, value: string): string {
  const wanted = wantedSql(params, comparison, value)
  return isNegated(comparison) ? `NOT ${wanted}` : wanted
}

/** Whether a path is a page of a goal or of a step, as `createWildcard` has it. */
export function wildcardSql(params: Params, text: string, value: string): string {
  return text.includes('*') ? `${value} LIKE ${params.add('String', likePattern(text))}` : `${value} = ${params.add('String', text)}`
}

function wantedSql(params: Params, [operator, dimension, values, { caseSensitive = true } = {}]: Comparison, value: string): string {
  if (operator.startsWith('matches')) return anyOf(values.map((text) => `match(${value}, ${params.add('String', patternOf(text, caseSensitive))})`))
  const [texts, read] = caseSensitive ? [values, value] : [values.map((text) => text.toLowerCase()), `lowerUTF8(${value})`]
  if (operator.startsWith('contains')) return anyOf(texts.map((text) => (text === '' ? '1' : `position(${read}, ${params.add('String', text)}) > 0`)))
  const globs = pageDimensions.has(dimension) ? texts.filter((text) => text.includes('*')) : []
  return anyOf([oneOf(params, texts, read), ...globs.map((text) => wildcardSql(params, text, read))])
}

function oneOf(params: Params, texts: readonly string[], value: string): string {
  if (texts.length === 0) return never
  return texts.length === 1 ? `${value} = ${params.add('String', texts[0])}` : `${value} IN ${params.add('Array(String)', texts)}`
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? never : `(${conditions.join(' OR ')})`
}

/** ClickHouse's RE2 lets a dot be a line break too, unless it is told otherwise; RE2 itself does not. */
function patternOf(text: string, caseSensitive: boolean): string {
  compilePattern(text, caseSensitive)
  return `${caseSensitive ? '(?-s)' : '(?i-s)'}${text}`
}

function likePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}
