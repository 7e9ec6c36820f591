import { countryName } from './countryNames.ts'
import type { StoredHit } from './hit.ts'
import type { Dimension, TouchDimension, TouchName } from './query.ts'
import type { Session } from './sessions.ts'
import { sourceName } from './sources.ts'
import type { Touch } from './touches.ts'

export type TimeDimension = Extract<Dimension, `time:${string}`>
/** Those of which a hit has one value: it may reach any number of goals. */
export type EventDimension = Exclude<Extract<Dimension, `event:${string}`>, 'event:goal'>
export type VisitDimension = Extract<Dimension, `visit:${string}`>

/** Plausible's words for an empty value, so that its clients read our answers. */
export const noSource = 'Direct / None'
export const notSet = '(not set)'
const noProp = '(none)'

export function isTimeDimension(dimension: Dimension): dimension is TimeDimension {
  return dimension.startsWith('time:')
}

export function isEventDimension(dimension: Dimension): dimension is EventDimension {
  return dimension.startsWith('event:') && dimension !== 'event:goal'
}

export function isTouchDimension(dimension: Dimension): dimension is TouchDimension {
  return dimension.startsWith('first:') || dimension.startsWith('last:')
}

/** What hits are filed under: a function, since it is asked for every hit. */
export function readEvent(dimension: EventDimension): (hit: StoredHit) => string {
  if (dimension === 'event:page') return ({ path }) => path
  if (dimension === 'event:hostname') return ({ hostname }) => hostname
  if (dimension === 'event:name') return ({ type, name }) => (type === 'pageview' ? 'pageview' : (name ?? ''))
  const key = dimension.slice(propPrefix.length)
  return ({ props }) => readProp(props, key)
}

export const propPrefix = 'event:props:'

/** What a prop says of a hit. */
export function readProp(props: StoredHit['props'], key: string): string {
  return (props !== undefined && Object.hasOwn(props, key) ? String(props[key]) : '') || noProp
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
  // Names as far as the source of the place has told them: `visit:region` may be a code, whose name is not stored.
  'visit:region_name': 'region',
  'visit:city_name': 'city',
} as const satisfies Partial<Record<VisitDimension, keyof StoredHit>>

/** Words on where a visit came from that are a field as it is. */
const touchFields = {
  utm_source: 'source',
  utm_medium: 'medium',
  utm_campaign: 'campaign',
  utm_term: 'term',
  utm_content: 'content',
} as const satisfies Partial<Record<TouchName, keyof Touch>>

function nameTouch(name: TouchName, touch: Touch): string {
  switch (name) {
    case 'source':
      return sourceName(touch.source || touch.referrerHost) || noSource
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
 * What sessions are filed under. Where one came from, with what and from which place is said by its first hit; the pages
 * are those of its first and last pageview, `(not set)` for a session of events alone.
 */
export function readVisit(dimension: VisitDimension | TouchDimension): (session: Session) => string {
  if (isTouchDimension(dimension)) return readTouch(dimension)
  if (isEntryField(dimension)) {
    const field = entryFields[dimension]
    return ({ hits: [entry] }) => entry[field] || notSet
  }
  switch (dimension) {
    case 'visit:entry_page':
      return ({ pageviews }) => pageviews[0]?.path ?? notSet
    case 'visit:exit_page':
      return ({ pageviews }) => pageviews.at(-1)?.path ?? notSet
    case 'visit:entry_page_hostname':
      return ({ pageviews }) => pageviews[0]?.hostname ?? notSet
    case 'visit:exit_page_hostname':
      return ({ pageviews }) => pageviews.at(-1)?.hostname ?? notSet
    case 'visit:screen_class':
      return ({ hits: [{ screen }] }) => (screen === undefined ? notSet : screenClass(Number.parseInt(screen)))
    case 'visit:country_name':
      return ({ hits: [{ country }] }) => (country ? countryName(country) : notSet)
    default: {
      const name = dimension.slice('visit:'.length) as TouchName
      return ({ hits: [entry] }) => nameTouch(name, entry)
    }
  }
}

/** By the first or the last touch of the session id. */
function readTouch(dimension: TouchDimension): (session: Session) => string {
  const [which, name] = dimension.split(':') as ['first' | 'last', TouchName]
  return (session) => nameTouch(name, session[which])
}

function isEntryField(dimension: VisitDimension): dimension is keyof typeof entryFields {
  return Object.hasOwn(entryFields, dimension)
}

/** By the width in CSS pixels, with Plausible's names and limits. */
export function screenClass(width: number): string {
  if (width < 576) return 'Mobile'
  if (width < 992) return 'Tablet'
  return width < 1440 ? 'Laptop' : 'Desktop'
}
