import type { HitType, NavigationType, PropValue, Revenue } from '@treadlight/protocol'

/** Where the fact came from. One id may be reported by more than one origin: see `mergeFacts`. */
export type Origin = 'server' | 'browser' | 'import'

/**
 * A hit as it is stored: what crossed the wire, cut to its limits, with what the collector added.
 *
 * Values are written once and never changed. The pair of `id` and `origin` is a fact; the facts of one
 * id make one hit.
 */
export interface StoredHit {
  /** `[a-z0-9_-]{1,64}`: the first part of every key. */
  site: string
  /** UUIDv7 in lower case. */
  id: string
  origin: Origin
  type: HitType
  /** Home day: the site day, `YYYY-MM-DD`, in the hit's own id (its view's for engagement). Fixed for ever. */
  day: string
  /** When it happened, ms since 1970, corrected for skew and inside `day`. */
  time: number
  /** When the collector took it, ms since 1970. */
  received: number
  /** Id of the pageview it belongs to; a pageview's own id; '' for an event outside any view. */
  view: string
  url: string
  title: string
  referrer: string
  hostname: string
  path: string
  /** Host of an outside referrer without `www.`; '' for none or the site itself. */
  referrerHost: string
  /** utm_source, ref or click id of the URL (PV11–PV14), lower case; '' for none. */
  source: string
  medium: string
  campaign: string
  /** Keyed hash that lives one site day; '' where the site counts no visitors. */
  visitor: string
  /** The site's or the tracker's own session id; '' for none. */
  session: string
  /** Signed-in person's id; '' for anonymous. */
  user: string
  /** What an event is called. */
  name?: string
  props?: Record<string, PropValue>
  /** Engaged time of the view so far, ms: a running total. */
  engaged?: number
  /** Engaged time since the last report, ms: what other protocols send. */
  engagedDelta?: number
  /** Deepest scroll position of the view so far, per cent. */
  scroll?: number
  screen?: string
  language?: string
  timezone?: string
  navigation?: NavigationType
  interactive?: boolean
  /** `true`: the browser said that a program drives it. Stored only where the collector is set to count these. */
  webdriver?: boolean
  /** `false`: the visitor does not want it handed to other systems. */
  forwarding?: boolean
  revenue?: Revenue
  /** utm_term and utm_content, lower case. */
  term?: string
  content?: string
  /** Click ids of the URL by their parameter, as they were. */
  clickIds?: Record<string, string>
  /** Class of source, as the table in docs/collector.md has it; none for a direct visit. */
  channel?: string
  /** By the user agent and its client hints: names and versions such as `Firefox`, `140`, `Android`, `15`. */
  browser?: string
  browserVersion?: string
  os?: string
  osVersion?: string
  device?: Device
  /** ISO 3166-1, two letters in upper case. */
  country?: string
  /** ISO 3166-2 with the country before it (`DE-BY`), where the source of the place has one, else its name. */
  region?: string
  city?: string
  /** The client's address, cut to its /24 or /48, where the site keeps it. */
  address?: string
}

/** What kind of device a hit came from. */
export type Device = 'Desktop' | 'Mobile' | 'Tablet' | 'TV'
