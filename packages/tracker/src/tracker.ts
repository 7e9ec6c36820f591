import type { Hit, NavigationType, PropValue } from '@treadlight/protocol'
import { createDelivery } from './delivery.ts'
import { createId } from './id.ts'
import { onNavigate } from './navigation.ts'
import type { Queue } from './queue.ts'
import type { Transport } from './transport.ts'

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis
  var treadlight: Tracker | undefined
}

export interface Tracker {
  /** Counts a view of the current URL, whatever was counted before. Navigation is followed without it. */
  pageview(): void
  /** Counts an event of the current view. Props that JSON cannot hold are left out. */
  track(name: string, props?: Record<string, PropValue>): void
  /** Sends what is undelivered, of former pages too. Resolves once it was tried. */
  flush(): Promise<void>
  /** Ends tracking and gives back what was patched. What is undelivered stays for the next page. */
  stop(): void
}

/** Frameworks set the title some time after the URL. Umami waits as long. */
const titleDelay = 300

/** Follows the page it runs in, from the moment that somebody sees it. Never throws into the page. */
export function createTracker(endpoint: string, transport: Transport, queue: Queue, isLate?: boolean): Tracker {
  const stopping = new AbortController()
  const { signal } = stopping
  const [add, flush, leave, now] = createDelivery(endpoint, transport, queue, signal, isLate)

  let referrer = `${document.referrer}`
  let view: Hit | undefined
  /** The view until its title has settled. */
  let unsent: Hit | undefined
  let titleTimer: ReturnType<typeof setTimeout>

  const createHit = (fields: HitFields): Hit => {
    const time = now()
    return {
      id: createId(time),
      url: location.href,
      title: readTitle(),
      referrer,
      timestamp: new Date(time).toISOString(),
      ...fields,
    } as Hit
  }

  const startView = (navigation?: NavigationType): void => {
    sendView()
    if (view) referrer = view.url
    else onNavigate(startView, signal)
    view = unsent = createHit({ type: 'pageview', navigation })
    clearTimeout(titleTimer)
    titleTimer = setTimeout(sendView, titleDelay)
  }

  const sendView = (isLeaving?: boolean): void => {
    if (!unsent) return
    unsent.title = readTitle()
    add(unsent, isLeaving)
    unsent = undefined
  }

  const onPageChange = ({ persisted }: Partial<PageTransitionEvent>): void => {
    // Some browsers still say hidden as they restore a page from the back/forward cache (Chromium 1133363).
    if (document.hidden && !persisted) {
      sendView(true)
      leave()
    } else {
      if (persisted || !view) {
        startView(persisted ? 'back-forward-cache' : undefined)
        // An async script may run before the title is parsed.
        if (readTitle()) sendView()
      }
      void flush()
    }
  }

  // Prerendered pages are hidden like background tabs. A page that goes is hidden first in all browsers that have
  // what createId needs (Safari since 14.5, WebKit bug 151234), so neither `pagehide` nor `unload`, which keeps
  // pages out of the back/forward cache.
  for (const type of ['visibilitychange', 'pageshow', 'online']) addEventListener(type, onPageChange, { signal })
  onPageChange({})

  return {
    pageview() {
      startView()
      sendView()
    },
    track(name, props) {
      add(createHit({ type: 'event', name: String(name), view: view?.id, props: copyProps(props) }))
    },
    flush() {
      sendView()
      return flush()
    },
    stop() {
      sendView()
      stopping.abort()
      globalThis.treadlight = undefined
    },
  }
}

/** JSON leaves out what is undefined. */
type HitFields = { [Field in keyof Hit]?: Hit[Field] | undefined }

/** As a string, like the referrer: `<form name="title">` replaces `document.title` by the form. */
function readTitle(): string {
  return `${document.title}`
}

/** As they are now, because the page may go on to change them; none if JSON cannot hold them. */
function copyProps(props: unknown): Hit['props'] {
  try {
    return JSON.parse(JSON.stringify(props))
  } catch {
    return undefined
  }
}
