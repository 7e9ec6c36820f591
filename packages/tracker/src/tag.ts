// What `t.js` is: a tag that needs nothing else. The element is known only while the script first runs.
import { trackClicks } from './clicks.ts'
import { idleAfter, measureEngagement } from './engagement.ts'
import { beginOnce, followHistory, guard, look, pageview, putOff, start, stop, track } from './page.ts'
import { flush, startQueue, type QueueMode } from './queue.ts'
import { flagDriven, identify, ignoredByDefault, isIgnored, optOut } from './respect.ts'
import type { Tracker, TrackerCall } from './trackerGlobal.ts'

const tag = document.currentScript as HTMLScriptElement | null
const calls = (self.treadlight ?? []) as TrackerCall[] & Partial<Tracker>
if (!tag) console.error('treadlight: currentScript')
else if (!calls.track) {
  const push: Tracker['push'] = guard((call: TrackerCall) => call(api))
  const api: Tracker = (self.treadlight = { track, pageview, stop, flush, optOut, identify, push })
  // One that is hidden by the time of the start was seen.
  const isSeen = !document.hidden
  followHistory()
  trackClicks()
  putOff(() => {
    beginOnce()
    if (isIgnored(tag.dataset['ignore'] ?? ignoredByDefault)) return
    flagDriven()
    measureEngagement(tag.dataset['heartbeat'], idleAfter)
    start(tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href), startQueue(tag.dataset['queue'] as QueueMode))
    look(0, isSeen)
  })
  // `<p id="treadlight">` is no list.
  calls.map?.(push)
}
