/** Fields whose values are limited in number; of a property its name, and name and value together. */
export type LimitedField =
  | 'path'
  | 'hostname'
  | 'referrerHost'
  | 'source'
  | 'medium'
  | 'campaign'
  | 'term'
  | 'content'
  | 'language'
  | 'name'
  | 'propKey'
  | 'propValue'

/** How many values came as `(other)`: by site day, `YYYY-MM-DD`, and field. */
export type CappedValues = Record<string, Partial<Record<LimitedField, number>>>

export interface DistinctValues {
  /**
   * Whether a value is one of the first of its field and day.
   * @param key what the value belongs to, where it means little alone
   */
  admits(day: string, field: LimitedField, value: string, key?: string): boolean
  capped(): CappedValues
}

interface FieldValues {
  /** Hashes of values. */
  seen: Set<number>
  /** The value that came last: most hits have the one host, and hits of one request often more in common. */
  last: string
  capped: number
}

interface DayValues {
  day: string
  fields: Record<LimitedField, FieldValues>
}

/**
 * Counts distinct values, at most `limit` of each field and site day. A value is remembered as 30 bits of a hash, which
 * V8 keeps in the set itself: some 20 bytes each, 4 MB where every field is full on both days. Of 10,000 values one in
 * 100,000 new ones is taken for one of them. The seed is this process's own, so that nobody can look for such.
 *
 * The two latest days are remembered. Hits of days before them, from queues of browsers that were offline, count with
 * the earlier of the two: days that come and go would never be full.
 * @param onCapped told of each value beyond
 */
export function createDistinctValues(limit: number, onCapped: () => void, seed: number = Math.floor(Math.random() * 2 ** 32)): DistinctValues {
  let latest = createDay('')
  let before = createDay('')

  function dayOf(day: string): DayValues {
    if (day === latest.day) return latest
    if (day > latest.day) {
      before = latest
      return (latest = createDay(day))
    }
    if (day > before.day) before = createDay(day)
    return before
  }

  return {
    admits(day, field, value, key = '') {
      const values = dayOf(day).fields[field]
      if (key === '' && value === values.last) return true
      const hash = finish(hashOf(value, key === '' ? seed : hashOf(key, seed)))
      if (values.seen.size < limit) values.seen.add(hash)
      else if (!values.seen.has(hash)) {
        values.capped++
        onCapped()
        return false
      }
      if (key === '') values.last = value
      return true
    },
    capped: () => Object.fromEntries([latest, before].flatMap(({ day, fields }) => describeDay(day, fields))),
  }
}

/** Those of several processes, each of which has limits of its own. */
export function mergeCapped(lists: readonly CappedValues[]): CappedValues {
  const all: CappedValues = {}
  for (const [day, fields] of lists.flatMap((list) => Object.entries(list))) {
    const known = (all[day] ??= {})
    for (const [field, count] of Object.entries(fields) as [LimitedField, number][]) known[field] = (known[field] ?? 0) + count
  }
  return all
}

function createDay(day: string): DayValues {
  const field = (): FieldValues => ({ seen: new Set(), last: '', capped: 0 })
  return {
    day,
    fields: {
      path: field(),
      hostname: field(),
      referrerHost: field(),
      source: field(),
      medium: field(),
      campaign: field(),
      term: field(),
      content: field(),
      language: field(),
      name: field(),
      propKey: field(),
      propValue: field(),
    },
  }
}

function describeDay(day: string, fields: DayValues['fields']): [string, CappedValues[string]][] {
  const capped = Object.entries(fields).flatMap(([field, { capped }]) => (capped > 0 ? [[field, capped] as const] : []))
  return capped.length > 0 ? [[day, Object.fromEntries(capped)]] : []
}

/** FNV-1a over UTF-16 code units, and one more for the end, so that `a` + `bc` is not `ab` + `c`. */
function hashOf(text: string, start: number): number {
  let hash = start
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return Math.imul(hash ^ 0x10000, 0x01000193)
}

/** Spreads the upper bits, as MurmurHash3 ends, and takes 30: what a small integer of V8 holds everywhere. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 2
}
