import type { ImportedBy, ImportedDay, ImportedRow, ImportedSums as StoredSums } from '@treadlight/store'
import { addDays, startOfDay } from '../days.ts'
import type { ImportedSums } from './importFormat.ts'

type KeptSum = NonNullable<StoredSums['sums'][ImportedBy]>[number]

/** Sums of an import while it is read. They are held in memory, some 100 bytes a row. */
export interface SumsCollector {
  add(sums: ImportedSums): void
  /** How many days there are. */
  readonly size: number
  /** What the store takes; undefined where there were no sums. @param title see the store's `ImportedSums` */
  finish(title: string): StoredSums | undefined
}

/** What formats call otherwise than the store. */
const renamed: Readonly<Record<string, KeptSum>> = { duration: 'enteredTime' }

/**
 * Adds up what an export says of each day by each value.
 * @param timezone the site's: when its days begin
 */
export function collectSums(timezone: string): SumsCollector {
  const days = new Map<string, Map<ImportedBy, Map<string, Record<string, number>>>>()
  const known = new Map<ImportedBy, Set<KeptSum>>()

  return {
    add({ day, dimension, label = '', ...sums }) {
      const by = dimension ?? 'all'
      const row = at(at(at(days, day, newMap<ImportedBy, Map<string, Record<string, number>>>), by, newMap<string, Record<string, number>>), label, newSums)
      const names = at(known, by, () => new Set<KeptSum>())
      for (const [name, value] of Object.entries(sums)) {
        const sum = renamed[name] ?? (name as KeptSum)
        row[sum] = (row[sum] ?? 0) + value
        names.add(sum)
      }
    },
    get size() {
      return days.size
    },
    finish(title) {
      if (days.size === 0) return undefined
      const sums = Object.fromEntries([...known].map(([by, names]) => [by, [...names]]))
      return { title, sums, days: [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, rows]) => finishDay(day, rows)) }
    },
  }

  function finishDay(day: string, its: ReadonlyMap<ImportedBy, ReadonlyMap<string, Record<string, number>>>): ImportedDay {
    const rows: ImportedDay['rows'] = {}
    for (const [by, values] of its) {
      const names = [...known.get(by)!]
      rows[by] = [...values].map(([value, sums]) => rowOf(value, names, sums))
    }
    return { day, from: startOfDay(timezone, day), to: startOfDay(timezone, addDays(day, 1)), rows }
  }
}

function rowOf(value: string, names: readonly KeptSum[], sums: Readonly<Record<string, number>>): ImportedRow {
  return [value, ...names.map((name) => sums[name] ?? 0)]
}

function newMap<K, V>(): Map<K, V> {
  return new Map()
}

function newSums(): Record<string, number> {
  return {}
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make()
  map.set(key, known)
  return known
}
