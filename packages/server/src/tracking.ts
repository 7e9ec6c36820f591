import type { Hit, PropValue } from '@treadlight/protocol'
import type { HitOverrides } from './hitFromRequest.ts'
import type { Sender } from './senders/sender.ts'

/** What is known of an answer as its headers are about to leave. */
export interface AnswerHead {
  status: number
  headers: Pick<Headers, 'get'>
}

/** What is known of an answer once it is complete. */
export interface Answer extends AnswerHead {
  /** The status text, for exception hits. */
  reason?: string
  /** What the framework's handlers left for templates, where it has such a place: `res.locals`, `c.var`, `event.locals`. */
  locals?: Readonly<Record<string, unknown>>
  /** The body, where it is at hand as text: its `<title>` is read. */
  html?: string
}

/** Tracking of one request and its answer. Nothing of it throws, and nothing waits for the collector. */
export interface Visit {
  /** The id of the view, which the page's tag may carry. */
  readonly view: string
  /** Whether the visitor is to be told of cookies: on the first answer, never again. */
  readonly isNoticeDue: boolean
  /** Sends an event of this view. */
  track(name: string, props?: Record<string, PropValue>): void
  /** The script tag for this page, escaped, with a signed token: what stands in its HTML. */
  tag(options?: TagOptions): Promise<string>
  /**
   * What the answer's headers need, none for most: `set-cookie` is to be appended, `cache-control` to be replaced, since a page
   * whose tag names this view must not be kept by a shared cache. To be called once, before the headers leave.
   */
  headersFor(head: AnswerHead): [name: 'set-cookie' | 'cache-control', value: string][]
  /** Counts the view, the exception, or nothing, by what the answer turned out to be. To be called once. */
  end(answer: Answer): void
}

/** What a page's tag may say beyond the settings. */
export interface TagOptions {
  /**
   * For a page that a shared cache may keep: the tag names neither view nor user, and the script alone counts the view. Otherwise
   * server and script count one view, and the server's stays where the script is blocked.
   * @default false
   */
  isShared?: boolean
  /** Id of the signed-in user. */
  user?: string
  /** The site's own session id. */
  session?: string
  /** Who is really there, when a member of staff is logged in as the user: nothing is counted. */
  impersonator?: string
  /** CSP nonce. */
  nonce?: string
}

/** Server-side tracking, as settled once for a server. Adapters do the rest: see `trackRequests` of each framework. */
export interface Tracking {
  readonly sender: Sender
  /** Undefined for a request that is never tracked: excluded paths, own traffic. */
  begin(request: Request, facts: RequestFacts): Visit | undefined
  /** Sends a hit of the request that is made by hand: null where nothing may be counted. */
  hit(request: Request, overrides?: HitOverrides, facts?: RequestFacts): Hit | null
  flush(): Promise<void>
  close(options?: { timeout?: number }): Promise<void>
}

/** What a web Request does not say. */
export interface RequestFacts {
  /** The peer's address, before any proxy header. */
  address?: string | undefined
  /** Keeps a runtime alive until a promise has settled, where it would stop with the answer (serverless, workers). */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined
}
