import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { Marks } from './annotations/annotation.ts'
import { AnnotationNotes } from './annotations/annotationNotes.tsx'
import { textsOf } from './annotations/textsOf.ts'
import { barOptions, type Shown } from './chartOptions.ts'
import { formatBucket, formatExact, type Interval } from './format.ts'
import { HiddenTable } from './hiddenTable.tsx'
import { metricKinds } from './metrics.ts'
import { type Parts, stack } from './parts.ts'
import { Plot } from './plot.tsx'
import { text } from './text.ts'
import { Tooltip } from './tooltip.tsx'

interface SourceBarsProps {
  shown: Parts
  interval: Interval
  /** What happened. */
  marks: Marks
}

/** Pageviews of each source on top of each other, with what the colours mean, and as a table. */
export function SourceBars({ shown, interval, marks }: SourceBarsProps): VNode {
  return (
    <>
      <Bars key={shown.parts.length} shown={shown} interval={interval} marks={marks} />
      {shown.total === 0 && <p class="trend-empty">{text.noData}</p>}
      <Legend parts={shown.parts} />
      <HiddenTable
        caption={text.charts.sources}
        heads={[text.buckets[interval], ...shown.parts.map(({ name }) => name), ...(marks.size > 0 ? [text.annotations.one] : [])]}
        rows={shown.labels.map((label, index) => ({
          key: label,
          name: formatBucket(label, interval),
          cells: [...shown.parts.map(({ values }) => formatExact(values[index]!)), ...(marks.size > 0 ? [textsOf(marks, index)] : [])],
        }))}
      />
    </>
  )
}

function Bars({ shown, interval, marks }: SourceBarsProps) {
  const { steps, format } = metricKinds.pageviews
  const axes: Shown = { labels: shown.labels, interval, steps, format, marked: [...marks.keys()] }
  const latest = useRef(axes)
  latest.current = axes
  const data: uPlot.AlignedData = [shown.labels.map((_, index) => index), ...stack(shown)]
  return (
    <Plot
      data={data}
      drawing={JSON.stringify([data, axes.marked])}
      options={(host) => barOptions(host, () => latest.current, shown.parts.length)}
      label={`${text.charts.sources}. ${text.chartKeys}`}
    >
      {({ index, ...hover }) =>
        shown.labels[index] !== undefined && (
          <Tooltip hover={{ index, ...hover }}>
            <span>{formatBucket(shown.labels[index], interval)}</span>
            <b>
              {formatExact(shown.parts.reduce((sum, { values }) => sum + values[index]!, 0))} {text.metrics.pageviews.toLowerCase()}
            </b>
            {shown.parts.map(({ name, values }, part) => values[index] !== 0 && <Part key={name} name={name} part={part} value={values[index]!} />)}
            <AnnotationNotes annotations={marks.get(index)} />
          </Tooltip>
        )
      }
    </Plot>
  )
}

function Part({ name, part, value }: { name: string; part: number; value: number }) {
  return (
    <span class="part">
      <i class={`swatch is-part-${part + 1}`} />
      <bdi>{name}</bdi>
      <span class="part-value">{formatExact(value)}</span>
    </span>
  )
}

function Legend({ parts }: Pick<Parts, 'parts'>) {
  return (
    <ul class="legend" aria-label={text.sources}>
      {parts.map(({ name, total }, part) => (
        <li key={name}>
          <Part name={name} part={part} value={total} />
        </li>
      ))}
    </ul>
  )
}
