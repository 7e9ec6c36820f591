/** A number, or the digits of one; undefined for all else. */
export function numberOf(value: unknown): number | undefined {
  const number = value === undefined || value === '' ? NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}
