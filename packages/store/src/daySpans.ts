import type { DaySpan } from './listDays.ts'
import type { SiteLog } from './siteLog.ts'

/** The days that may have hits in the range, and when these are. @param range ms since 1970; open where left out */
export function spansOf(log: SiteLog, { from = -Infinity, to = Infinity }: { from?: number; to?: number }): DaySpan[] {
  const spans: DaySpan[] = []
  const { days } = log.catalog
  for (const [day, files] of days) addSpan(day, files, log.fresh.get(day) ?? [])
  for (const [day, tables] of log.fresh) if (!days.has(day)) addSpan(day, [], tables)
  return spans

  /** Every question asks for all days: nothing is made on the way. */
  function addSpan(day: string, files: readonly Bounds[], tables: readonly Bounds[]): void {
    const span = { day, from: Infinity, to: -Infinity }
    widen(span, files)
    widen(span, tables)
    if (span.from < to && span.to >= from) spans.push(span)
  }
}

type Bounds = Pick<DaySpan, 'from' | 'to'>

function widen(span: Bounds, pieces: readonly Bounds[]): void {
  for (const piece of pieces) {
    span.from = Math.min(span.from, piece.from)
    span.to = Math.max(span.to, piece.to)
  }
}

/** The hits of a day's segments, and the facts beside them. */
export function countDay(log: SiteLog, day: string): number {
  const compacted = (log.catalog.days.get(day) ?? []).reduce((sum, { hits }) => sum + hits, 0)
  return (log.fresh.get(day) ?? []).reduce((sum, { size }) => sum + size, compacted)
}
