import type { DaySpan } from './listDays.ts'
import type { SiteLog } from './siteLog.ts'

/** The days that may have hits in the range, and when these are. @param range ms since 1970; open where left out */
export function spansOf(log: SiteLog, { from = -Infinity, to = Infinity }: { from?: number; to?: number }): DaySpan[] {
  const spans: DaySpan[] = []
  for (const day of new Set([...log.catalog.days.keys(), ...log.fresh.keys()])) {
    const span = spanOf(log, day)
    if (span.from < to && span.to >= from) spans.push(span)
  }
  return spans
}

function spanOf(log: SiteLog, day: string): DaySpan {
  const span = { day, from: Infinity, to: -Infinity }
  const widen = (from: number, to: number) => {
    span.from = Math.min(span.from, from)
    span.to = Math.max(span.to, to)
  }
  for (const { from, to } of log.catalog.days.get(day) ?? []) widen(from, to)
  for (const { from, to } of log.fresh.get(day) ?? []) widen(from, to)
  return span
}

/** The hits of a day's segments, and the facts beside them. */
export function countDay(log: SiteLog, day: string): number {
  const compacted = (log.catalog.days.get(day) ?? []).reduce((sum, { hits }) => sum + hits, 0)
  return (log.fresh.get(day) ?? []).reduce((sum, { size }) => sum + size, compacted)
}
