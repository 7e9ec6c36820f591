import { addTakings, readRevenueText, type RevenueSums } from '../revenue.ts'
import { room } from './hitBatch.ts'
import { lookUp } from './lookUp.ts'
import { createSeenPairs } from './seenPairs.ts'
import type { CodedTexts } from './sessionIndex.ts'

/** What the hits of each row brought. */
export interface RowRevenue {
  /** @param rows of the hits `at` */
  add(rows: Int32Array, at: Int32Array, count: number): void
  /** By row, of those whose hits brought something. */
  sumUp(): ReadonlyMap<number, RevenueSums>
}

/** What a row has taken in one currency. */
interface RowTakings {
  row: number
  currency: string
  /** In millionths, and what did not fit into a number. */
  amount: number
  rest: bigint
  count: number
}

/** Two numbers up to this have an exact sum. */
const most = 2 ** 52

/** Adds up numbers as long as that is exact: big ones take ten times as long. */
export function createRowRevenue({ values, codes }: CodedTexts): RowRevenue {
  /** 0 for nothing. */
  const numbers = Int32Array.from(values, (text, code) => (text === '' ? 0 : code + 1))
  const texts = createTexts(values)
  const pairs = createSeenPairs()
  const takings: RowTakings[] = []
  let brought: Int32Array = new Int32Array(0)
  return {
    add(rows, at, count) {
      brought = room(brought, count)
      lookUp(codes, at, count, numbers, brought)
      for (let i = 0; i < count; i++) if (brought[i] !== 0) note(rows[i]!, brought[i]! - 1)
    },
    sumUp() {
      const sums = new Map<number, RevenueSums>()
      for (const { row, currency, amount, rest, count } of takings) {
        const known: RevenueSums = sums.get(row) ?? new Map()
        sums.set(row, known)
        addTakings(known, currency, { amount: rest + BigInt(amount), count })
      }
      return sums
    },
  }

  function note(row: number, code: number): void {
    const { number, currency, amount } = texts.read(code)
    const place = pairs.find(row, number)
    if (pairs.isNew) takings[place] = { row, currency, amount: 0, rest: 0n, count: 0 }
    const its = takings[place]!
    its.count++
    if (typeof amount === 'bigint') its.rest += amount
    else its.amount += amount
    if (Math.abs(its.amount) <= most) return
    its.rest += BigInt(its.amount)
    its.amount = 0
  }
}

interface ReadText {
  currency: string
  /** Of the currency. */
  number: number
  amount: number | bigint
}

/** Reads each text once, when the first hit has it. */
function createTexts(values: readonly string[]): { read(code: number): ReadText } {
  const known: (ReadText | undefined)[] = []
  const currencies = new Map<string, number>()
  return {
    read(code) {
      const text = known[code]
      if (text !== undefined) return text
      const { currency, amount } = readRevenueText(values[code]!)
      const number = currencies.get(currency) ?? currencies.size
      currencies.set(currency, number)
      return (known[code] = { currency, number, amount })
    },
  }
}
