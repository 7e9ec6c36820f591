import { addToBatch, joinBatches, type Batch } from './batch.ts'
import { createFactTable, type FactTable } from './factTable.ts'
import type { StoredHit } from './hit.ts'
import type { Steps } from './steps.ts'

/** The facts of a site that are in no segment yet: in which batch they came, and packed by home day. */
export interface FreshFacts {
  /** By key. */
  readonly batches: Map<string, Batch>
  /** The tables of each day: one of them takes up what comes. */
  readonly days: ReadonlyMap<string, readonly FactTable[]>
  /** How many, repeated ones included. */
  readonly count: number
  /** Takes up a fact of a batch. @returns where it is */
  add(batch: Batch, fact: StoredHit): { table: FactTable; row: number }
  /** Takes up batches with tables that have their facts and no others. The tables take up what comes, where none does. */
  adopt(batches: readonly Batch[], tables: readonly FactTable[]): void
  /** Has other tables take up what comes from now on, where most is of batches that are about to become segments: so they can go as they are. */
  seal(batches: readonly Batch[]): void
  /** Takes it that nobody knows what a batch holds, nor what of it is durable. */
  doubt(batch: Batch): void
  /** Takes a batch for empty: it is read anew. */
  empty(batch: Batch): void
  /** Forgets batches, and puts together anew the tables that had facts of them and of others. */
  drop(gone: readonly Batch[]): void
  /** Does ahead what it can of that, a millisecond at a time. */
  prepareDrop(gone: readonly Batch[]): Steps<void>
}

/** Tables without batches that are about to go. */
interface TablesAhead {
  /** What comes in place of tables of which something stays. */
  tables: Map<FactTable, FactTable>
  /** The rows there of what stays, by its rows in the tables as they are. */
  moved: Map<readonly number[], number[]>
}

/** So many facts are moved in one go. */
const stepSize = 256
/** Of less than this part of what is compacted at once the facts are sooner moved than looked for in a table more. */
const partWorthSealing = 1 / 32
/** Most tables of a day: where compactions fail for hours, ids are still found fast. */
const maxTables = 8

/** @param compactAt see `StoreOptions` */
export function createFreshFacts(site: string, compactAt: number): FreshFacts {
  const batches = new Map<string, Batch>()
  let days = new Map<string, readonly FactTable[]>()
  /** The table of each day that takes up what comes. */
  const open = new Map<string, FactTable>()
  let count = 0
  /** No longer true once something of it is in doubt, or the tables are others. */
  let ahead: TablesAhead | undefined

  function tableOf(day: string): FactTable {
    let table = open.get(day)
    if (table === undefined) {
      open.set(day, (table = createFactTable(site, day)))
      days.set(day, [...(days.get(day) ?? []), table])
    }
    return table
  }

  function move(from: FactTable, row: number, { tables }: TablesAhead): number {
    let to = tables.get(from)
    if (to === undefined) tables.set(from, (to = createFactTable(site, from.day)))
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
    const touched = tablesOf(gone)
    const now = ahead !== undefined && isFor(ahead, gone, touched) ? ahead : createAhead()
    ahead = undefined
    for (const { rows } of batches.values()) {
      for (const [table, its] of rows) {
        if (!touched.has(table)) continue
        const there = now.moved.get(its) ?? []
        while (there.length < its.length) there.push(move(table, its[there.length]!, now))
        rows.delete(table)
        rows.set(now.tables.get(table)!, there)
      }
    }
    replace(touched, now.tables)
  }

  /** In a map of its own: somebody may be going through the days as they were. */
  function replace(gone: ReadonlySet<FactTable>, others: ReadonlyMap<FactTable, FactTable>): void {
    const next = new Map<string, readonly FactTable[]>()
    for (const [day, tables] of days) {
      const left = tables.flatMap((table) => (gone.has(table) ? (others.get(table) ?? []) : table))
      if (left.length > 0) next.set(day, left)
      const taking = open.get(day)
      if (taking === undefined || !gone.has(taking)) continue
      const other = others.get(taking)
      if (other === undefined) open.delete(day)
      else open.set(day, other)
    }
    days = next
  }

  function* prepareDrop(gone: readonly Batch[]): Steps<void> {
    const begun = createAhead()
    ahead = begun
    const touched = tablesOf(gone)
    for (const batch of batches.values()) {
      if (gone.includes(batch)) continue
      for (const [table, its] of batch.rows) {
        if (!touched.has(table)) continue
        const there: number[] = []
        begun.moved.set(its, there)
        while (there.length < its.length) {
          there.push(move(table, its[there.length]!, begun))
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
      const table = tableOf(fact.day)
      const row = table.add(fact)
      addToBatch(batch, fact, table, row)
      count++
      return { table, row }
    },
    adopt(its, tables) {
      for (const batch of its) {
        batches.set(batch.key, batch)
        count += batch.count
      }
      for (const table of tables) {
        days.set(table.day, [...(days.get(table.day) ?? []), table])
        if (!open.has(table.day)) open.set(table.day, table)
      }
    },
    seal(batches) {
      for (const [day, table] of open) {
        const goes = batches.reduce((sum, { rows }) => sum + (rows.get(table)?.length ?? 0), 0)
        if (goes >= compactAt * partWorthSealing && goes >= table.size / 2 && days.get(day)!.length < maxTables) open.delete(day)
      }
    },
    doubt(batch) {
      ahead = undefined
      for (const [table, rows] of batch.rows) for (const row of rows) table.setDurable(row, false)
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

function createAhead(): TablesAhead {
  return { tables: new Map(), moved: new Map() }
}

function tablesOf(batches: readonly Batch[]): Set<FactTable> {
  return new Set(batches.flatMap(({ rows }) => [...rows.keys()]))
}

/** Whether tables were put together without these batches, and without no others. */
function isFor({ tables, moved }: TablesAhead, gone: readonly Batch[], touched: ReadonlySet<FactTable>): boolean {
  return [...tables.keys()].every((table) => touched.has(table)) && !gone.some(({ rows }) => [...rows.values()].some((its) => moved.has(its)))
}
