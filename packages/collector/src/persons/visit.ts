import { deriveEngagement, pageviewKey, readVisit, type Engagement, type Session, type StoredHit } from '@treadlight/store'

/** A pageview of a visit. */
export interface TimelineView {
  type: 'pageview'
  id: string
  /** ISO 8601. */
  time: string
  path: string
  url: string
  title: string
  /** Seconds with the page in front and in use, of all that was told of it; null where nothing was. */
  engaged: number | null
  /** Per cent; null where nothing was told. */
  scroll: number | null
}

/** An event of a visit. */
export interface TimelineEvent {
  type: 'event'
  id: string
  /** ISO 8601. */
  time: string
  name: string
  path: string
  url: string
  /** Id of the pageview that it belongs to; '' for none. */
  view: string
  props: NonNullable<StoredHit['props']>
  revenue: StoredHit['revenue'] | null
}

/** A visit of a person: what the store makes of their hits. */
export interface TimelineVisit {
  /** Of its first hit. */
  id: string
  /** First and last pageview or event, ISO 8601. */
  start: string
  end: string
  /** Seconds between the two. */
  duration: number
  user: string
  session: string
  visitor: string
  source: string
  channel: string
  /** Empty where they are not known. */
  device: string
  browser: string
  os: string
  country: string
  region: string
  city: string
  /** Paths of the first and the last pageview; null for a visit of events alone. */
  entry: string | null
  exit: string | null
  pageviews: number
  events: number
  /** Seconds, over its views. */
  engaged: number
  /** Oldest first. */
  hits: (TimelineView | TimelineEvent)[]
}

/** What is told of each pageview of some hits, by `pageviewKey`. */
export type Engagements = ReadonlyMap<string, Engagement>

const readSource = readVisit('visit:source')
const readChannel = readVisit('visit:channel')

/** A visit as the API tells of it. Where it came from, with what and from which place is said by its first hit, as in reports. */
export function describeVisit(session: Session, engagements: Engagements = deriveEngagement(session.members)): TimelineVisit {
  const { start, end, hits, pageviews } = session
  const [first] = hits
  return {
    id: first.id,
    start: isoTime(start),
    end: isoTime(end),
    duration: (end - start) / 1000,
    user: hits.find(({ user }) => user !== '')?.user ?? '',
    session: first.session,
    visitor: first.visitor,
    source: readSource(session),
    channel: readChannel(session),
    device: first.device ?? '',
    browser: first.browser ?? '',
    os: first.os ?? '',
    country: first.country ?? '',
    region: first.region ?? '',
    city: first.city ?? '',
    entry: pageviews[0]?.path ?? null,
    exit: pageviews.at(-1)?.path ?? null,
    pageviews: pageviews.length,
    events: hits.length - pageviews.length,
    engaged: sumEngaged(pageviews, engagements),
    hits: hits.map((hit) => (hit.type === 'pageview' ? describeView(hit, engagements) : describeEvent(hit))),
  }
}

/** Seconds that the pageviews were in use together. */
export function sumEngaged(pageviews: readonly StoredHit[], engagements: Engagements): number {
  return pageviews.reduce((sum, view) => sum + (engagements.get(pageviewKey(view))?.engaged ?? 0), 0) / 1000
}

/** ISO 8601, of ms since 1970. */
export function isoTime(time: number): string {
  return new Date(time).toISOString()
}

function describeView(hit: StoredHit, engagements: Engagements): TimelineView {
  const { engaged, scroll = null } = engagements.get(pageviewKey(hit)) ?? {}
  const { id, time, path, url, title } = hit
  return { type: 'pageview', id, time: isoTime(time), path, url, title, engaged: engaged === undefined ? null : engaged / 1000, scroll }
}

function describeEvent({ id, time, name = '', path, url, view, props = {}, revenue }: StoredHit): TimelineEvent {
  return { type: 'event', id, time: isoTime(time), name, path, url, view, props, revenue: revenue ?? null }
}
