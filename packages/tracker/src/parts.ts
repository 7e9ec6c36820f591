import { trackClicks } from './clicks.ts'
import { describeDevice, describeNavigation, forgetNavigation } from './describePage.ts'
import { idleAfter, measureEngagement } from './engagement.ts'
import { trackForms } from './forms.ts'
import type { Part } from './init.ts'
import { trackLinks } from './links.ts'
import { followNavigationApi } from './navigationApi.ts'
import { trackNotFound } from './notFound.ts'
import { guard, pageview, stop, track, type Deliver } from './page.ts'
import { setTransport, startQueue, type QueueMode } from './queue.ts'
import { flagDriven, identify, ignoredByDefault, isIgnored, optOut, type IgnoreReason } from './respect.ts'
import { readSession } from './session.ts'
import type { Tracker, TrackerCall } from './trackerGlobal.ts'
import { pageTransport, type Transport } from './transport.ts'

/**
 * Keeps hits in IndexedDB until the collector has confirmed them, and tries again.
 *
 * @param mode `always` survives a crash of the browser; `offline` writes to the device only after a failed send;
 *   `off` never, and what is undelivered is lost with the page
 */
export function queue(mode: QueueMode = 'always', transport: Transport = pageTransport): Part {
  return () => {
    setTransport(transport)
    return startQueue(mode)
  }
}

/**
 * Measures time on page and scroll depth.
 *
 * @param options.heartbeat seconds between reports, `options.idle` seconds after which an untouched page no longer
 *   counts: `Infinity` for video walls
 */
export function engagement({ heartbeat = 60, idle = 60 }: { heartbeat?: number; idle?: number } = {}): Part {
  return () => measureEngagement(heartbeat, idle * 1000)
}

/** Counts clicks on elements with `data-track`. */
export function clicks(): Part {
  return unlessElsewhere(trackClicks)
}

/** Counts clicks on links to other hosts and to files. */
export function links(pattern?: RegExp): Part {
  return unlessElsewhere(() => trackLinks(pattern))
}

/** Counts submitted forms. */
export function forms(): Part {
  return unlessElsewhere(trackForms)
}

/** Counts pages that the server answered with 404. */
export function notFound(): Part {
  return unlessElsewhere(trackNotFound)
}

/** Adds screen and time zone to hits. */
export function device(): Part {
  return () => describeDevice()
}

/** Adds how the page came to be shown to its view. */
export function navigationType(): Part {
  return (next) => {
    describeNavigation()
    return (hit) => {
      forgetNavigation(hit)
      next(hit)
    }
  }
}

/** Follows the Navigation API besides the history. */
export function navigationApi(): Part {
  return () => followNavigationApi()
}

/** Gives the hits of one tab one session id, kept in sessionStorage. */
export function session(): Part {
  return (next) => (hit) => next({ ...hit, session: readSession() })
}

/**
 * Ignores pages and visitors: those who have opted out always, and by default pages on this machine and in frames. And a
 * page that a tag or another copy of this module tracks already: that one counts it, and is told of the events that are
 * tracked here. `window.treadlight` tells them, and takes calls as with a tag. Driven browsers are flagged.
 */
export function respect({ ignore }: { ignore?: readonly IgnoreReason[] | undefined } = {}): Part {
  return () => {
    flagDriven()
    return isIgnored(ignore ?? ignoredByDefault) ? () => {} : takePage()
  }
}

/** Whether the page is tracked by a tag, or by another copy of this module. */
let isElsewhere: boolean | undefined

/** Begins once `init` is through, in whichever order it has its parts, unless the page's own tracker counts the same. */
function unlessElsewhere(begin: () => void): Part {
  return () => queueMicrotask(() => isElsewhere || begin())
}

/** Takes a page that is nobody's yet. Where it is another tracker's, returns what passes events on to that. */
function takePage(): Deliver | undefined {
  // Anything may have this name, for an element's id makes a global: what has no `track` is no tracker, nor is what throws.
  const before = self.treadlight
  const trackElsewhere = guard(() => (before as Tracker).track)()
  if (typeof trackElsewhere === 'function' && trackElsewhere !== track) {
    isElsewhere = true
    // Events alone have names. And it would take what ends no bounce, like a web vital, for what does.
    return ({ name, props, interactive = true }) => name && interactive && trackElsewhere(name, props)
  }
  const push: Tracker['push'] = guard((call) => call(api))
  const api = { track, pageview, stop, optOut, identify, push } as Tracker
  self.treadlight = api
  // Once `init` is through.
  queueMicrotask(guard(() => (before as TrackerCall[]).forEach(push)))
  return undefined
}

/** What `t.js` does: respects, counts clicks on elements with `data-track`, measures engagement, and loses nothing. */
export function standard({ ignore, heartbeat = 60, queue: mode = 'always', transport = pageTransport }: StandardOptions = {}): Part[] {
  return [
    // One part: storage is read, and the queue begun, in a task of its own or with the first hit.
    () => {
      const elsewhere = takePage()
      let deliver: Deliver | undefined
      const begin = (): Deliver => (deliver ??= isIgnored(ignore ?? ignoredByDefault) ? () => {} : (elsewhere ?? startQueue(mode)))
      flagDriven()
      trackClicks()
      measureEngagement(heartbeat, idleAfter)
      setTransport(transport)
      setTimeout(guard(begin))
      return (hit) => begin()(hit)
    },
  ]
}

interface StandardOptions {
  /** @default ['localhost', 'iframe'] */
  ignore?: readonly IgnoreReason[] | undefined
  /** Seconds between reports of engaged time. @default 60 */
  heartbeat?: number
  /** @default 'always' */
  queue?: QueueMode
  /** @default pageTransport */
  transport?: Transport
}
