import type { StoredHit } from './hit.ts'
import type { Dimension, TouchDimension, TouchName } from './query.ts'
import type { Session } from './sessions.ts'
import type { Touch } from './touches.ts'

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

export function isTouchDimension(dimension: Dimension): dimension is TouchDimension {
  return dimension.startsWith('first:') || dimension.startsWith('last:')
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

/** Words on where a visit came from that are a field as it is. */
const touchFields = {
  utm_source: 'source',
  utm_medium: 'medium',
  utm_campaign: 'campaign',
  utm_term: 'term',
  utm_content: 'content',
} as const satisfies Partial<Record<TouchName, keyof Touch>>

/** What a visit is filed under by the first or the last touch of its session id. */
function touchValue(dimension: TouchDimension, { first, last }: Session): string {
  return dimension.startsWith('first:') ? nameTouch(dimension.slice(6) as TouchName, first) : nameTouch(dimension.slice(5) as TouchName, last)
}

function nameTouch(name: TouchName, touch: Touch): string {
  switch (name) {
    case 'source':
      return touch.source || touch.referrerHost || noSource
    case 'referrer':
      return touch.referrer || noSource
    case 'channel':
      return touch.channel || 'Direct'
    case 'click_id':
      return new URLSearchParams(Object.entries(touch.clickIds ?? {}).toSorted()).toString() || notSet
    default:
      return touch[touchFields[name]] || notSet
  }
}

/**
 * What a session is filed under. Where it came from, with what and from which place is said by its first hit; the pages
 * are those of its first and last pageview, `(not set)` for a session of events alone.
 */
export function visitValue(dimension: VisitDimension | TouchDimension, session: Session): string {
  if (isTouchDimension(dimension)) return touchValue(dimension, session)
  const [entry] = session.hits
  switch (dimension) {
    case 'visit:entry_page':
      return session.pageviews[0]?.path ?? notSet
    case 'visit:exit_page':
      return session.pageviews.at(-1)?.path ?? notSet
    case 'visit:screen_class':
      return entry.screen === undefined ? notSet : screenClass(Number.parseInt(entry.screen))
    default:
      return dimension in entryFields
        ? entry[entryFields[dimension as keyof typeof entryFields]] || notSet
        : nameTouch(dimension.slice(6) as TouchName, entry)
  }
}

/** By the width in CSS pixels, with Plausible's names and limits. */
function screenClass(width: number): string {
  if (width < 576) return 'Mobile'
  if (width < 992) return 'Tablet'
  return width < 1440 ? 'Laptop' : 'Desktop'
}
