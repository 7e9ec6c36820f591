/**
 * Longest values, in Unicode code points. A longer value is cut, never refused: see `cutText`.
 * The first six are the column widths of plain.pageviews (PV07), `name` is Plausible's, the rest are ours.
 */
export const textLimits = {
  url: 2048,
  title: 512,
  referrer: 1024,
  session: 255,
  /** Each of source, medium and campaign. */
  attribution: 200,
  name: 120,
  propKey: 300,
  propValue: 2000,
  language: 35,
  timezone: 64,
  /** Of the visitor that a server speaks for: the longest address with an interface's name, */
  address: 64,
  /** what the collector looks at of any user agent, */
  userAgent: 512,
  /** and three times as long as real client hints are. */
  clientHeader: 1000,
} as const

/** Most properties of one hit; Plausible's number. Further ones are dropped. */
export const maxProps = 30

/** Largest body of one request, bytes. Browsers share a quota of 64 KiB among keepalive requests, so no tracker sends more. */
export const maxBodyBytes = 65_536

/** Most hits in one request. A tracker queues no more than that. */
export const maxBatchHits = 1000

/** Levels of objects and arrays in one hit, itself included: props are the second. */
export const maxHitDepth = 5

/** How long a tracker may keep an undelivered hit: 7 days in ms. */
export const queueMaxAge: number = 7 * 86_400_000

/** Ids whose site day is further back are refused with reason `clock`: 8 days in ms, a day more than a queue keeps. */
export const idMaxAge: number = 8 * 86_400_000

/** Sender clocks this far off, in ms, are corrected; smaller differences are mostly network delay. */
export const skewTolerance: number = 15 * 60_000
