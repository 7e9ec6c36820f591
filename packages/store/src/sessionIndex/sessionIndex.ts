/**
 * The visits of some home days as a query sees them, by the column: derived from the hits that may be shown, and never
 * more than these say. No id, user, session, visitor or address is in it. What it answers is what `runQuery` answers from
 * the hits.
 */
export interface SessionIndex {
  /** In order. */
  readonly days: readonly IndexDay[]
  /** Of all days together: pageviews and events, no engagement. */
  readonly visits: number
  readonly hits: number
  /** The columns that are asked for: only these are read and decoded. */
  load<Name extends ColumnName>(names: readonly Name[]): Promise<Pick<IndexColumns, Name>>
}

/** Where a home day stands in the columns. */
export interface IndexDay {
  /** `YYYY-MM-DD` */
  readonly day: string
  /** When tick 0 is, ms since 1970: a whole minute. */
  readonly base: number
  /** How long a tick is, ms: 1, or a minute where times were rounded down to be stored. */
  readonly tick: 1 | 60_000
  /** When its first and its last pageview or event happened, ms since 1970, exactly; Infinity and -Infinity without any. */
  readonly first: number
  readonly last: number
  /** Whether any of them has brought something: see the column `revenue`. */
  readonly hasRevenue: boolean
  /** Whether the column `props` says what its hits do: not where they said too many different things. */
  readonly keepsProps: boolean
  /** Its visits are `[visits, visitsEnd)`, the hits of these `[hits, hitsEnd)`. */
  readonly visits: number
  readonly visitsEnd: number
  readonly hits: number
  readonly hitsEnd: number
  /**
   * From this visit on (up to `visitsEnd`) visitors are mixed: a visit with a session id may have hits of several, and one
   * visitor's visits need not stand side by side. Whose each of their hits is says the column `visitor`, from `mixedHits` on.
   */
  readonly mixed: number
  readonly mixedHits: number
}

/** Bits of `flags`. */
export const isNewVisitor = 1
export const isBounced = 2

/** Numbers of values from 0, as narrow as they may be. */
export type Codes = Uint8Array | Uint16Array | Uint32Array

/** A text for each row; `''` where there is none. */
export interface CodedTexts {
  /** Each once. */
  readonly values: readonly string[]
  readonly codes: Codes
}

/** What is kept of the first hit of a visit, under the names of its fields but two. */
export const visitTexts = [
  /** What `visit:source` is named from: `source || referrerHost`. */
  'rawSource',
  'source',
  'medium',
  'campaign',
  'term',
  'content',
  'referrer',
  'channel',
  'browser',
  'browserVersion',
  'os',
  'osVersion',
  'device',
  'country',
  'region',
  'city',
  /** As `visit:screen_class` says, '' where nobody told. */
  'screenClass',
  'language',
] as const
export type VisitText = (typeof visitTexts)[number]

/** What tells hits apart whatever their page: few in a site. */
export interface HitKind {
  type: 'pageview' | 'event'
  /** Of an event; '' where it has none, and for pageviews. */
  name: string
  /** False where the hit says `interactive: false`. */
  interactive: boolean
}

export interface IndexColumns extends Readonly<Record<VisitText, CodedTexts>> {
  // A value for each visit. The visits of a day: first those of unmixed visitors, each visitor's side by side.
  /** `isNewVisitor`: the visitor is another one than that of the visit before (always for a day's first; of no meaning from `mixed` on). `isBounced`. */
  readonly flags: Uint8Array
  /** Ticks since the day's base: when the first pageview or event was. */
  readonly start: Codes
  /** ms between the first and the last pageview or event, exactly. */
  readonly duration: Codes
  /** Pageviews and events of the visit; where they stand follows from those before. */
  readonly hitCount: Codes
  readonly viewCount: Codes

  // A value for each pageview and event: by visit, in it by time and id.
  readonly kind: { readonly values: readonly HitKind[]; readonly codes: Codes }
  readonly path: CodedTexts
  readonly hostname: CodedTexts
  /** Ticks since the day's base. */
  readonly time: Codes
  /** Of a pageview's view, see `deriveEngagement`: ms and per cent, NaN where nobody told, and for events. */
  readonly engaged: Float64Array
  readonly scroll: Float64Array
  /** What it brought, see `revenueText`: nothing for almost all, which has the code 0. */
  readonly revenue: CodedTexts
  /** Its props as JSON: nothing for almost all, which has the code 0. */
  readonly props: CodedTexts

  // A value for each hit of the mixed visits: see `IndexDay.mixed`.
  /** Equal numbers within a day are one visitor. None of them is a visitor of the unmixed visits. */
  readonly visitor: Codes
}
export type ColumnName = keyof IndexColumns
