import { addToBatch, joinBatches, type Batch } from './batch.ts'
import { createFactTable, type FactTable } from './factTable.ts'
import type { StoredHit } from './hit.ts'
import type { Steps } from './steps.ts'

/** The facts of a site that are in no segment yet: in which batch they came, and packed by home day. */
export interface FreshFacts {
  /** By key. */
  readonly batches: Map<string, Batch>
  readonly days: ReadonlyMap<string, FactTable>
  /** How many, repeated ones included. */
  readonly count: number
  /** Takes up a fact of a batch. @returns where it is */
  add(batch: Batch, fact: StoredHit): { table: FactTable; row: number }
  /** Takes it that nobody knows what a batch holds, nor what of it is durable. */
  doubt(batch: Batch): void
  /** Takes a batch for empty: it is read anew. */
  empty(batch: Batch): void
  /** Forgets batches, and puts together anew the days that they had facts of. */
  drop(gone: readonly Batch[]): void
  /** Does ahead what it can of that, a millisecond at a time. */
  prepareDrop(gone: readonly Batch[]): Steps<void>
}

/** Days without batches that are about to go. */
interface DaysAhead {
  tables: Map<string, FactTable>
  /** The rows there of what stays, by its rows in the days as they are. */
  moved: Map<readonly number[], number[]>
}

/** So many facts are moved in one go. */
const stepSize = 256

export function createFreshFacts(site: string): FreshFacts {
  const batches = new Map<string, Batch>()
  let days = new Map<string, FactTable>()
  let count = 0
  /** No longer true once something of it is in doubt, or the days are others. */
  let ahead: DaysAhead | undefined

  /** @param tables the days as they are, or those that are put together anew */
  function tableOf(tables: Map<string, FactTable>, day: string): FactTable {
    let table = tables.get(day)
    if (table === undefined) tables.set(day, (table = createFactTable(site, day)))
    return table
  }

  function move(from: FactTable, row: number, tables: Map<string, FactTable>): number {
    const to = tableOf(tables, from.day)
    const moved = to.add(from.fact(row))
    if (from.isDurable(row)) to.setDurable(moved, true)
    return moved
  }

  function drop(gone: readonly Batch[]): void {
    if (gone.length === 0) return
    for (const batch of gone) {
      batches.delete(batch.key)
      count -= batch.count
    }
    const touched = daysOf(gone)
    const { tables, moved } = ahead !== undefined && isFor(ahead, gone, touched) ? ahead : { tables: new Map(), moved: new Map() }
    ahead = undefined
    for (const { rows } of batches.values()) {
      for (const [day, its] of rows) {
        if (!touched.has(day)) continue
        const there = moved.get(its) ?? []
        while (there.length < its.length) there.push(move(days.get(day)!, its[there.length]!, tables))
        rows.set(day, there)
      }
    }
    days = new Map([...[...days].filter(([day]) => !touched.has(day)), ...tables])
  }

  function* prepareDrop(gone: readonly Batch[]): Steps<void> {
    const begun: DaysAhead = { tables: new Map(), moved: new Map() }
    ahead = begun
    const touched = daysOf(gone)
    for (const batch of batches.values()) {
      if (gone.includes(batch)) continue
      for (const [day, its] of batch.rows) {
        if (!touched.has(day)) continue
        const there: number[] = []
        begun.moved.set(its, there)
        while (there.length < its.length) {
          there.push(move(days.get(day)!, its[there.length]!, begun.tables))
          if (there.length % stepSize !== 0) continue
          yield
          if (ahead !== begun) return
        }
      }
    }
  }

  return {
    batches,
    get days() {
      return days
    },
    get count() {
      return count
    },
    add(batch, fact) {
      const table = tableOf(days, fact.day)
      const row = table.add(fact)
      addToBatch(batch, fact, row)
      count++
      return { table, row }
    },
    doubt(batch) {
      ahead = undefined
      for (const [day, rows] of batch.rows) for (const row of rows) days.get(day)?.setDurable(row, false)
    },
    empty(batch) {
      if (batch.count === 0) return
      ahead = undefined
      count -= batch.count
      Object.assign(batch, joinBatches([]))
    },
    drop,
    prepareDrop,
  }
}

function daysOf(batches: readonly Batch[]): Set<string> {
  return new Set(batches.flatMap(({ rows }) => [...rows.keys()]))
}

/** Whether days were put together without these batches, and without no others. */
function isFor({ tables, moved }: DaysAhead, gone: readonly Batch[], touched: ReadonlySet<string>): boolean {
  return [...tables.keys()].every((day) => touched.has(day)) && !gone.some(({ rows }) => [...rows.values()].some((its) => moved.has(its)))
}
