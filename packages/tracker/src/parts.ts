import { trackClicks } from './clicks.ts'
import { describeDevice, describeNavigation } from './describePage.ts'
import { measureEngagement } from './engagement.ts'
import { trackForms } from './forms.ts'
import type { Part } from './init.ts'
import { trackLinks } from './links.ts'
import { followNavigationApi } from './navigationApi.ts'
import { trackNotFound } from './notFound.ts'
import { guard, pageview, stop, track } from './page.ts'
import { setTransport, startQueue, type QueueMode } from './queue.ts'
import { identify, isIgnored, optOut, type IgnoreReason } from './respect.ts'
import { readSession } from './session.ts'
import type { Tracker } from './trackerGlobal.ts'
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
  return () => trackClicks()
}

/** Counts clicks on links to other hosts and to files. */
export function links(files?: RegExp): Part {
  return () => trackLinks(files)
}

/** Counts submitted forms. */
export function forms(): Part {
  return () => trackForms()
}

/** Counts pages that the server answered with 404. */
export function notFound(): Part {
  return () => queueMicrotask(trackNotFound)
}

/** Adds screen and time zone to hits. */
export function device(): Part {
  return () => describeDevice()
}

/** Adds how the page came to be shown to its view. */
export function navigationType(): Part {
  return describeNavigation
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
 * page that a tag or another copy of this module tracks already; `window.treadlight` tells them, and takes calls as with a tag.
 */
export function respect(options: { ignore?: readonly IgnoreReason[] | undefined } = {}): Part {
  return () => (isIgnored(options) || !takePage() ? () => {} : undefined)
}

/** Whether this page is nobody's yet. */
function takePage(): boolean {
  const before = self.treadlight
  if (before && 'track' in before) return false
  const push: Tracker['push'] = guard((call) => call(api))
  const api = { track, pageview, stop, optOut, identify, push } as Tracker
  self.treadlight = api
  // Once `init` is through.
  queueMicrotask(() => before?.forEach(push))
  return true
}

/** What `t.js` does: respects, counts clicks on elements with `data-track`, measures engagement, and loses nothing. */
export function standard({ ignore, heartbeat = 60, queue: mode = 'always', transport = pageTransport }: StandardOptions = {}): Part[] {
  const respected = respect({ ignore })
  return [
    // One part, so that nothing is begun for a visitor who is ignored.
    (next) => {
      const ignored = respected(next)
      if (ignored) return ignored
      trackClicks()
      measureEngagement(heartbeat)
      setTransport(transport)
      return startQueue(mode)
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
