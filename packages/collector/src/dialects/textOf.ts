/** A text of another product's client, or nothing: what is blank is as if it were not there. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A finite number, also where a client has written it as a text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' && value.length <= 40 ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Money in major units; nothing where it is no sum, or the currency no ISO 4217 code. */
export function revenueOf(amount: unknown, currency: unknown): { amount: string; currency: string } | undefined {
  const sum = numberOf(amount)
  if (sum === undefined || Math.abs(sum) >= 1e15 || typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined
  return { amount: plainDecimal(typeof amount === 'string' ? amount.trim() : String(sum), sum), currency: currency.toUpperCase() }
}

/** As it was written where that is a plain decimal, so that no digit is lost; else to six places. */
function plainDecimal(text: string, sum: number): string {
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? text : sum.toFixed(6).replace(/\.?0+$/, '')
}
