import { compareText } from './byTime.ts'
import type { DaySpan } from './listDays.ts'
import type { SiteLog } from './siteLog.ts'

/** Of days in segments alone: each question asks for all of a year's, and a catalog makes another map when these change. */
const compacted = new WeakMap<SiteLog['catalog']['days'], readonly DaySpan[]>()

/** The days that may have hits in the range, and when these are: nobody changes them. @param range ms since 1970; open where left out */
export function spansOf(log: SiteLog, { from = -Infinity, to = Infinity }: { from?: number; to?: number }): DaySpan[] {
  const spans: DaySpan[] = []
  const { days } = log.catalog
  const { fresh } = log
  const its = compacted.get(days) ?? Array.from(days, ([day, files]) => spanOf(day, files)).sort((a, b) => compareText(a.day, b.day))
  compacted.set(days, its)
  for (const span of its) add(fresh.size > 0 && fresh.has(span.day) ? spanOf(span.day, [span, ...fresh.get(span.day)!]) : span)
  for (const [day, tables] of fresh) if (!days.has(day)) add(spanOf(day, tables))
  return spans

  function add(span: DaySpan): void {
    if (span.from < to && span.to >= from) spans.push(span)
  }
}

function spanOf(day: string, pieces: readonly Pick<DaySpan, 'from' | 'to'>[]): DaySpan {
  const span = { day, from: Infinity, to: -Infinity }
  for (const piece of pieces) {
    span.from = Math.min(span.from, piece.from)
    span.to = Math.max(span.to, piece.to)
  }
  return span
}

/** The hits of a day's segments, and the facts beside them. */
export function countDay(log: SiteLog, day: string): number {
  const compacted = (log.catalog.days.get(day) ?? []).reduce((sum, { hits }) => sum + hits, 0)
  return (log.fresh.get(day) ?? []).reduce((sum, { size }) => sum + size, compacted)
}
