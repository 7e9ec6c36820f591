import { addDays, daysBetween, type Days, type Period, type PeriodName } from './period.ts'

/**
 * The period as long before (`by` -1) or after (1) this one; of whole months where it is made of months.
 *
 * @param days what the period stands for today
 */
export function stepPeriod(period: Period, [from, to]: Days, by: 1 | -1, today: string): Period {
  const months = monthsOf(period, [from, to])
  if (months > 0) {
    const first = addMonths(from, by * months)
    return nameDays([first, addDays(addMonths(first, months), -1)], today)
  }
  const count = by * (daysBetween([from, to]) + 1)
  return nameDays([addDays(from, count), addDays(to, count)], today)
}

/** How many whole months a period is about; 0 for one of days. */
function monthsOf(period: Period, [from, to]: Days): number {
  if (!from.endsWith('-01')) return 0
  const named = typeof period === 'string' ? /(\d*)(mo$|month|quarter|year)/.exec(period) : undefined
  if (named) return Number(named[1] || 1) * { mo: 1, month: 1, quarter: 3, year: 12 }[named[2] as 'mo']
  const next = addDays(to, 1)
  if (!next.endsWith('-01')) return 0
  return (Number(next.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(next.slice(5, 7)) - Number(from.slice(5, 7))
}

/** Days that have a name get it back, so that tomorrow the link shows tomorrow's. */
function nameDays(days: Days, today: string): Period {
  const names: readonly (readonly [PeriodName, from: string, to: string])[] = [
    ['today', today, today],
    ['yesterday', addDays(today, -1), addDays(today, -1)],
    ...(['7d', '28d', '30d', '91d'] as const).map((name) => [name, addDays(today, 1 - Number.parseInt(name)), today] as const),
  ]
  return names.find(([, from, to]) => from === days[0] && to === days[1])?.[0] ?? days
}

/** The first of a month, `count` months later. */
function addMonths(date: string, count: number): string {
  return new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + count, 1)).toISOString().slice(0, 10)
}
