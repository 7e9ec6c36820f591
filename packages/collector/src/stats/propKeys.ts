import type { HitStore } from '@treadlight/store'
import type { TimeRange } from './dateRange.ts'

/** Which props events carry. */
export interface PropKeys {
  /** Those that most events carry first; at most {@link mostKeys}. */
  keys: string[]
  /** How many events were looked at, the newest of the range. */
  events: number
  /** Whether those were all: a key that is rare may be missing otherwise. */
  complete: boolean
}

export interface PropKeysOptions {
  site: string
  range: TimeRange
  /** Only events of this name. */
  name?: string
}

const mostKeys = 100
/** Most events to look at: a choice of keys is not worth more of anybody's time, and the newest know today's keys best. */
const mostEvents = 10_000

/** Looks at the newest events of a range for the keys of their props. */
export async function findPropKeys(store: HitStore, { site, range, name }: PropKeysOptions): Promise<PropKeys> {
  // A map: a key may be called __proto__.
  const counts = new Map<string, number>()
  let events = 0
  const filters = name === undefined ? [] : [['is', 'event:name', [name]] as const]
  for await (const hit of store.hits({ site, ...range, type: 'event', filters, order: 'newest', limit: mostEvents })) {
    events += 1
    for (const key of Object.keys(hit.props ?? {})) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const ranked = [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
  return { keys: ranked.slice(0, mostKeys).map(([key]) => key), events, complete: events < mostEvents }
}
