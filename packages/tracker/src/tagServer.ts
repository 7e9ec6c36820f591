// What `t.server.js` is: `t.js` on a page whose server has counted the view and knows the user; it adds what only a browser knows.
// Put together anew, as `t.full.js` is: a function for what they share costs `t.js` 32 bytes.
import { adoptView } from './adoptView.ts'
import { trackClicks } from './clicks.ts'
import { describeDevice } from './describePage.ts'
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
    describeDevice()
    if (tag.dataset['user']) identify(tag.dataset['user'])
    measureEngagement(tag.dataset['heartbeat'], idleAfter)
    start(tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href), adoptView(tag.dataset['view'])(startQueue(tag.dataset['queue'] as QueueMode))!)
    look(0, isSeen)
  })
  // `<p id="treadlight">` is no list.
  calls.map?.(push)
}
