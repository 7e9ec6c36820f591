import { keepRows, lookUp, pickRows } from './lookUp.ts'
import type { IndexCondition } from './indexConditions.ts'
import type { Codes, IndexColumns } from './sessionIndex.ts'

/** The conditions that ask for the code of a column: what most filters come to. */
export interface VisitMasks {
  /** Whether no visit can meet them. */
  isNone: boolean
  /** The conditions that ask for more. */
  others: readonly IndexCondition[]
  /** Writes the visits from `from` to `to` that meet them all to `out`, and says how many. */
  pick(from: number, to: number, out: Int32Array): number
}

interface Mask {
  codes: Codes
  wanted: Uint8Array
}

/** So many visits are looked at to learn which condition few meet: that is the first to be asked. */
const samples = 256

export function createVisitMasks(conditions: readonly IndexCondition[], columns: IndexColumns): VisitMasks {
  const masks = conditions
    .filter((condition) => condition.kind === 'text')
    .map(({ column, test }) => ({ codes: columns[column].codes, wanted: Uint8Array.from(columns[column].values, (value) => Number(test(value))) }))
  const telling = masks.filter(({ wanted }) => wanted.includes(0)).map((mask) => ({ mask, share: shareOf(mask) }))
  const [first, ...rest] = telling.toSorted((a, b) => a.share - b.share).map(({ mask }) => mask)
  const tables = rest.map(({ codes, wanted }) => ({ codes, table: Int32Array.from(wanted) }))
  let said: Int32Array = new Int32Array(0)
  return {
    isNone: masks.some(({ wanted }) => !wanted.includes(1)),
    others: conditions.filter((condition) => condition.kind !== 'text'),
    pick(from, to, out) {
      if (first === undefined) return pickAll(from, to, out)
      if (said.length < to - from) said = new Int32Array(to - from)
      let count = pickRows(first.codes, first.wanted, from, to, out)
      for (const { codes, table } of tables) {
        lookUp(codes, out, count, table, said)
        count = keepRows(out, count, said)
      }
      return count
    },
  }
}

function pickAll(from: number, to: number, out: Int32Array): number {
  for (let row = from; row < to; row++) out[row - from] = row
  return to - from
}

function shareOf({ codes, wanted }: Mask): number {
  let met = 0
  for (let i = 0; i < samples; i++) met += wanted[codes[Math.floor((i * codes.length) / samples)] ?? 0]!
  return met
}
