import type { StoredHit } from '../hit.ts'

/** What the typed columns cannot say of a hit, by the row. */
export type Extras = Map<number, Record<string, unknown>>

export function addExtra(extras: Extras, row: number, field: string, value: unknown): void {
  const extra = extras.get(row)
  // A field of any name, so no plain assignment: `__proto__` would set the prototype.
  extras.set(row, { ...extra, [field]: value })
}

const known = [
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
] as const satisfies (keyof StoredHit)[]

const knownFields = new Set<string>(known)

/** Fields that this version does not know: written by a later one, they must survive. */
export function addUnknownFields(extras: Extras, block: readonly StoredHit[], start: number): void {
  for (let index = 0; index < block.length; index++) {
    const hit = block[index]!
    if (isInOrder(hit)) continue
    for (const [field, value] of Object.entries(hit)) if (!knownFields.has(field)) addExtra(extras, start + index, field, value)
  }
}

/** Whether all fields are known; false also for known ones out of order. Comparing costs less than looking up each. */
function isInOrder(hit: StoredHit): boolean {
  let at = 0
  for (const field in hit) {
    while (at < known.length && known[at] !== field) at++
    if (at++ === known.length) return false
  }
  return true
}
