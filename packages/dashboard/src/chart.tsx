import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { Marks } from './annotations/annotation.ts'
import { AnnotationNotes } from './annotations/annotationNotes.tsx'
import { lineOptions, type Shown } from './chartOptions.ts'
import { formatBucket, type Interval } from './format.ts'
import { formatMetric, type Metric, metricKinds } from './metrics.ts'
import { Plot } from './plot.tsx'
import { type Series, splitOpen } from './series.ts'
import { text } from './text.ts'
import { Tooltip } from './tooltip.tsx'

export interface ChartProps {
  series: Series
  metric: Metric
  interval: Interval
  /** What happened, and what happened in the period before. */
  marks: Marks
  marksBefore: Marks
}

/** A line with a soft fill, and a quieter one of the period before. */
export function Chart({ series, metric, interval, marks, marksBefore }: ChartProps): VNode {
  const shown: Shown = { labels: series.labels, interval, steps: metricKinds[metric].steps, format: metricKinds[metric].format, marked: [...marks.keys()] }
  const latest = useRef(shown)
  latest.current = shown
  return (
    <Plot
      data={toData(series)}
      drawing={JSON.stringify([series, metric, shown.marked])}
      options={(host) => lineOptions(host, () => latest.current)}
      label={`${text.metrics[metric]}. ${text.chartKeys}`}
    >
      {(hover) =>
        series.labels[hover.index] !== undefined && (
          <Tooltip hover={hover}>
            <Value {...{ metric, interval }} label={series.labels[hover.index]!} value={series.values[hover.index]} />
            {hover.index === series.open && <span>{text.soFar}</span>}
            <AnnotationNotes annotations={marks.get(hover.index)} />
            {series.before?.labels[hover.index] !== undefined && (
              <Value
                {...{ metric, interval }}
                label={series.before.labels[hover.index]!}
                value={series.before.values[hover.index]}
                isBefore
              />
            )}
            <AnnotationNotes annotations={series.before && marksBefore.get(hover.index)} />
          </Tooltip>
        )
      }
    </Plot>
  )
}

interface ValueProps {
  metric: Metric
  interval: Interval
  label: string
  value: number | null | undefined
  isBefore?: boolean
}

function Value({ metric, interval, label, value, isBefore = false }: ValueProps) {
  return (
    <div class={isBefore ? 'tooltip-value is-before' : 'tooltip-value'}>
      <span>{formatBucket(label, interval)}</span>
      <b>
        {formatMetric(metric, value)} {text.metrics[metric].toLowerCase()}
      </b>
    </div>
  )
}

/** Buckets lie evenly on the axis by their number: days of 23 or 25 hours cannot bend it. */
function toData(series: Series): uPlot.AlignedData {
  const before = series.labels.map((_, index) => series.before?.values[index] ?? null)
  return [series.labels.map((_, index) => index), ...splitOpen(series), before]
}
