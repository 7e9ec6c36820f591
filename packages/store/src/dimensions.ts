import type { StoredHit } from './hit.ts'
import type { Dimension } from './query.ts'
import type { Session } from './sessions.ts'

export type TimeDimension = Extract<Dimension, `time:${string}`>
export type EventDimension = Extract<Dimension, `event:${string}`>
export type VisitDimension = Extract<Dimension, `visit:${string}`>

/** Plausible's words for an empty value, so that its clients read our answers. */
const noSource = 'Direct / None'
const notSet = '(not set)'
const noProp = '(none)'

export function isTimeDimension(dimension: Dimension): dimension is TimeDimension {
  return dimension.startsWith('time:')
}

export function isEventDimension(dimension: Dimension): dimension is EventDimension {
  return dimension.startsWith('event:')
}

/** What a hit is filed under. */
export function eventValue(dimension: EventDimension, hit: StoredHit): string {
  if (dimension === 'event:page') return hit.path
  if (dimension === 'event:hostname') return hit.hostname
  if (dimension === 'event:name') return hit.type === 'pageview' ? 'pageview' : (hit.name ?? '')
  const key = dimension.slice('event:props:'.length)
  const value = Object.hasOwn(hit.props ?? {}, key) ? String(hit.props?.[key]) : ''
  return value || noProp
}

/** Dimensions that are a field of the session's first hit as it is. */
const entryFields = {
  'visit:utm_source': 'source',
  'visit:utm_medium': 'medium',
  'visit:utm_campaign': 'campaign',
  'visit:utm_term': 'term',
  'visit:utm_content': 'content',
  'visit:browser': 'browser',
  'visit:browser_version': 'browserVersion',
  'visit:os': 'os',
  'visit:os_version': 'osVersion',
  'visit:device': 'device',
  'visit:country': 'country',
  'visit:region': 'region',
  'visit:city': 'city',
  'visit:language': 'language',
} as const satisfies Partial<Record<VisitDimension, keyof StoredHit>>

/**
 * What a session is filed under. Where it came from, with what and from which place is said by its first hit; the pages
 * are those of its first and last pageview, `(not set)` for a session of events alone.
 */
export function visitValue(dimension: VisitDimension, session: Session): string {
  const [entry] = session.hits
  switch (dimension) {
    case 'visit:entry_page':
      return session.pageviews[0]?.path ?? notSet
    case 'visit:exit_page':
      return session.pageviews.at(-1)?.path ?? notSet
    case 'visit:source':
      return entry.source || entry.referrerHost || noSource
    case 'visit:referrer':
      return entry.referrer || noSource
    case 'visit:channel':
      return entry.channel || 'Direct'
    case 'visit:screen_class':
      return entry.screen === undefined ? notSet : screenClass(Number.parseInt(entry.screen))
    default:
      return entry[entryFields[dimension]] || notSet
  }
}

/** By the width in CSS pixels, with Plausible's names and limits. */
function screenClass(width: number): string {
  if (width < 576) return 'Mobile'
  if (width < 992) return 'Tablet'
  return width < 1440 ? 'Laptop' : 'Desktop'
}
