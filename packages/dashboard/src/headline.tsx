import type { VNode } from 'preact'
import { Change } from './change.tsx'
import { comparisonOf } from './comparison.ts'
import { formatExact } from './format.ts'
import type { Filter } from './filter.ts'
import { formatMetric, type Metric, metricKinds, metrics } from './metrics.ts'
import type { Navigation } from './navigation.ts'
import type { Pulse } from './pulse.ts'
import { text } from './text.ts'

/** The headline numbers; the one that is pressed is drawn below. */
export function Headline({ navigation, pulse }: { navigation: Navigation; pulse: Pulse }): VNode {
  return (
    <div class={pulse.isStale ? 'headline is-stale' : 'headline'} role="group" aria-label={text.trendOf}>
      {metrics.map((metric, index) => (
        <button
          key={metric}
          type="button"
          class="number"
          title={isAmbiguous(metric, navigation) ? text.ofWholeVisits : text.metricMeanings[metric]}
          aria-pressed={navigation.view.chart === 'line' && navigation.view.metric === metric}
          onClick={() => navigation.turn({ metric, chart: 'line' })}
        >
          <span class="number-label">{text.metrics[metric]}</span>
          <NumberOf metric={metric} value={isAmbiguous(metric, navigation) ? null : pulse.overview?.[index]} />
          {comparisonOf(navigation.view) && (
            <span class="number-change">
              {!isAmbiguous(metric, navigation) && <Change metric={metric} value={pulse.overview?.[index]} before={pulse.before?.[index]} />}
            </span>
          )}
        </button>
      ))}
    </div>
  )
}

/**
 * Below a filter by page or event the counts are those of what it lets through, and these two would still be those of
 * whole visits: beside each other they would look wrong, such as no pageviews and 3.7 per visit. (The bounce rate is that
 * of visits which began with the page.)
 */
function isAmbiguous(metric: Metric, { view }: Navigation): boolean {
  const isOfVisits = metric === 'views_per_visit' || metric === 'visit_duration'
  const isOfHits = ([operator, dimension]: Filter) => dimension.startsWith('event:') && !operator.startsWith('has_')
  return isOfVisits && view.filters.some(isOfHits)
}

function NumberOf({ metric, value }: { metric: Metric; value: number | null | undefined }) {
  if (value === undefined) return <span class="number-value is-pending">0</span>
  // Only counts are shown rounded.
  const exact = metricKinds[metric].empty === 0 && value !== null ? formatExact(value) : undefined
  return (
    <span class="number-value" title={exact}>
      {formatMetric(metric, value)}
    </span>
  )
}
