import { isMoment, rangeNames } from './dateRange.ts'
import { meant, quote } from './oneOf.ts'

const allowedPair = '[first day, last day] or [from, to] as ISO 8601 times'

/**
 * What keeps a value from being a range of two days or moments: the half of a sentence that follows the field's name.
 * @param value one that `resolveDateRange` has refused
 */
export function pairProblem(value: readonly unknown[]): string {
  if (value.length !== 2) return `an array of ${value.length} is none; it must be ${allowedPair}`
  const wrong = value.find((item) => typeof item !== 'string' || !isMoment(item))
  if (wrong !== undefined) return `${quote(wrong)} is no day and no moment with a time zone; it must be like 2026-01-31 or 2026-01-31T12:00:00Z`
  return `${JSON.stringify(value)} ends before it begins, or at once; it must be ${allowedPair}`
}

/** The same for a range that may have a name too. */
export function rangeProblem(value: unknown): string {
  if (Array.isArray(value)) return pairProblem(value)
  const choice = `it must be one of ${rangeNames.join(', ')}, ${allowedPair}`
  if (value === undefined || value === null) return `is required; ${choice}`
  return `${quote(value)} is none; ${meant(value, rangeNames)}${choice}`
}
