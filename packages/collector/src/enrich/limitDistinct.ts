import type { PropValue } from '@treadlight/protocol'
import type { DistinctValues, LimitedField } from './distinct.ts'
import type { EnrichStep } from './step.ts'

/** What stands for all values beyond the first of a day. */
const other = '(other)'

/**
 * Last of all: values beyond the limit of their day become `(other)`, so that nobody fills lists, memory and disk with
 * values that they make up. The URL stays as it is.
 */
export const limitDistinct: EnrichStep = (hit, { rules: { distinct } }) => {
  const { day } = hit
  hit.hostname = limit('hostname', hit.hostname, day, distinct)
  hit.path = limit('path', hit.path, day, distinct)
  hit.referrerHost = limit('referrerHost', hit.referrerHost, day, distinct)
  hit.source = limit('source', hit.source, day, distinct)
  hit.medium = limit('medium', hit.medium, day, distinct)
  hit.campaign = limit('campaign', hit.campaign, day, distinct)
  if (hit.name !== undefined) hit.name = limit('name', hit.name, day, distinct)
  if (hit.props !== undefined) hit.props = limitProps(hit.props, day, distinct)
  if (hit.term !== undefined) hit.term = limit('term', hit.term, day, distinct)
  if (hit.content !== undefined) hit.content = limit('content', hit.content, day, distinct)
  if (hit.language !== undefined) hit.language = limit('language', hit.language, day, distinct)
}

function limit(field: LimitedField, value: string, day: string, distinct: DistinctValues): string {
  return value === '' || value === other || distinct.admits(day, field, value) ? value : other
}

function limitProps(props: Record<string, PropValue>, day: string, distinct: DistinctValues): Record<string, PropValue> {
  let changed = false
  const entries = Object.entries(props).map(([key, value]): [string, PropValue] => {
    if (distinct.admits(day, 'propKey', key)) {
      if (distinct.admits(day, 'propValue', String(value), key)) return [key, value]
      changed = true
      return [key, other]
    }
    changed = true
    return [other, other]
  })
  // fromEntries defines properties instead of assigning them, so a key named __proto__ stays a plain name.
  return changed ? Object.fromEntries(entries) : props
}
