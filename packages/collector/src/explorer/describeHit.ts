import type { StoredHit } from '@treadlight/store'

/** A hit with all its fields as the API calls them: `id`, `timestamp`, `user_id`, `session_id`, `url`, `source` and the others. */
export type DescribedHit = Record<string, unknown>

const names: Readonly<Record<string, string>> = { time: 'timestamp', user: 'user_id', session: 'session_id' }

/** Times as ISO 8601 in UTC; what a hit does not have is left out. */
export function describeHit(hit: StoredHit): DescribedHit {
  const described = Object.entries(hit).map(([field, value]) => [names[field] ?? snakeCase(field), field === 'time' || field === 'received' ? isoTime(value as number) : value])
  return Object.fromEntries(described)
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** What is no moment of a calendar is told as it is. */
function isoTime(time: number): string | number {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? time : date.toISOString()
}
