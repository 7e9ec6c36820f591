import { parseStamp } from './keys.ts'

/** The values of one kind. */
export interface KindOfValues {
  /** `batch`, `segment`, `index` …; of what lies beside the hits of sites the first word of its keys. */
  kind: string
  values: number
  /** Of those whose names say how long they are; undefined where none does. */
  bytes?: number
}

const siteKind = /^[a-z0-9_-]{1,64}:(batch|segment|manifest|link|erasure|pruning|kept|index|rollup|persons|packed|catalog|clean|sums|salt|drop):/
/** Their names end in their length. */
const sized: ReadonlySet<string> = new Set(['manifest', 'kept', 'index', 'rollup', 'persons', 'packed', 'catalog', 'clean'])

/** How many values of each kind there are, the most first, as far as their keys tell. */
export function countKeys(keys: readonly string[]): KindOfValues[] {
  const kinds = new Map<string, KindOfValues>()
  for (const key of keys) {
    const kind = siteKind.exec(key)?.[1] ?? key.split(':')[0]!
    const found = kinds.get(kind) ?? { kind, values: 0 }
    found.values++
    const bytes = sized.has(kind) ? parseStamp(key)?.bytes : undefined
    if (bytes !== undefined) found.bytes = (found.bytes ?? 0) + bytes
    kinds.set(kind, found)
  }
  return [...kinds.values()].toSorted((a, b) => b.values - a.values || (a.kind < b.kind ? -1 : 1))
}
