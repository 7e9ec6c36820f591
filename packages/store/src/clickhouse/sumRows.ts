import { noSums, type Sums } from '../metrics.ts'
import { addTakings, type RevenueSums } from '../revenue.ts'

/** What a statement of `planSums` answers of a row, beside its dimensions. */
export type SumRow = Readonly<Record<string, unknown>>

const names = Object.keys(noSums) as (keyof typeof noSums)[]

/** The sums of a row, 0 for those that it does not name. */
export function readSums(row: SumRow): Sums {
  const sums: Sums = { ...noSums }
  for (const name of names) if (row[`sum_${name}`] !== undefined) sums[name] = Number(row[`sum_${name}`])
  const revenue = readTakings(row)
  return revenue.size === 0 ? sums : { ...sums, revenue }
}

function readTakings({ takingsCurrencies, takingsAmounts, takingsCounts }: SumRow): RevenueSums {
  const revenue: RevenueSums = new Map()
  if (takingsCurrencies === undefined) return revenue
  const [amounts, counts] = [takingsAmounts as string[], takingsCounts as number[]]
  for (const [index, currency] of (takingsCurrencies as string[]).entries()) addTakings(revenue, currency, { amount: BigInt(amounts[index]!), count: Number(counts[index]) })
  return revenue
}
