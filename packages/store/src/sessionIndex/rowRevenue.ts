import { addRevenueOf, type RevenueSums } from '../revenue.ts'
import { room } from './hitBatch.ts'
import { lookUp } from './lookUp.ts'
import { createSeenPairs } from './seenPairs.ts'
import type { CodedTexts } from './sessionIndex.ts'

/** What the hits of each row brought. */
export interface RowRevenue {
  /** @param rows of the hits `at` */
  add(rows: Int32Array, at: Int32Array, count: number): void
  /** By row, of those whose hits brought something. */
  sumUp(): Map<number, RevenueSums>
}

/** Counts how often which amount is in which row: few hits bring anything, and these are only added up at the end. */
export function createRowRevenue({ values, codes }: CodedTexts): RowRevenue {
  /** 0 for nothing. */
  const numbers = Int32Array.from(values, (text, code) => (text === '' ? 0 : code + 1))
  const pairs = createSeenPairs()
  const owners: number[] = []
  const amounts: number[] = []
  const counts: number[] = []
  let brought: Int32Array = new Int32Array(0)
  return {
    add(rows, at, count) {
      brought = room(brought, count)
      lookUp(codes, at, count, numbers, brought)
      for (let i = 0; i < count; i++) if (brought[i] !== 0) note(rows[i]!, brought[i]!)
    },
    sumUp() {
      const sums = new Map<number, RevenueSums>()
      for (const [place, row] of owners.entries()) {
        const known = sums.get(row) ?? new Map()
        sums.set(row, known)
        addRevenueOf(known, values[amounts[place]! - 1]!, counts[place]!)
      }
      return sums
    },
  }

  function note(row: number, number: number): void {
    const place = pairs.find(row, number)
    if (pairs.isNew) {
      owners[place] = row
      amounts[place] = number
      counts[place] = 0
    }
    counts[place]!++
  }
}
