import type { VNode } from 'preact'
import { formatExact, formatMoment } from '../format.ts'
import { words } from './words.ts'

/** django-pagetimer's seven figures; times are ISO 8601, null without data (PT10). */
export interface Summary {
  /** Seconds. */
  interval: number
  count: number
  earliest: string | null
  latest: string | null
  users: number
  sessions: number
  ipaddresses: number
  paths: number
}

/** The figures of everything that the filters let through. */
export function VisitFigures({ summary, timezone }: { summary: Summary; timezone: string }): VNode {
  const { interval, count, earliest, latest, users, sessions, ipaddresses, paths } = summary
  const range = earliest === null || latest === null ? words.none : words.range(formatMoment(earliest, timezone), formatMoment(latest, timezone))
  const figures: Record<keyof typeof words.figures, string> = {
    interval: words.seconds(interval),
    total: formatExact(count),
    range,
    users: formatExact(users),
    sessions: formatExact(sessions),
    ipaddresses: formatExact(ipaddresses),
    paths: formatExact(paths),
  }
  return (
    <dl class="figures" aria-label={words.summary}>
      {Object.entries(figures).map(([name, value]) => (
        <div key={name} class={name === 'range' ? 'figure is-wide' : 'figure'}>
          <dt>{words.figures[name as keyof typeof figures]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
