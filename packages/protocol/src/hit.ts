/** What a hit says happened. */
export type HitType = 'pageview' | 'event' | 'engagement'

/** How the page of a view came to be shown; the words of web-vitals' `navigationType`. */
export type NavigationType =
  | 'navigate'
  | 'reload'
  | 'back-forward'
  | 'back-forward-cache'
  | 'prerender'
  | 'restore'

/** A property's value; everything else is dropped by the decoder. */
export type PropValue = string | number | boolean

/** Money in major units, as a decimal string so that no digit is lost on the way. */
export interface Revenue {
  amount: string
  /** ISO 4217, upper case. */
  currency: string
}

/**
 * One record of what happened, as it crosses the wire.
 *
 * `{ url }` alone is a valid pageview, `{ url, title, referrer, timestamp }` a whole one: all else has a default.
 */
export interface Hit {
  /** UUIDv7 in lower case, made once by the sender. The union by this id is what makes a retry harmless. */
  id: string
  type: HitType
  /** Absolute URL, http(s) or ftp(s), with query and fragment. */
  url: string
  title: string
  /** Free text: usually a URL, also `android-app://…` or ''. */
  referrer: string
  /** When it happened by the sender's clock, ISO 8601. */
  timestamp: string
  /** Id of the pageview that an event or engagement belongs to. */
  view?: string
  /** What an event is called. */
  name?: string
  props?: Record<string, PropValue>
  /** Engaged time of the view so far, milliseconds: a running total, so a lost or repeated one costs nothing. */
  engaged?: number
  /** Deepest scroll position of the view so far, per cent 0–100. */
  scroll?: number
  /** The site's or the tracker's own session id, where the site allows one. */
  session?: string
  /** Token of `signUser`, from the site's server. Without a good one the hit counts, but as nobody's. */
  user?: string
  /** `WIDTHxHEIGHT` in CSS pixels. */
  screen?: string
  /** BCP 47. */
  language?: string
  /** IANA name. */
  timezone?: string
  navigation?: NavigationType
  /** `false` keeps an event from ending a bounce. */
  interactive?: boolean
  /** `true`: the browser is driven by a program (`navigator.webdriver`). */
  webdriver?: boolean
  revenue?: Revenue
  /** `false`: the visitor does not want it handed to other analytics systems. */
  forwarding?: boolean
  /** `true`: the id, the view and the timestamp are by the collector's clock, as it has said them in `retimed`. */
  retimed?: boolean
  /** Which site it counts for; without it the collector decides. */
  site?: string
  /** The visitor's side of a request that a server answers for: believed with a token of scope `hits` only. */
  client?: Client
}

/** What the collector would have seen had the visitor's own browser sent the hit. */
export interface Client {
  /** IP address. */
  address?: string
  userAgent?: string
  /** Of `clientHeaders`, by their lower-case names. */
  headers?: Record<string, string>
}

/** The request headers of a visitor that say something about a hit: language, wishes, device, place. */
export const clientHeaders = [
  'accept-language',
  'dnt',
  'sec-gpc',
  'sec-purpose',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-model',
  'sec-ch-ua-platform',
  'sec-ch-ua-platform-version',
  'sec-ch-ua-full-version-list',
] as const
