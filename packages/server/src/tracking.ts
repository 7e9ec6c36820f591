import type { DestinationState } from '@treadlight/destinations/forward'
import type { Hit, PropValue } from '@treadlight/protocol'
import type { HitOverrides } from './hitFromRequest.ts'
import type { Sender } from './senders/sender.ts'
import type { ConsentChoice } from './visitors.ts'

/** What is known of an answer as its headers are about to leave. */
export interface AnswerHead {
  status: number
  headers: Pick<Headers, 'get'>
}

/** What is known of an answer once it is complete. */
export interface Answer extends AnswerHead {
  /** The status text, for exception hits. */
  reason?: string | undefined
  /** The title as somebody has said it: '' is one, undefined lets the settings look for it. */
  title?: string | undefined
  /** What the framework's handlers left for templates, where it has such a place: `res.locals`, `c.var`, `event.locals`. */
  locals?: Readonly<Record<string, unknown>> | undefined
  /** The body, where it is at hand as text: its `<title>` is read. */
  html?: string | undefined
}

/** Who makes a request, as the site's server knows it. */
export interface Person {
  /** Id of the signed-in user. */
  user?: string | undefined
  /** The site's own session id. It wins over the visitor id of the cookie. */
  session?: string | undefined
  /** Who is really there, when a member of staff is logged in as the user: nothing is counted. */
  impersonator?: string | undefined
}

/** Tracking of one request and its answer. Nothing of it throws, and nothing waits for the collector. */
export interface Visit {
  /** The id of the view, which the page's tag may carry. */
  readonly view: string
  /**
   * Whether the visitor is to be told of cookies: on the first page, never again. Where it answers true the page is taken to show
   * the notice, and becomes private, as it has to be.
   */
  consentNotice(): boolean
  /** Says who is there, for the view and all events that follow: `tag` does it too. */
  identify(person: Person): void
  /** Sends an event of this view. */
  track(name: string, props?: Record<string, PropValue>, overrides?: HitOverrides): void
  /** The script tag for this page, escaped, with a signed token: what stands in its HTML. */
  tag(options?: TagOptions): Promise<string>
  /**
   * What the answer's headers need, none for most: `set-cookie` is to be appended, all else to be replaced, since a page whose tag
   * names this view must not be kept by a shared cache. To be called once, before the headers leave.
   */
  headersFor(head: AnswerHead): [name: string, value: string][]
  /** Counts the view, the exception, or nothing, by what the answer turned out to be. To be called once. */
  end(answer: Answer): void
}

/** What a page's tag may say beyond the settings. */
export interface TagOptions extends Person {
  /**
   * For a page that a shared cache may keep: the tag names neither view nor user, and the script alone counts the view. Otherwise
   * server and script count one view, and the server's stays where the script is blocked.
   * @default false
   */
  isShared?: boolean
  /** CSP nonce. */
  nonce?: string
}

/** What has become of the hits that requests gave rise to. */
export interface TrackingCounts {
  /** Taken by the sender, whose own `counts` say what came of them. */
  taken: number
  /** Dropped by `beforeSend`. */
  withheld: number
  /** Lost, because the sender or `beforeSend` failed: `onError` has heard of each. */
  failed: number
}

/** Server-side tracking, as settled once for a server. Adapters do the rest: see `trackRequests` of each framework. */
export interface Tracking {
  readonly sender: Sender
  /**
   * Begins with a request, before its handler. Undefined for one that is never tracked: excluded paths, own traffic, who has opted
   * out. Waits for nothing but the signatures of cookies, and never rejects.
   */
  begin(request: Request, facts?: RequestFacts): Promise<Visit | undefined>
  /** The visit that was begun with a request: the web Request itself, or the framework's own as `native` named it. */
  visitOf(request: object): Visit | undefined
  /**
   * Sends a hit of the request that is made by hand, whatever its path. Resolves once the sender has taken it, to null where
   * nothing may be counted or the sender failed; never rejects.
   */
  hit(request: Request, overrides?: HitOverrides, facts?: RequestFacts & Person): Promise<Hit | null>
  /** `Set-Cookie` values for the site's own route on which visitors answer the notice. */
  consentCookies(choice: ConsentChoice, request: Request, facts?: RequestFacts): string[]
  /** `Set-Cookie` values for a log-out: who logs in next in this browser is somebody else, with another visitor id. */
  logOutCookies(request: Request, facts?: RequestFacts): string[]
  /** `Set-Cookie` values that exclude this browser, or include it again: see `ownTraffic`. */
  ownCookies(isOwn: boolean, request: Request, facts?: RequestFacts): Promise<string[]>
  counts(): TrackingCounts
  /** Hands an error to `onError`. */
  report(error: unknown): void
  /** How it stands with the other systems that get the hits. */
  destinations(): DestinationState[]
  flush(): Promise<void>
  close(options?: { timeout?: number }): Promise<void>
}

/** What a web Request does not say. */
export interface RequestFacts {
  /** The peer's address, before any proxy header. */
  address?: string | undefined
  /**
   * Keeps a runtime alive until a promise has settled, where it would stop with the answer (serverless, workers). With it, and
   * without a sender of your own, each hit is delivered by itself, for 20 s at most.
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined
  /** The framework's own request, by which `visitOf` and `withEvent` find the visit again. */
  native?: object | undefined
}
