import { remember } from '../remember.ts'

/** A sum of money as Plausible's API answers it. */
export interface Money {
  /** In major units. */
  value: number
  /** ISO 4217 */
  currency: string
  /** `€500.2M` */
  short: string
  /** `€500,200,700.25` */
  long: string
}

/** To make one takes longer than to say a hundred sums, and an answer may have ten thousand. */
const formatsOf = remember(200, (currency: string) => {
  const options = { style: 'currency', currency } as const
  return {
    short: new Intl.NumberFormat('en-US', { ...options, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }),
    long: new Intl.NumberFormat('en-US', options),
  }
})

/** Says a sum in English, as Plausible does whatever the site's language: programs read `value`. */
export function formatMoney(value: number, currency: string): Money {
  const { short, long } = formatsOf(currency)
  return { value, currency, short: short.format(value), long: long.format(value) }
}
