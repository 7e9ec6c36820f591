import type { VNode } from 'preact'
import type { Marks } from './annotations/annotation.ts'
import { AnnotatedTrend } from './annotations/annotatedTrend.tsx'
import { textsOf } from './annotations/textsOf.ts'
import type { Access } from './api.ts'
import { Chart } from './chart.tsx'
import { formatBucket, type Interval } from './format.ts'
import { HiddenTable } from './hiddenTable.tsx'
import { formatMetric, type Metric, metricKinds, metrics } from './metrics.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { daysOf, firstWhole, importedDays } from './period.ts'
import { useQuery } from './scope.ts'
import { type Series, toSeries } from './series.ts'
import { SourceTrend } from './sourceTrend.tsx'
import { text } from './text.ts'
import { TrendFrame } from './trendFrame.tsx'

interface TrendProps {
  navigation: Navigation
  /** The site's wall clock. */
  clock: string
  /** The site's. */
  timezone: string
  access: Access
}

/** The chart of the page. */
export function Trend(props: TrendProps): VNode {
  return props.navigation.view.chart === 'sources' ? <SourceTrend {...props} /> : <MetricTrend {...props} />
}

/** The chosen metric over the period. All metrics are fetched at once, so that choosing one is instant. */
function MetricTrend({ navigation, clock, timezone, access }: TrendProps) {
  const { metric, interval: wanted } = navigation.view
  const answer = useQuery({ metrics, dimensions: [wanted === 'auto' ? 'time' : wanted], include: { time_labels: true } })
  if (answer.error) return <Notice error={answer.error} onRetry={answer.retry} />
  if (!answer.value) return <div class="trend is-pending" role="status" aria-label={text.loading} />

  const { results, meta, query } = answer.value
  const interval = query.dimensions?.[0] as Interval
  const labels = meta.time_labels ?? results.map((row) => row.dimensions[0] ?? '')
  const options = { interval, clock, empty: metricKinds[metric].empty, labelsBefore: meta.comparison_time_labels }
  const series = toSeries(results, labels, metrics.indexOf(metric), options)
  // Not from the labels: a week is named by its Monday, which may be before the period's first day.
  const ranges = [query.date_range, query.comparison_date_range].filter((range) => range !== undefined)
  return (
    <TrendFrame navigation={navigation} interval={interval} days={ranges.map((range) => daysOf(range, timezone))} isStale={answer.isStale} wholeFrom={firstWhole(meta.pruned_before, timezone)} imported={importedDays(meta, timezone)}>
      <AnnotatedTrend navigation={navigation} access={access} timezone={timezone} ranges={ranges} labels={[series.labels, series.before?.labels ?? []]} interval={interval}>
        {([marks, marksBefore]) => (
          <>
            <Chart series={series} metric={metric} interval={interval} marks={marks!} marksBefore={marksBefore ?? new Map()} />
            {results.length === 0 && <p class="trend-empty">{text.noData}</p>}
            <TrendTable series={series} metric={metric} interval={interval} marks={marks!} />
          </>
        )}
      </AnnotatedTrend>
    </TrendFrame>
  )
}

/** The chart for those who do not see it. */
function TrendTable({ series, metric, interval, marks }: { series: Series; metric: Metric; interval: Interval; marks: Marks }) {
  const heads = [text.buckets[interval], text.metrics[metric], ...(series.before ? [text.before] : []), ...(marks.size > 0 ? [text.annotations.one] : [])]
  const rows = series.labels.map((label, index) => ({
    key: label,
    name: formatBucket(label, interval),
    cells: [
      ...[series, ...(series.before ? [series.before] : [])].map(({ values }) => formatMetric(metric, values[index])),
      ...(marks.size > 0 ? [textsOf(marks, index)] : []),
    ],
  }))
  return <HiddenTable caption={text.metrics[metric]} heads={heads} rows={rows} />
}
