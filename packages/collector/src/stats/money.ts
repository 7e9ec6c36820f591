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

/** Says a sum in English, as Plausible does whatever the site's language: programs read `value`. */
export function formatMoney(value: number, currency: string): Money {
  const options = { style: 'currency', currency } as const
  return {
    value,
    currency,
    short: new Intl.NumberFormat('en-US', { ...options, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }).format(value),
    long: new Intl.NumberFormat('en-US', options).format(value),
  }
}
