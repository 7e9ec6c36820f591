import type { StoredHit } from '../hit.ts'

/** What the columns cannot say of a fact: fields to be laid over those that they do say. */
export type Extra = Record<string, unknown>

/** The fields of a hit in the order in which stores hold them: others are held as well, at several times the cost. */
export const hitFields: readonly (keyof StoredHit)[] = [
  'site',
  'id',
  'origin',
  'type',
  'day',
  'time',
  'received',
  'view',
  'url',
  'title',
  'referrer',
  'hostname',
  'path',
  'referrerHost',
  'source',
  'medium',
  'campaign',
  'visitor',
  'session',
  'user',
  'name',
  'props',
  'engaged',
  'engagedDelta',
  'scroll',
  'screen',
  'timezone',
  'navigation',
  'interactive',
  'webdriver',
  'forwarding',
  'revenue',
  'language',
  'term',
  'content',
  'clickIds',
  'channel',
  'browser',
  'browserVersion',
  'os',
  'osVersion',
  'device',
  'country',
  'region',
  'city',
  'address',
]

/**
 * What a fact has beside what the columns say of it. Also fields that this version does not know: written by a later one,
 * they must survive. Undefined if there is nothing.
 */
export function unsaidOf(fact: StoredHit, said: StoredHit): Extra | undefined {
  const unsaid = Object.entries(fact).filter(([field, value]) => {
    const its: unknown = Object.hasOwn(said, field) ? said[field as keyof StoredHit] : undefined
    return JSON.stringify(value) !== JSON.stringify(its)
  })
  // Makes own fields of any name, `__proto__` too.
  return unsaid.length === 0 ? undefined : Object.fromEntries(unsaid)
}

/** Whether all fields are known and in the order of `hitFields`, which is that of the collector. Comparing costs less than looking up each. */
export function isInOrder(hit: StoredHit): boolean {
  let at = 0
  for (const field in hit) {
    while (at < hitFields.length && hitFields[at] !== field) at++
    if (at++ === hitFields.length) return false
  }
  return true
}
