import { csvLine, type Cell } from '../csv.ts'
import type { AnswerRow, StatsAnswer } from './answerQuery.ts'
import { isRevenue } from './names.ts'

type Values = AnswerRow['metrics']

/**
 * An answer as CSV, by RFC 4180: a column for each dimension and each metric, by their names; behind money its currency, and
 * for compared ranges each metric again, `before` and its `change`. What has no value is an empty cell.
 */
export function writeCsv({ request: { query, comparison }, rows }: StatsAnswer): string {
  const { metrics, dimensions = [] } = query
  const named = (prefix: string): string[] => metrics.flatMap((metric) => (isRevenue(metric) ? [prefix + metric, `${prefix}${metric}_currency`] : [prefix + metric]))
  const head = [...dimensions, ...named(''), ...(comparison ? [...named('before_'), ...metrics.map((metric) => `change_${metric}`)] : [])]
  return [head, ...rows.map(cellsOf)].map(csvLine).join('')

  function cellsOf({ dimensions, metrics: values, comparison: other }: AnswerRow): Cell[] {
    return [...dimensions, ...valueCells(values), ...(other ? [...valueCells(other.metrics), ...other.change.map((value) => value ?? '')] : [])]
  }

  function valueCells(values: Values): Cell[] {
    return values.flatMap((value, index): Cell[] => {
      const isMoney = typeof value === 'object' && value !== null
      if (isRevenue(metrics[index]!)) return isMoney ? [value.value, value.currency] : ['', '']
      return [isMoney ? '' : (value ?? '')]
    })
  }
}
