import { hashPerson, subjectOf } from './erasure.ts'
import type { Subject } from './store.ts'

/** An erasure of which something may still lie in the storage: hidden, and not gone yet. */
export interface OpenErasure {
  key: string
  site: string
  /** When the person was erased, ms since 1970. */
  time: number
}

const erasureKey = /^([a-z0-9_-]{1,64}):erasure:[0-9a-f]+-(\d+)(-hits)?$/

/** How many erasures there are, and those that upkeep has not finished. As far as keys tell. */
export function findErasures(keys: readonly string[]): { erasures: number; open: OpenErasure[] } {
  const all = new Set(keys)
  /** By name: what names the hits of an erasure is beside it. */
  const names = new Set<string>()
  const open = new Map<string, OpenErasure>()
  for (const key of keys) {
    const [, site, time, hits = ''] = erasureKey.exec(key) ?? []
    if (site === undefined) continue
    const name = key.slice(0, key.length - hits.length)
    names.add(name)
    if (!all.has(`${key}-done`)) open.set(name, { key: name, site, time: Number(time) })
  }
  return { erasures: names.size, open: [...open.values()].toSorted((a, b) => a.time - b.time) }
}

/** How the keys of a person's erasures begin. */
export function erasurePrefix(subject: Subject): string {
  const { kind, value } = subjectOf(subject)
  return `${subject.site}:erasure:${hashPerson(kind, value)}-`
}
