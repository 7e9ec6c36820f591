import type { VNode } from 'preact'
import { formatNumber, formatTick } from './format.ts'
import { Notice } from './notice.tsx'
import { useQuery } from './scope.ts'
import { text } from './text.ts'

const shown = 15

/** What visitors did last, minute by minute. It asks for counts, not for hits: nobody is shown going from page to page. */
export function NewestEvents(): VNode {
  const { value, error, retry } = useQuery({
    metrics: ['events'],
    dimensions: ['time:minute', 'event:name', 'event:page'],
    order_by: [
      ['time:minute', 'desc'],
      ['events', 'desc'],
      ['event:page', 'asc'],
    ],
    pagination: { limit: shown },
  })
  // Minutes in which somebody only went on reading have no event.
  const rows = value?.results.filter(({ metrics }) => metrics[0])
  return (
    <section class="sheet panel is-wide" aria-label={text.realtime.newest}>
      <header class="panel-header">
        <h2>{text.realtime.newest}</h2>
      </header>
      {error && <Notice error={error} onRetry={retry} />}
      {rows?.length === 0 && <p class="empty">{text.realtime.nothing}</p>}
      <table class="rows newest">
        <colgroup>
          <col class="is-time" />
          <col class="is-name" />
          <col />
          <col class="is-count" />
        </colgroup>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{text.buckets['time:minute']}</th>
            <th scope="col">{text.dimensions['event:name']}</th>
            <th scope="col">{text.dimensions['event:page']}</th>
            <th scope="col">{text.columns.events}</th>
          </tr>
        </thead>
        <tbody>
          {rows?.map(({ dimensions: [minute = '', name = '', page = ''], metrics: [count] }) => (
            <tr key={`${minute} ${name} ${page}`}>
              <td>{formatTick(minute, 'time:minute')}</td>
              <td class="is-text">
                <bdi>{name === 'pageview' ? text.realtime.viewed : name}</bdi>
              </td>
              <td class="is-text" title={page}>
                <bdi>{page}</bdi>
              </td>
              <td>{count === 1 ? '' : `× ${formatNumber(count ?? 0)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
