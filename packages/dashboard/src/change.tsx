import type { VNode } from 'preact'
import { formatPercent } from './format.ts'
import { formatMetric, type Metric, metricKinds } from './metrics.ts'
import { text } from './text.ts'

interface ChangeProps {
  metric: Metric
  value: number | null | undefined
  before: number | null | undefined
}

/** How a number has moved: arrow, per cent, and in words what it was. Nothing where there is nothing to compare. */
export function Change({ metric, value, before }: ChangeProps): VNode | null {
  if (value === null || value === undefined || before === null || before === undefined) return null
  const change = percentChange(value, before)
  const was = text.was(formatMetric(metric, before))
  return (
    <span class={`change ${judge(metric, value - before)}`} title={was}>
      <span aria-hidden="true">{arrowOf(value - before)}</span>
      {change === undefined ? text.isNew : formatPercent(Math.abs(change))}
      <span class="visually-hidden">
        {value === before ? '' : value > before ? text.increased : text.decreased}, {was}
      </span>
    </span>
  )
}

/** In per cent; undefined where something has come out of nothing. */
export function percentChange(value: number, before: number): number | undefined {
  if (before === 0) return value === 0 ? 0 : undefined
  return ((value - before) / before) * 100
}

function arrowOf(difference: number): string {
  return difference === 0 ? '→ ' : difference > 0 ? '↑ ' : '↓ '
}

function judge(metric: Metric, difference: number): string {
  if (difference === 0) return ''
  return difference > 0 === (metricKinds[metric].better === 'more') ? 'is-better' : 'is-worse'
}
