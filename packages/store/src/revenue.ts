import type { Revenue } from '@treadlight/protocol'

/** Money of one currency, exactly. */
interface Takings {
  /** In millionths: the wire allows six decimals. */
  amount: bigint
  /** Hits that brought it. */
  count: number
}

/** Takings by currency, ISO 4217. */
export type RevenueSums = Map<string, Takings>

const decimals = 6
const scale = 10n ** BigInt(decimals)

/** What a currency has to look like for Intl to say a sum in it. */
const currencyCode = /^[a-z]{3}$/i

/** Adds what a hit brought. What is no decimal text, or no code of a currency, from an import say, counts as nothing. */
export function addRevenue(sums: RevenueSums, { amount, currency }: Revenue): void {
  const millionths = parseAmount(amount)
  if (millionths !== undefined && currencyCode.test(currency)) addTakings(sums, currency, { amount: millionths, count: 1 })
}

/** What a hit brought in one text, `9.99 EUR`; '' for what counts as nothing. */
export function revenueText({ amount, currency }: Revenue): string {
  return parseAmount(amount) === undefined || !currencyCode.test(currency) ? '' : `${amount} ${currency}`
}

/** Below so much, in major units, a number of 53 bits has all millionths right, and also the sum of two. */
const mostExact = 1e9

/**
 * What a text of `revenueText` stands for that is not empty, in millionths: a number where it is below 2 ** 50.
 * @throws TypeError for what is no amount
 */
export function readRevenueText(text: string): { currency: string; amount: number | bigint } {
  const [amount, currency] = [text.slice(0, -4), text.slice(-3)]
  const size = Number(amount)
  if (Math.abs(size) < mostExact) return { currency, amount: Math.round(size * 1e6) }
  const exact = parseAmount(amount)
  if (exact === undefined) throw new TypeError(`[treadlight store] ${JSON.stringify(text)} is no revenue`)
  return { currency, amount: exact }
}

/** The sums of both. */
export function mergeRevenue(a: RevenueSums, b: RevenueSums): RevenueSums {
  const merged = new Map([...a].map(([currency, takings]) => [currency, { ...takings }]))
  for (const [currency, takings] of b) addTakings(merged, currency, takings)
  return merged
}

/** The only currency there is; none where there are several, since nobody knows what one is worth in the other. */
export function onlyCurrency(sums: RevenueSums): string | undefined {
  return sums.size === 1 ? sums.keys().next().value : undefined
}

/** In major units; null without revenue, and with several currencies. */
export function totalRevenue(sums: RevenueSums): number | null {
  const takings = onlyTakings(sums)
  return takings === undefined ? null : toNumber(takings.amount)
}

/** Per hit that brought some, in major units to six decimals, half away from 0; null like the total. */
export function averageRevenue(sums: RevenueSums): number | null {
  const takings = onlyTakings(sums)
  return takings === undefined ? null : toNumber(divide(takings.amount, BigInt(takings.count)))
}

/** Adds money of one currency. */
export function addTakings(sums: RevenueSums, currency: string, { amount, count }: Takings): void {
  const known = sums.get(currency)
  if (known === undefined) sums.set(currency, { amount, count })
  else {
    known.amount += amount
    known.count += count
  }
}

function onlyTakings(sums: RevenueSums): Takings | undefined {
  const currency = onlyCurrency(sums)
  return currency === undefined ? undefined : sums.get(currency)
}

function parseAmount(text: string): bigint | undefined {
  const parts = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text)
  if (parts === null) return undefined
  const [, sign, whole = '', fraction = ''] = parts
  const size = BigInt(whole) * scale + BigInt(fraction.padEnd(decimals, '0'))
  return sign === '-' ? -size : size
}

function divide(amount: bigint, count: bigint): bigint {
  const half = amount < 0n ? -count : count
  return (2n * amount + half) / (2n * count)
}

/** By way of a text, so that the number is the one nearest to the exact sum. */
function toNumber(millionths: bigint): number {
  const size = millionths < 0n ? -millionths : millionths
  const text = `${size / scale}.${String(size % scale).padStart(decimals, '0')}`
  return millionths < 0n ? -Number(text) : Number(text)
}
