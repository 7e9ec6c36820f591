import type { VNode } from 'preact'
import { AnnotatedTrend } from './annotations/annotatedTrend.tsx'
import type { Access } from './api.ts'
import { formatExact, formatNumber, type Interval } from './format.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { toParts } from './parts.ts'
import { daysOf, firstWhole, importedDays } from './period.ts'
import { useQuery } from './scope.ts'
import { bucketOf } from './series.ts'
import { SourceBars } from './sourceBars.tsx'
import { text } from './text.ts'
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
  access: Access
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
  return <TrendOf {...props} sources={top.value.results.map((row) => row.dimensions[0]!)} isStale={top.isStale} />
}

function TrendOf({ navigation, clock, timezone, access, sources, isStale }: SourceTrendProps & { sources: readonly string[]; isStale: boolean }) {
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
    <TrendFrame navigation={navigation} interval={interval} days={[daysOf(totals.value.query.date_range, timezone)]} isStale={isStale || totals.isStale || named.isStale} wholeFrom={firstWhole(named.value.meta.pruned_before ?? totals.value.meta.pruned_before, timezone)} imported={importedDays({ ...totals.value.meta, ...named.value.meta }, timezone)}>
      <p class="trend-sum">{text.pageviewsInAll(formatExact(shown.total), formatNumber(round(shown.average)), text.buckets[interval].toLowerCase())}</p>
      <AnnotatedTrend navigation={navigation} access={access} timezone={timezone} ranges={[totals.value.query.date_range]} labels={[shown.labels]} interval={interval}>
        {([marks]) => <SourceBars shown={shown} interval={interval} marks={marks!} />}
      </AnnotatedTrend>
    </TrendFrame>
  )
}

/** One decimal for small averages only. */
function round(average: number): number {
  return average < 10 ? Math.round(average * 10) / 10 : Math.round(average)
}
