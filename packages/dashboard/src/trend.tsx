import type { VNode } from 'preact'
import { Chart } from './chart.tsx'
import { formatBucket, formatRange, type Interval } from './format.ts'
import { formatMetric, type Metric, metricKinds, metrics } from './metrics.ts'
import { Notice } from './notice.tsx'
import type { Navigation } from './navigation.ts'
import { useQuery } from './scope.ts'
import { type Series, toSeries } from './series.ts'
import { text } from './text.ts'

interface TrendProps {
  navigation: Navigation
  /** The site's wall clock. */
  clock: string
}

/** The chosen metric over the period. All metrics are fetched at once, so that choosing one is instant. */
export function Trend({ navigation: { view }, clock }: TrendProps): VNode {
  const { metric } = view
  const wanted = view.interval === 'auto' ? 'time' : view.interval
  const answer = useQuery({ metrics, dimensions: [wanted], include: { time_labels: true } })
  if (answer.error) return <Notice error={answer.error} onRetry={answer.retry} />
  if (!answer.value) return <div class="trend is-pending" />

  const { results, meta, query } = answer.value
  const interval = query.dimensions?.[0] as Interval
  const labels = meta.time_labels ?? results.map((row) => row.dimensions[0] ?? '')
  const options = { interval, clock, empty: metricKinds[metric].empty }
  const series = toSeries(results, labels, metrics.indexOf(metric), options)
  return (
    <div class={answer.isStale ? 'trend is-stale' : 'trend'}>
      <p class="trend-days">{labels.length > 0 && formatRange(labels[0]!, labels.at(-1)!, interval)}</p>
      <Chart series={series} metric={metric} interval={interval} />
      {results.length === 0 && <p class="trend-empty">{text.noData}</p>}
      <TrendTable series={series} metric={metric} interval={interval} />
    </div>
  )
}

/** The chart for those who do not see it. */
function TrendTable({ series, metric, interval }: { series: Series; metric: Metric; interval: Interval }) {
  return (
    // A table ignores the height that would hide it, and would stretch the page: its box does not.
    <div class="visually-hidden">
      <table>
        <caption>{text.metrics[metric]}</caption>
        <thead>
          <tr>
            <th scope="col">{text.buckets[interval]}</th>
            <th scope="col">{text.metrics[metric]}</th>
          </tr>
        </thead>
        <tbody>
          {series.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{formatBucket(label, interval)}</th>
              <td>{formatMetric(metric, series.values[index])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
