import type { Hit, NavigationType, PropValue } from '@treadlight/protocol'
import { createDelivery } from './delivery.ts'
import { createId } from './id.ts'
import { onNavigate } from './navigation.ts'
import type { Queue } from './queue.ts'
import type { Occasion, Transport } from './transport.ts'

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
export function createTracker(endpoint: string, transport: Transport, queue: Queue): Tracker {
  const stopping = new AbortController()
  const { signal } = stopping
  const delivery = createDelivery(endpoint, transport, queue, signal)

  let view: Hit | undefined
  let referrer = `${document.referrer}`
  /** Runs until the title of the view has settled and the view is sent. */
  let titleTimer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  const createHit = (fields: Pick<Hit, 'type'> & Partial<Hit>): Hit => {
    const time = delivery.now()
    return {
      id: createId(time),
      url: location.href,
      title: readTitle(),
      referrer,
      timestamp: new Date(time).toISOString(),
      ...fields,
    }
  }

  const startView = (navigation?: NavigationType): void => {
    sendView()
    if (view) referrer = view.url
    else onNavigate(startView, signal)
    view = createHit({ type: 'pageview', ...(navigation && { navigation }) })
    titleTimer = setTimeout(sendView, titleDelay)
  }

  const sendView = (occasion?: Occasion): void => {
    if (!titleTimer) return
    clearTimeout(titleTimer)
    titleTimer = undefined
    view!.title = readTitle()
    delivery.add(view!, occasion)
  }

  const onPageChange = ({ type, persisted }: Partial<PageTransitionEvent>): void => {
    if (type === 'pageshow' && !persisted) return
    // Some browsers still say hidden as they restore a page from the back/forward cache (Chromium 1133363).
    if (type === 'pagehide' || (document.visibilityState === 'hidden' && !persisted)) {
      // Once: one follows the other, except in Safari before 14.5, which has only `pagehide` when a link is followed.
      if (!isGone) {
        isGone = true
        sendView('leave')
        delivery.leave()
      }
      return
    }
    isGone = false
    if (persisted || !view) {
      startView(persisted ? 'back-forward-cache' : undefined)
      // An async script may run before the title is parsed.
      if (readTitle()) sendView()
    }
    void delivery.flush()
  }

  // Never `unload`: it keeps pages out of the back/forward cache. Prerendered pages are hidden like background tabs.
  for (const type of ['visibilitychange', 'pagehide', 'pageshow', 'online']) addEventListener(type, onPageChange, { signal })
  onPageChange({})

  return {
    pageview() {
      startView()
      sendView()
    },
    track(name, props) {
      delivery.add(createHit({ type: 'event', name: String(name), ...(view && { view: view.id }), ...copyProps(props) }))
    },
    flush() {
      sendView()
      return delivery.flush()
    },
    stop() {
      sendView()
      stopping.abort()
      globalThis.treadlight = undefined
    },
  }
}

/** As a string, like the referrer: `<form name="title">` replaces `document.title` by the form. */
function readTitle(): string {
  return `${document.title}`
}

/** As they are now, because the page may go on to change them; none if JSON cannot hold them. */
function copyProps(props: unknown): Pick<Hit, 'props'> {
  try {
    return JSON.parse(JSON.stringify({ props }))
  } catch {
    return {}
  }
}
