import type { VNode } from 'preact'
import { formatBucket, formatTick } from './format.ts'
import { Notice } from './notice.tsx'
import { useQuery } from './scope.ts'
import { text } from './text.ts'

/** Pageviews of each minute, also of those without any. */
export function MinuteBars(): VNode {
  const { value, error, retry } = useQuery({
    metrics: ['pageviews'],
    dimensions: ['time:minute'],
    include: { time_labels: true },
  })
  if (error) return <Notice error={error} onRetry={retry} />
  if (!value) return <div class="minutes is-pending" />

  const counts = new Map(value.results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0] ?? 0]))
  const minutes = (value.meta.time_labels ?? []).map((label) => ({ label, count: counts.get(label) ?? 0 }))
  const most = Math.max(1, ...minutes.map(({ count }) => count))
  return (
    <table class="minutes">
      <caption>{text.realtime.perMinute}</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{text.buckets['time:minute']}</th>
          <th scope="col">{text.metrics.pageviews}</th>
        </tr>
      </thead>
      <tbody>
        {minutes.map(({ label, count }, index) => (
          <tr key={label} title={`${formatBucket(label, 'time:minute')}: ${text.viewCount(count)}`}>
            <th scope="row" class={index % 10 === 0 ? 'minute' : 'minute is-silent'}>
              <span>{formatTick(label, 'time:minute')}</span>
            </th>
            <td>
              <span class="minute-bar" style={{ height: `${(count / most) * 100}%` }} />
              <span class="visually-hidden">{count}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
