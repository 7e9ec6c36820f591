import type { Dimension } from './filter.ts'
import { formatDuration, formatExact, formatExactMoney, formatMoney, formatNumber, formatPercent, formatRate, formatRatio } from './format.ts'
import { text } from './text.ts'

/** Money as the stats API writes it: a value with its currency, short (`$1.2K`) and in full (`$1,234.00`). */
export interface Money {
  value: number
  currency: string
  short: string
  long: string
}

/** What a metric can come as; null has no value. */
export type Cell = number | Money | null

/** A metric beside the names of a list. */
export type Column = keyof typeof text.columns

const visitColumns = ['visitors', 'visits', 'bounce_rate', 'visit_duration', 'percentage'] as const

/** The columns of the full list of a dimension's values. The first one gives the bars their lengths. */
export function listColumns(dimension: Dimension): readonly Column[] {
  switch (dimension) {
    case 'event:page':
      return ['visitors', 'pageviews', 'time_on_page', 'scroll_depth', 'bounce_rate', 'percentage']
    case 'visit:entry_page':
      return visitColumns
    case 'visit:exit_page':
      return ['visitors', 'visits', 'exit_rate', 'percentage']
    case 'event:goal':
      return ['visitors', 'events', 'conversion_rate', 'total_revenue', 'average_revenue']
    case 'event:hostname':
      return ['visitors', 'pageviews', 'percentage']
    default:
      return dimension.startsWith('event:') ? ['visitors', 'events'] : visitColumns
  }
}

/** The columns for which a panel has room. */
export function panelColumns(dimension: Dimension): readonly Column[] {
  switch (dimension) {
    case 'event:page':
      return ['visitors', 'pageviews', 'time_on_page', 'scroll_depth']
    case 'visit:entry_page':
      return ['visitors', 'bounce_rate', 'visit_duration']
    case 'visit:exit_page':
      return ['visitors', 'exit_rate']
    default:
      return dimension.startsWith('event:') ? listColumns(dimension) : ['visitors', 'percentage']
  }
}

/** What heads a column: visitors who reached a goal, visits that began at a page. */
export function columnName(dimension: Dimension, column: Column): string {
  if (dimension === 'event:goal' && column === 'visitors') return text.uniques
  if (dimension === 'event:goal' && column === 'events') return text.totals
  if (column === 'visits' && dimension === 'visit:entry_page') return text.entrances
  if (column === 'visits' && dimension === 'visit:exit_page') return text.exits
  return text.columns[column]
}

/** A dash where there is no value. */
export function formatCell(column: Column, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '–'
  return typeof cell === 'number' ? formats[column](cell) : formatMoney(cell.value, cell.currency)
}

/** Every digit of what is shown rounded; undefined where nothing is. */
export function exactCell(column: Column, cell: Cell | undefined): string | undefined {
  if (cell === null || cell === undefined) return undefined
  if (typeof cell !== 'number') return formatExactMoney(cell.value, cell.currency)
  return formats[column] === formatNumber ? formatExact(cell) : undefined
}

/** The length of a bar, and what a column is sorted by. */
export function cellValue(cell: Cell | undefined): number {
  return typeof cell === 'number' ? cell : (cell?.value ?? 0)
}

const formats: Record<Column, (value: number) => string> = {
  visitors: formatNumber,
  visits: formatNumber,
  pageviews: formatNumber,
  views_per_visit: formatRatio,
  events: formatNumber,
  time_on_page: formatDuration,
  visit_duration: formatDuration,
  scroll_depth: formatPercent,
  bounce_rate: formatPercent,
  exit_rate: formatPercent,
  percentage: formatPercent,
  conversion_rate: formatRate,
  total_revenue: formatNumber,
  average_revenue: formatNumber,
}
