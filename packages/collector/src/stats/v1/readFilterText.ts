import { QueryError, quote } from '../oneOf.ts'

const operators = { '==': 'is', '!=': 'is_not', '~': 'contains', '!~': 'contains_not' } as const
const conditionPattern = /^([^=!~]+)(==|!=|!~|~)(.+)$/s
/** In their values the store takes `*` for a wildcard itself. */
const pageProperties = new Set(['event:page', 'visit:entry_page', 'visit:exit_page'])

/**
 * The filters of Plausible's Stats API v1 as those of v2: `event:page==/blog/*;visit:source==Google|Bing`. All conditions
 * must hold, and of each any of its values; `\|`, `\;` and `\\` stand for these letters themselves. `*` stands for any
 * text, in values of any property but goals, whose names may have one.
 *
 * @throws QueryError where a condition is none
 */
export function readFilterText(text: string): unknown[] {
  return splitAt(text, ';')
    .filter((condition) => condition.trim() !== '')
    .map(readCondition)
}

function readCondition(condition: string): unknown[] {
  const [, property = '', sign, values = ''] = conditionPattern.exec(condition.trim()) ?? []
  if (sign === undefined) throw new QueryError(`filters: ${quote(condition)} is none; it must be like visit:source==Google, with ==, !=, ~ or !~`)
  const operator = operators[sign as keyof typeof operators]
  const texts = splitAt(values, '|').map((value) => value.trim())
  const hasWildcard = operator.startsWith('is') && property !== 'event:goal' && !pageProperties.has(property) && texts.some((value) => value.includes('*'))
  if (!hasWildcard) return [operator, property, texts.map(unescape)]
  return [operator === 'is' ? 'matches' : 'matches_not', property, texts.map((value) => patternOf(unescape(value)))]
}

/** Parts of a text between separators that no backslash stands before. The escapes stay. */
function splitAt(text: string, separator: string): string[] {
  const parts = ['']
  for (const [unit] of text.matchAll(/\\[\s\S]|[\s\S]/gu)) {
    if (unit === separator) parts.push('')
    else parts[parts.length - 1] += unit
  }
  return parts
}

/** A backslash before anything else is one, as in Plausible. */
function unescape(text: string): string {
  return text.replaceAll(/\\([|;\\])/g, '$1')
}

/** A wildcard as a regular expression of RE2: `*` is any text, everything else itself. */
function patternOf(value: string): string {
  return `(?s)^${value.split('*').map(quotePattern).join('.*')}$`
}

function quotePattern(text: string): string {
  return text.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`)
}
