import type { VNode } from 'preact'
import { formatDuration, formatPercent, namePlace } from '../format.ts'
import { safeHref } from '../href.ts'
import type { Navigation } from '../navigation.ts'
import { text } from '../text.ts'
import { defaultView, writeView } from '../view.ts'
import { formatMoment } from './moment.ts'
import type { EventHit, ViewHit, Visit } from './personApi.ts'
import { words } from './words.ts'

interface VisitListProps {
  /** Newest first. */
  visits: readonly Visit[]
  timezone: string
  navigation: Navigation
}

/** Visits with what was seen and done in them, in order. */
export function VisitList({ visits, ...rest }: VisitListProps): VNode {
  return (
    <ol class="visits">
      {visits.map((visit) => (
        <li key={visit.id}>
          <VisitEntry visit={visit} {...rest} />
        </li>
      ))}
    </ol>
  )
}

type VisitEntryProps = Omit<VisitListProps, 'visits'> & { visit: Visit }

function VisitEntry({ visit, timezone, navigation }: VisitEntryProps) {
  const { start, duration, entry, exit, hits } = visit
  return (
    <article class="visit">
      <h4>
        <time dateTime={start}>{formatMoment(start, timezone, 'long')}</time>
      </h4>
      <p class="hint">
        <bdi>{aboutOf(visit).join(' · ')}</bdi>
      </p>
      <p class="hint visit-way">
        {entry !== null && exit !== null && <bdi>{words.path(entry, exit)}</bdi>} {duration > 0 && words.lasted(formatDuration(duration))}
      </p>
      <ol class="visit-hits">
        {hits.map((hit) => (
          <li key={hit.id}>
            <a class="visit-time" title={words.record} href={location.pathname + writeView({ ...defaultView, page: 'hits', site: navigation.view.site, more: { id: hit.id } })}>
              <time dateTime={hit.time}>{formatMoment(hit.time, timezone, 'short')}</time>
            </a>
            {hit.type === 'pageview' ? <ViewLine view={hit} /> : <EventLine event={hit} />}
          </li>
        ))}
      </ol>
    </article>
  )
}

function aboutOf({ source, channel, device, browser, os, country, city }: Visit): string[] {
  const place = [city, country && namePlace(country)].filter(Boolean).join(', ')
  return [source, channel, device, browser, os, place].filter((word, index, all) => word !== '' && all.indexOf(word) === index)
}

function ViewLine({ view: { url, title, path, engaged, scroll } }: { view: ViewHit }) {
  const href = safeHref(url)
  const name = <bdi>{title || path}</bdi>
  const told = [engaged !== null && words.engaged(formatDuration(engaged)), scroll !== null && words.scrolled(formatPercent(scroll))].filter(Boolean)
  return (
    <div class="visit-hit">
      {href === undefined ? (
        <span title={url}>{name}</span>
      ) : (
        <a href={href} title={`${url}\n${text.open}`} target="_blank" rel="noopener noreferrer">
          {name}
        </a>
      )}{' '}
      {title !== '' && (
        <span class="hint">
          <bdi>{path}</bdi>
        </span>
      )}{' '}
      {told.length > 0 && <span class="visit-told">{told.join(', ')}</span>}
    </div>
  )
}

function EventLine({ event: { name, props } }: { event: EventHit }) {
  return (
    <div class="visit-hit">
      <span class="visually-hidden">{words.event} </span>
      <strong>
        <bdi>{name}</bdi>
      </strong>{' '}
      {Object.entries(props).map(([key, value]) => (
        <span key={key} class="visit-prop">
          <bdi>
            {key}: {String(value)}
          </bdi>
        </span>
      ))}
    </div>
  )
}
