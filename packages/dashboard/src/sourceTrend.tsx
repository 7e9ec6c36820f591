import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { barOptions } from './chartOptions.ts'
import { formatBucket, formatExact, formatNumber, type Interval } from './format.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { type Parts, stack, toParts } from './parts.ts'
import { daysOf } from './period.ts'
import { Plot } from './plot.tsx'
import { useQuery } from './scope.ts'
import { bucketOf } from './series.ts'
import { text } from './text.ts'
import { Tooltip } from './tooltip.tsx'
import { TrendFrame } from './trendFrame.tsx'

/** As many as can be told apart by colour; the rest goes together. */
const mostNamed = 7
const none = { comparisons: undefined }

interface SourceTrendProps {
  navigation: Navigation
  /** The site's wall clock. */
  clock: string
  /** The site's. */
  timezone: string
}

/** Pageviews over time as bars of their sources (PV30). Which sources are the largest is asked first. */
export function SourceTrend(props: SourceTrendProps): VNode {
  const top = useQuery({
    metrics: ['pageviews'],
    dimensions: ['visit:source'],
    order_by: [
      ['pageviews', 'desc'],
      ['visit:source', 'asc'],
    ],
    include: none,
    pagination: { limit: mostNamed },
  })
  if (top.error) return <Notice error={top.error} onRetry={top.retry} />
  if (!top.value) return <div class="trend is-pending" role="status" aria-label={text.loading} />
  return <SourceBars {...props} sources={top.value.results.map((row) => row.dimensions[0]!)} isStale={top.isStale} />
}

function SourceBars({ navigation, clock, timezone, sources, isStale }: SourceTrendProps & { sources: readonly string[]; isStale: boolean }) {
  const { interval: wanted } = navigation.view
  // A minute of each source would be more rows than the API gives at once.
  const dimension = wanted === 'auto' ? 'time' : wanted === 'time:minute' ? 'time:hour' : wanted
  const totals = useQuery({ metrics: ['pageviews'], dimensions: [dimension], include: { ...none, time_labels: true } })
  const named = useQuery({
    metrics: ['pageviews'],
    dimensions: [dimension, 'visit:source'],
    include: none,
    // Without any source there is nothing to ask for: the largest possible question then is about none.
    narrow: ['is', 'visit:source', sources.length > 0 ? sources : ['']],
  })
  const error = totals.error ?? named.error
  if (error) return <Notice error={error} onRetry={() => (totals.retry(), named.retry())} />
  if (!totals.value || !named.value) return <div class="trend is-pending" role="status" aria-label={text.loading} />

  const interval = totals.value.query.dimensions?.[0] as Interval
  const shown = toParts({
    labels: totals.value.meta.time_labels ?? [],
    totals: totals.value.results,
    rows: named.value.results,
    names: new Map(sources.map((source) => [source, source === '' || source === text.direct ? text.directShort : source])),
    others: text.others,
    now: bucketOf(clock, interval),
  })
  return (
    <TrendFrame navigation={navigation} interval={interval} days={[daysOf(totals.value.query.date_range, timezone)]} isStale={isStale || totals.isStale || named.isStale}>
      <p class="trend-sum">{text.pageviewsInAll(formatExact(shown.total), formatNumber(round(shown.average)), text.buckets[interval].toLowerCase())}</p>
      <Bars key={shown.parts.length} shown={shown} interval={interval} />
      {shown.total === 0 && <p class="trend-empty">{text.noData}</p>}
      <Legend shown={shown} />
      <PartsTable shown={shown} interval={interval} />
    </TrendFrame>
  )
}

function Bars({ shown, interval }: { shown: Parts; interval: Interval }) {
  const latest = useRef({ labels: shown.labels, metric: 'pageviews' as const, interval })
  latest.current = { labels: shown.labels, metric: 'pageviews', interval }
  const data: uPlot.AlignedData = [shown.labels.map((_, index) => index), ...stack(shown)]
  return (
    <Plot
      data={data}
      drawing={JSON.stringify(data)}
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

function Legend({ shown }: { shown: Parts }) {
  return (
    <ul class="legend" aria-label={text.sources}>
      {shown.parts.map(({ name, total }, part) => (
        <li key={name}>
          <Part name={name} part={part} value={total} />
        </li>
      ))}
    </ul>
  )
}

/** The chart for those who do not see it. */
function PartsTable({ shown, interval }: { shown: Parts; interval: Interval }) {
  return (
    <div class="visually-hidden">
      <table>
        <caption>{text.charts.sources}</caption>
        <thead>
          <tr>
            <th scope="col">{text.buckets[interval]}</th>
            {shown.parts.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{formatBucket(label, interval)}</th>
              {shown.parts.map(({ name, values }) => (
                <td key={name}>{formatExact(values[index]!)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** One decimal for small averages only. */
function round(average: number): number {
  return average < 10 ? Math.round(average * 10) / 10 : Math.round(average)
}
