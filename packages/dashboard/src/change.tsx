import type { VNode } from 'preact'
import { formatPercent, formatRatio } from './format.ts'
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
  const was = text.was(formatMetric(metric, before))
  return (
    <span class={`change ${judge(metric, value - before)}`} title={was}>
      <span aria-hidden="true">{arrowOf(value - before)}</span>
      {sizeOf(metric, value, before)}
      <span class="visually-hidden">
        {value === before ? '' : value > before ? text.increased : text.decreased}, {was}
      </span>
    </span>
  )
}

/** As the stats API has it: rates by points, all else in per cent, which nothing has none of. */
function sizeOf(metric: Metric, value: number, before: number): string {
  const difference = Math.abs(value - before)
  if (metric === 'bounce_rate') return text.points(formatRatio(difference))
  if (before === 0) return value === 0 ? formatPercent(0) : text.isNew
  return formatPercent((difference / before) * 100)
}

function arrowOf(difference: number): string {
  return difference === 0 ? '→ ' : difference > 0 ? '↑ ' : '↓ '
}

function judge(metric: Metric, difference: number): string {
  if (difference === 0) return ''
  return difference > 0 === (metricKinds[metric].better === 'more') ? 'is-better' : 'is-worse'
}
