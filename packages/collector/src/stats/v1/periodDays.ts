import { addDays, isDay } from '../../days.ts'
import { monthOf, type Days } from '../namedDays.ts'
import { oneOf, QueryError, quote } from '../oneOf.ts'

/** The periods of Plausible's Stats API v1. */
export const periodNames = ['day', '7d', '30d', 'month', '6mo', '12mo', 'custom'] as const
type PeriodName = (typeof periodNames)[number]

/**
 * The days of a period of v1, up to and including `date`; months are whole ones.
 *
 * @param date `YYYY-MM-DD`, by default today; for `custom` the first and the last day with a comma between
 * @throws QueryError naming the parameter
 */
export function periodDays(period: string, date: string | null, today: string): Days {
  const name = oneOf<PeriodName>('period', period, periodNames)
  if (name === 'custom') return customDays(date)
  const last = date === null ? today : readDay(date)
  if (name === 'day') return [last, last]
  if (name === '7d' || name === '30d') return [addDays(last, 1 - Number.parseInt(name)), last]
  const months = name === 'month' ? 1 : Number.parseInt(name)
  return [monthOf(last, 1 - months), addDays(monthOf(last, 1), -1)]
}

function customDays(date: string | null): Days {
  const days = date?.split(',') ?? []
  if (days.length !== 2) throw new QueryError(`date: ${quote(date)} is none; for period=custom it must be the first and the last day, as in 2026-01-01,2026-01-31`)
  const [first, last] = [readDay(days[0]!), readDay(days[1]!)]
  if (first > last) throw new QueryError(`date: ${quote(date)} ends before it begins`)
  return [first, last]
}

function readDay(text: string): string {
  if (!isDay(text)) throw new QueryError(`date: ${quote(text)} is no day; it must be one like 2026-01-31`)
  return text
}
