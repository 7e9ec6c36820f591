import type { DropReason, HitType, PropValue, Revenue } from '@treadlight/protocol'
import type { HitBody } from '../hit/answerHit.ts'

/**
 * Another product's wire protocol: turns its requests into hits, and what became of these into the answer that its clients
 * check. A dialect knows nothing of sites, limits, enrichment or the store: whoever asks it does, see `dialectRoute.ts`.
 */
export interface Dialect {
  /** As the setting `dialects` has it. */
  name: string
  /** Where its clients send to; the first is what is shown to owners. */
  paths: readonly string[]
  /** Largest body, bytes; as the product has it. */
  maxBytes: number
  /** Which headers a browser must be allowed to send, and that any page may: the answer to `OPTIONS`, and what every answer carries. Headers as names and values in turn. */
  cors: {
    preflight: readonly string[]
    each: readonly string[]
    /** Its clients' browsers send cookies along, which none may to `*`: the page's origin is named in its place. @default false */
    isCredentialed?: boolean
  }
  /**
   * Its clients report engaged time or scroll depth in hits of their own: views are then to be found by these, which other
   * protocols' need not be. @default false
   */
  reportsEngagement?: boolean
  /**
   * A token that stands in the URL or the headers, apart from a bearer: servers with a good one are not limited as the one
   * visitor that they look like. It is believed after `authorize` only.
   */
  tokenOf?(request: DialectRequest): string | undefined
  /** Answers one request that is within the limits. */
  answer(request: DialectRequest, take: Take): Promise<DialectAnswer>
  /** What its clients expect where the request was not looked at: too many, too large, broken off, of a wrong token, or the store cannot take it. */
  refuse(status: 401 | 408 | 413 | 415 | 429 | 503, reason: string, request: Pick<DialectRequest, 'method' | 'url' | 'header'>): DialectAnswer
}

/** A request, whatever runtime it comes from. */
export interface DialectRequest {
  method: string
  /** When it came, ms since 1970. */
  received: number
  /** Of the request, with the path as it was asked for. */
  url: URL
  /** A header by its lower-case name; '' where there is none. */
  header: (name: string) => string
  /** The body as text, or why there is none; no more than `maxBytes`. */
  readBody: () => Promise<HitBody>
  /**
   * Whether a token of scope `hits` came with the request; looks it up. A dialect asks with what its protocol has for it:
   * `token_auth`, `api_secret`, a bearer, a password. From then on hits of this request may say who the client was, the user and
   * the time.
   */
  authorize: (token: string) => Promise<boolean>
}

/** An answer before it is written in the way of a runtime: headers as names and values in turn. */
export interface DialectAnswer {
  status: number
  headers: readonly string[]
  body: string | Uint8Array<ArrayBuffer> | null
}

/** A hit as another product's client tells it. What is malformed here is refused or left out as in every hit: see `decode.ts`. */
export interface DialectHit {
  /**
   * As the client calls it: a domain, a number, `UA-…`, a UUID. Found by the setting `aliases`, by id, by host; else the URL's
   * host decides. Of several, each site counts it, once.
   */
  site?: string | readonly string[]
  type: HitType
  /**
   * Absolute. Or from `/` on, where its clients do not say the host, which is the site's first then: joined to it, never resolved,
   * so that `//other.example` is a path.
   */
  url: string
  title?: string
  referrer?: string
  /** When it happened, ms since 1970, where the client says so: within a day, after `authorize` within the last eight. @default the moment it came */
  time?: number
  /** How long before it was sent it happened, ms: where the client says that instead. As far back as `time`. */
  ago?: number
  name?: string
  props?: Record<string, PropValue>
  revenue?: Revenue
  screen?: string
  language?: string
  /** `false` keeps an event from ending a bounce. */
  interactive?: boolean
  /** Engaged time since the last report, ms. Without a type of its own: an `engagement` hit has it. */
  engagedDelta?: number
  /** Deepest scroll position of the view so far, per cent 0–100. */
  scroll?: number
  /** `true`: the client says that a program drives it. */
  webdriver?: boolean
  /** The client's own lasting id of a visitor (`_id`, `cid`, `client_id`): a session id, where the site keeps these. */
  session?: string
  /** Which view of the visitor's it belongs to, in words of the client (`pv_id`). @default the visitor's latest one of this path */
  viewKey?: string
  /** `false`: the visitor does not want it handed to other analytics systems. */
  forwarding?: boolean
  /** A token of `signUser`, for who it was: believed by its signature. */
  token?: string
  /** Who it was, as the client calls them. Believed only after `authorize`. */
  user?: string
  /** The visitor's side, where a server speaks for them. The address is believed only after `authorize`, the rest of anybody, who could as well have sent it as headers. */
  client?: { address?: string; userAgent?: string; language?: string }
}

/** What has become of a hit. */
export type Taken =
  | { outcome: 'stored' | 'duplicate' }
  | { outcome: 'dropped'; reason: DropReason }
  /** `field` is one of `DialectHit`: a dialect says it in its own words. */
  | { outcome: 'refused'; field: string; reason: string }

/**
 * Takes the hits of one request, in order; resolves once they are stored, or it is known that they will not be.
 * @throws whatever keeps the store from taking hits: let it through, `refuse(503)` answers
 */
export type Take = (hits: readonly DialectHit[]) => Promise<Taken[]>
