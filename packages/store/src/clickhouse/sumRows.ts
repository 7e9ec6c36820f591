import type { Sums } from '../metrics.ts'
import { addTakings, type RevenueSums } from '../revenue.ts'

/** What a statement of `planSums` answers of a row, beside its dimensions. */
export type SumRow = Readonly<Record<string, unknown>>

const nothing: Omit<Sums, 'revenue'> = {
  visitors: 0,
  pageviews: 0,
  events: 0,
  engaged: 0,
  engagedVisits: 0,
  scroll: 0,
  scrolled: 0,
  visits: 0,
  entered: 0,
  enteredViews: 0,
  enteredTime: 0,
  landed: 0,
  bounced: 0,
}

const names = Object.keys(nothing) as (keyof typeof nothing)[]

/** The sums of a row, 0 for those that it does not name. */
export function readSums(row: SumRow): Sums {
  const sums: Sums = { ...nothing }
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
