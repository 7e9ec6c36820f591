import type { Consent } from './consent.ts'
import type { identify, optOut } from './respect.ts'
import type { pageview, stop, track } from './page.ts'
import type { flush } from './queue.ts'

/** What `window.treadlight` is once a script has run. */
export interface Tracker {
  track: typeof track
  pageview: typeof pageview
  identify: typeof identify
  /** With a tag. */
  flush: typeof flush
  stop: typeof stop
  optOut: typeof optOut
  /** In `t.full.js`. */
  consent?: (given: Consent) => void
  /** Calls at once what is pushed: after the script has loaded nothing needs to wait. */
  push: (call: TrackerCall) => void
}

/** What a page pushes before the script has loaded: `(window.treadlight ||= []).push((t) => t.track('signup'))`. */
export type TrackerCall = (tracker: Tracker) => void

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis
  var treadlight: Tracker | TrackerCall[] | undefined
}
