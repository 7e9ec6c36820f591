// The page is one, so its tracker is a module and not an object: what nobody imports is not in the bundle.
import type { Hit, NavigationType, PropValue } from '@treadlight/protocol'
import { createId } from './id.ts'

/** What every hit says of its visitor's wishes and circumstances, beside the fields of a `Hit`. */
export interface PageFields {
  user?: string
  session?: string | undefined
  screen?: string
  timezone?: string
  navigation?: NavigationType | undefined
  /** A browser that is driven by a program says so. Such hits are flagged, not dropped: tests are visits too. */
  webdriver?: boolean | undefined
  /** `false` keeps the hit from other analytics systems. */
  forwarding?: boolean | undefined
}

/** A hit as the tracker makes it. */
export type PageHit = Omit<Hit, keyof PageFields | 'timestamp' | 'scroll'> & PageFields & { timestamp: Date | string; scroll?: number | undefined }

/** Where hits go. */
export type Deliver = (hit: PageHit) => void

/** The collector's URL, once tracking has begun. */
export let endpoint: string | URL | undefined
/** The view that the visitor is at. */
export let view: PageHit | undefined
/** Added to every hit from now on, the view included that has not left yet. */
export const fields: PageFields = {}

let deliver: Deliver | undefined
/** The view until its title has settled. */
let unsent: PageHit | undefined | 0
let titleTimer: ReturnType<typeof setTimeout>
let page: string | undefined
/** Whether hits are held: by the site (1), by a visitor's denial (2), or by one who has opted out (3). */
export let halted = 0
let leaveView: (() => void) | undefined
/** Does what was put off, if it is still to be done. */
let begin: (() => void) | undefined
// A clock that says less, because its battery is dead, makes ids of 2004; the collector knows what to do with those.
let time = 2 ** 40

/** Frameworks set the title some time after the URL. Umami waits as long. */
const titleDelay = 300

/** What of a URL does not make another page, if the site says so. */
let noise: RegExp | undefined

/** Replaces the rule of which changes of the URL are views; the default drops queries and in-page anchors. */
export function setNoise(pattern: RegExp): void {
  noise = pattern
}

/** Has `listener` called as a view ends, before the next begins. */
export function whenViewEnds(listener: () => void): void {
  leaveView = guard(listener)
}

/** Makes `work` harmless to the page that calls it: it never throws. And nothing comes before the start. No declared function, for compileHints' sake. */
export const guard =
  <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result): ((...args: Arguments) => Result | undefined) =>
  (...args) => {
    try {
      begin?.()
      return work(...args)
    } catch {
      // The page must not pay for our mistakes, or for those of who patched what we call.
    }
    return undefined
  }

/** Listens on the window, before the page's own listeners could stop an event. `types` are separated by blanks. No declared function either. */
export const listen = (types: string, listener: (event: Event) => void): unknown =>
  types.split(' ').map((type) => addEventListener(type, guard(listener), true))

/** Each hit has a millisecond of its own, so that sorting by id or time keeps their order. @param of the view that it belongs to; a view is nobody's */
function createHit(more: Partial<PageHit>, of?: PageHit): PageHit {
  time = Math.max(time + 1, Date.now())
  return { url: location.href, ...of, ...fields, ...more, id: createId(time), timestamp: new Date(time) } as PageHit
}

/** Sends a hit of the current view, unless hits are held: it has the view's URL, title and referrer unless `more` says otherwise. */
export function addHit(more: Partial<PageHit>): void {
  if (!halted) deliver!(createHit(more, view))
}

/**
 * Counts an event of the current view. One that JSON cannot hold is not counted.
 *
 * @param props as they are now: the page may go on to change them
 * @example
 * track('signup', { plan: 'pro', seats: 3 })
 */
export const track: (name: string, props?: Readonly<Record<string, PropValue | undefined>>) => void = /* @__PURE__ */ guard((name, props) => {
  addHit({ type: 'event', name, view: view?.id as string, props: props as Record<string, PropValue> })
})

/** Counts a view of the current URL, whatever was counted before. Navigation is followed without it. */
export const pageview: () => void = /* @__PURE__ */ guard(startView)

function startView(): void {
  sendView()
  leaveView?.()
  // As a string, like the title: `<img name="referrer">` replaces `document.referrer` by the element.
  unsent = view = createHit({ type: 'pageview', referrer: `${view ? view.url : document.referrer}` })
  clearTimeout(titleTimer)
  titleTimer = setTimeout(guard(sendView), titleDelay)
}

function sendView(): void {
  if (unsent && !halted) {
    // First, or a part that throws would end all later views.
    unsent = 0
    view!.title = `${document.title}`
    deliver!({ ...view!, ...fields })
  }
}

/**
 * Looks whether there is a new view: the first one once somebody sees the page (prerendered pages are hidden
 * like background tabs), then one for each navigation within it, and one when it is restored from the
 * back/forward cache. Comparing the URL makes one of what comes twice: routers call replaceState on each push
 * (vuejs/router#1416).
 *
 * A page that is replaced before its title has settled was a redirect, and its view is that of where it leads. Unless its
 * URL has a query: that of a landing page may say where the visitor comes from.
 *
 * @param cause an event; nothing, `0` or `false` for an entry of the history that is replaced
 * @param isSeen that somebody sees the page, or has until now, though the browser says hidden; some still do as they restore
 *   a page from the back/forward cache (Chromium 1133363)
 */
export const look: (cause?: unknown, isSeen?: boolean) => void = /* @__PURE__ */ guard((cause, isSeen = (cause as PageTransitionEvent | undefined)?.persisted) => {
  if (document.hidden && !isSeen) return sendView()
  // Queries, into which pages mirror filters, and in-page anchors make no other page; hash routes do. Here and not above, because
  // a regular expression takes its time as the script is evaluated.
  if (page !== (page = location.href.replace(noise ?? /\?[^#]*|#(?![/!]).*/g, '')) || isSeen) {
    if (!cause && unsent && !/\?/.test(unsent.url)) unsent.url = location.href
    else startView()
  }
})

/**
 * Puts `work` off to a task of its own: storage, locks and code that runs for the first time cost milliseconds, for which the
 * page's own scripts need not wait. It is done before if the page navigates, goes, or calls the tracker.
 *
 * @param work calls `beginOnce` before anything else, or has no end
 */
export function putOff(work: () => void): void {
  begin = work
  listen('visibilitychange', look)
  setTimeout(look)
}

/** Says that what was put off is being done, and need not be again. */
export function beginOnce(): void {
  begin = undefined
}

/** Has navigations by the history's methods looked at. */
export function followHistory(): void {
  ;(['replaceState', 'pushState'] as const).map((method, isPush) => {
    const original = history[method]
    history[method] = (...args) => {
      look()
      original.apply(history, args)
      look(isPush)
    }
  })
}

/**
 * Begins to track this page, but for a look at it. A page is tracked once; after `stop` it goes on.
 *
 * A page that goes is hidden first in all browsers that have what createId needs (Safari since 14.5, WebKit bug
 * 151234), so there is neither `pagehide` nor `unload`, which keeps pages out of the back/forward cache. And
 * popstate fires with each hashchange.
 */
export function start(url: string | URL, deliverHit: Deliver): void {
  endpoint = url
  deliver = deliverHit
  listen('visibilitychange pageshow popstate', look)
}

/** Ends tracking, at once: a view whose title has not settled is kept back. What is undelivered stays for the next page. */
export function stop(): void {
  halt(1)
}

/** Holds all hits. @param level who wants it: see `halted` */
export function halt(level: number): void {
  halted = Math.max(halted, level)
}

/** Goes on, with the view that was kept back, unless somebody above `level` has halted. */
export function resume(level: number): void {
  // Nor if nobody has: the view waits for its title.
  if (halted && halted <= level) {
    halted = 0
    guard(sendView)()
  }
}
