import { codesBelow, narrow } from './buildIndex.ts'
import { columnNames } from './columnNames.ts'
import { numbersOfTold, toldOfNumbers } from './columnNumbers.ts'
import { countRuns, packRuns, unpackNumbers } from './packNumbers.ts'
import type { CodedTexts, Codes, ColumnName, HitKind, IndexColumns, SessionIndex } from './sessionIndex.ts'

/** The texts of a column that several indexes share: each once. */
interface SharedValues {
  values: (string | HitKind)[]
  known: Map<string, number>
}

/** What held indexes say alike is held once. */
export type HeldValues = Map<ColumnName, SharedValues>

/** Numbers as they are; where they are long runs, packed. */
type HeldNumbers = () => Codes

/**
 * The same index in some 20 bytes a hit, and without what it was made of: for an index that is put together with others
 * soon, which takes a tenth of the work of writing and reading it.
 * @param shared of the indexes that it is put together with: texts of the column may be of others
 */
export async function holdIndex({ days, visits, hits, load }: SessionIndex, shared: HeldValues): Promise<SessionIndex> {
  const held = new Map<ColumnName, () => unknown>()
  for (const name of columnNames) held.set(name, holdColumn((await load([name]))[name], name, shared))
  return {
    days,
    visits,
    hits,
    load: async (names) => Object.fromEntries(names.map((name) => [name, held.get(name)!()])) as Pick<IndexColumns, (typeof names)[number]>,
  }
}

function holdColumn(column: IndexColumns[ColumnName], name: ColumnName, shared: HeldValues): () => unknown {
  if (column instanceof Float64Array) {
    const numbers = holdNumbers(narrow(numbersOfTold(column)))
    return () => toldOfNumbers(numbers())
  }
  if (ArrayBuffer.isView(column)) return holdNumbers(column)
  const its = shared.get(name) ?? { values: [], known: new Map() }
  shared.set(name, its)
  const codes = holdNumbers(recode(column, its))
  return () => ({ values: its.values, codes: codes() })
}

function holdNumbers(numbers: Codes): HeldNumbers {
  const runs = countRuns(numbers)
  if (24 * runs > numbers.length) return asTheyAre(numbers)
  return holdRuns(packRuns(numbers, runs).slice(), numbers.length, 256 ** numbers.BYTES_PER_ELEMENT - 1)
}

// Each in a function of its own: what one of them needs is not kept by the other.
function asTheyAre(numbers: Codes): HeldNumbers {
  return () => numbers
}

function holdRuns(packed: Uint8Array, count: number, most: number): HeldNumbers {
  return () => unpackNumbers(packed, 'runs', count, most)
}

function recode({ values, codes }: CodedTexts | IndexColumns['kind'], shared: SharedValues): Codes {
  const codeOf = Uint32Array.from<string | HitKind>(values, (value) => {
    const key = typeof value === 'string' ? value : JSON.stringify(value)
    const code = shared.known.get(key) ?? shared.values.push(value) - 1
    shared.known.set(key, code)
    return code
  })
  if (codeOf.every((code, at) => code === at)) return codes
  const recoded = codesBelow(shared.values.length, codes.length)
  for (let at = 0; at < codes.length; at++) recoded[at] = codeOf[codes[at]!]!
  return recoded
}
