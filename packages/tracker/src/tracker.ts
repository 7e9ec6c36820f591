import type { Hit, NavigationType, PropValue } from '@treadlight/protocol'
import { createDelivery } from './delivery.ts'
import { createId } from './id.ts'
import { onNavigate } from './navigation.ts'
import { createQueue } from './queue.ts'
import { pageTransport, type Occasion, type Transport } from './transport.ts'

/** What is kept on the device until it is confirmed: every hit, hits that could not be sent, or none. */
export type QueueMode = 'always' | 'offline' | 'off'

export interface TrackerOptions {
  /** The collector's URL, for instance `https://stats.example/hit`. A relative one is the page's own origin. */
  endpoint: string
  /**
   * Replaces fetch and beacon.
   * @default pageTransport
   */
  transport?: Transport
  /**
   * `always` survives a crash of the browser; `offline` writes to the device only after a failed send;
   * `off` never, and hits are lost with the page.
   * @default 'always'
   */
  queue?: QueueMode
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

const defaults = { transport: pageTransport, queue: 'always' } satisfies Partial<TrackerOptions>

/** Follows the page it runs in, from the moment that somebody sees it. Never throws into the page. */
export function createTracker(options: TrackerOptions): Tracker {
  const { endpoint, transport, queue } = { ...defaults, ...options }
  const stopping = new AbortController()
  const { signal } = stopping
  const delivery = createDelivery({
    endpoint,
    transport,
    // A queue per endpoint: sites that share an origin may have different collectors.
    queue: queue === 'off' ? undefined : createQueue('treadlight ' + endpoint),
    writeLate: queue === 'offline',
    signal,
  })

  let view: Hit | undefined
  /** The view again, until its title has settled. */
  let untitled: Hit | undefined
  let titleTimer: ReturnType<typeof setTimeout> | undefined
  let { referrer } = document
  let isGone = false
  let isFollowing = false

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
    view = untitled = createHit({ type: 'pageview', ...(navigation && { navigation }) })
    titleTimer = setTimeout(sendView, titleDelay)
  }

  const sendView = (occasion: Occasion = 'new'): void => {
    clearTimeout(titleTimer)
    if (!untitled) return
    untitled.title = readTitle()
    delivery.add(untitled, occasion)
    untitled = undefined
  }

  const pageview = (navigation?: NavigationType): void => {
    startView(navigation)
    sendView()
  }

  const show = (): void => {
    isGone = false
    if (!isFollowing) {
      isFollowing = true
      onNavigate(startView, signal)
      startView()
      // An async script may run before the title is parsed.
      if (readTitle()) sendView()
    }
    void delivery.flush()
  }

  const leave = (): void => {
    // `pagehide` follows `visibilitychange`, except in Safari before 14.5, which fires only the former when a link is followed.
    if (isGone) return
    isGone = true
    sendView('leave')
    delivery.leave()
  }

  // Prerendered pages and background tabs are hidden: one rule for both.
  const follow = (): void => (document.visibilityState === 'hidden' ? leave() : show())

  // Never `unload`: it keeps pages out of the back/forward cache.
  addEventListener('visibilitychange', follow, { signal })
  addEventListener('online', follow, { signal })
  addEventListener('pagehide', leave, { signal })
  addEventListener('pageshow', ({ persisted }) => persisted && pageview('back-forward-cache'), { signal })
  follow()

  return {
    pageview: () => pageview(),
    track(name, props) {
      delivery.add(createHit({ type: 'event', name: String(name), ...(view && { view: view.id }), ...copyProps(props) }), 'new')
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

/** As a string: `<form name="title">` replaces `document.title` by the form. */
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
