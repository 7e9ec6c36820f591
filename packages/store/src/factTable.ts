import type { DayFacts } from './factSet.ts'
import type { StoredHit } from './hit.ts'
import { createIdIndex, type IdIndex } from './idIndex.ts'
import type { Rows } from './segment/column.ts'
import { createFactColumns, type FactColumns, type PackedColumns } from './segment/factColumns.ts'
import { FlagColumn } from './segment/numberColumns.ts'
import type { SectionReader, SectionWriter } from './segment/sections.ts'
import type { Steps } from './steps.ts'

/**
 * The facts of one home day, each once: the same set as `DayFacts`, in columns. What a row holds never changes, so that it
 * can be read and written bit by bit while others are added.
 */
export interface FactTable extends Omit<FactColumns, 'add' | 'pack'> {
  /** When the first and the last of them happened, ms since 1970. */
  readonly from: number
  readonly to: number
  /** Takes up a fact. @returns its row, or the one that has the very same */
  add(fact: StoredHit): number
  /** The rows of an id. */
  rowsOf(id: string): readonly number[]
  /** Whether another row has the same id. */
  hasOthers(row: number): boolean
  /** Whether any id has more than one row. */
  hasShared(): boolean
  /** The facts of an id; none if it is not there. */
  factsOf(id: string): StoredHit[]
  /** Whether this process has itself made the fact durable. What was only read may rest in the cache of a system that is about to fail. */
  isDurable(row: number): boolean
  setDurable(row: number, isDurable: boolean): void
  /** All facts as objects. They are kept for as long as nobody needs the memory. */
  facts(): DayFacts
  allRows(): Rows
  /** Writes these rows to `out`. */
  pack(rows: Rows, out: SectionWriter): Steps<PackedTable>
}

/** What is to be known of a packed table to read it again, JSON. */
export interface PackedTable extends PackedColumns {
  day: string
  /** As of the table; null where no fact has a time. */
  from: number | null
  to: number | null
  /** Rows that say something of the same hit. */
  shared: number[][]
}

const nothing: readonly number[] = []
/** So many rows are looked at in one go: a millisecond's work. */
const stepSize = 4096

/** @param packed rows to begin with; none of them is durable @throws RangeError where these are not what was packed */
export function createFactTable(site: string, day: string, packed?: { said: PackedTable; from: SectionReader }): FactTable {
  const columns = createFactColumns(site, day, packed)
  /** Of what was packed none is made before something is looked for. */
  let made: IdIndex | undefined = packed === undefined ? createIdIndex(columns.ids) : undefined
  /** Where more than one row has an id: all of them, by the first. */
  const rowsByFirst = new Map<number, number[]>()
  const shared = new Set<number>()
  const durable = new FlagColumn()
  let objects: WeakRef<{ facts: Map<string, StoredHit[]>; rows: number }> | undefined
  const span = { from: packed?.said.from ?? Infinity, to: packed?.said.to ?? -Infinity }
  for (const rows of packed?.said.shared ?? []) {
    rowsByFirst.set(rows[0]!, rows)
    for (const row of rows) shared.add(row)
  }

  function index(): IdIndex {
    if (made !== undefined) return made
    made = createIdIndex(columns.ids, columns.size)
    const isOther = (row: number) => shared.has(row) && !rowsByFirst.has(row)
    for (let row = 0; row < columns.size; row++) if (shared.size === 0 || !isOther(row)) made.addRow(row, columns.ids.has(row) ? undefined : columns.text('id', row)!)
    return made
  }

  function rowsOf(id: string): readonly number[] {
    const first = index().find(id)
    return first === -1 ? nothing : (rowsByFirst.get(first) ?? [first])
  }

  function isSame(row: number, fact: StoredHit): boolean {
    const known = columns.fact(row)
    return known.origin === fact.origin && known.received === fact.received && JSON.stringify(known) === JSON.stringify(fact)
  }

  return {
    ...columns,
    get size() {
      return columns.size
    },
    get from() {
      return span.from
    },
    get to() {
      return span.to
    },
    add(fact) {
      const known = rowsOf(fact.id)
      const [first] = known
      for (const row of known) if (isSame(row, fact)) return row
      const row = columns.add(fact)
      if (fact.time < span.from) span.from = fact.time
      if (fact.time > span.to) span.to = fact.time
      if (first === undefined) index().add(row, fact.id)
      else {
        rowsByFirst.set(first, [...known, row])
        shared.add(first).add(row)
      }
      return row
    },
    rowsOf,
    hasShared: () => shared.size > 0,
    hasOthers: (row) => shared.size > 0 && shared.has(row),
    factsOf: (id) => rowsOf(id).map(columns.fact),
    isDurable: (row) => durable.get(row) === true,
    setDurable: (row, isDurable) => void durable.set(row, isDurable),
    facts() {
      const known = objects?.deref() ?? { facts: new Map<string, StoredHit[]>(), rows: 0 }
      for (; known.rows < columns.size; known.rows++) {
        const fact = columns.fact(known.rows)
        const its = known.facts.get(fact.id)
        if (its === undefined) known.facts.set(fact.id, [fact])
        else known.facts.set(fact.id, [...its, fact])
      }
      objects = new WeakRef(known)
      return known.facts
    },
    allRows: () => new Uint32Array(columns.size).map((_, row) => row),
    *pack(rows, out) {
      const said = yield* columns.pack(rows, out)
      const packedRows = new Map<string, number[]>()
      let [from, to] = [Infinity, -Infinity]
      for (let at = 0; at < rows.length; at++) {
        if (at % stepSize === stepSize - 1) yield
        const row = rows[at]!
        const time = columns.time(row)
        if (time < from) from = time
        if (time > to) to = time
        if (shared.size === 0 || !shared.has(row)) continue
        const id = columns.text('id', row)!
        const known = packedRows.get(id)
        if (known === undefined) packedRows.set(id, [at])
        else known.push(at)
      }
      const isTimed = from <= to
      return { ...said, day, from: isTimed ? from : null, to: isTimed ? to : null, shared: [...packedRows.values()].filter(({ length }) => length > 1) }
    },
  }
}
