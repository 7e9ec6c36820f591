// What `t.full.js` is: `t.js` with all that can be found out about a page without its help.
import type { BeforeSend } from './beforeSend.ts'
import { trackClicks } from './clicks.ts'
import { consent } from './consent.ts'
import { describeDevice, describeNavigation } from './describePage.ts'
import { idleAfter, measureEngagement } from './engagement.ts'
import { trackForms } from './forms.ts'
import { trackLinks } from './links.ts'
import { followNavigationApi } from './navigationApi.ts'
import { trackNotFound } from './notFound.ts'
import { beginOnce, fields, followHistory, guard, look, pageview, putOff, start, stop, track, type Deliver } from './page.ts'
import { flush, startQueue, type QueueMode } from './queue.ts'
import { flagDriven, identify, ignoredByDefault, isIgnored, optOut } from './respect.ts'
import { readSession } from './session.ts'
import type { Tracker, TrackerCall } from './trackerGlobal.ts'

const tag = document.currentScript as HTMLScriptElement | null
const calls = (self.treadlight ?? []) as TrackerCall[] & Partial<Tracker>
// Not within what is put off: as a constant there it would cost five bytes.
let deliver: Deliver
if (!tag) console.error('treadlight: currentScript')
else if (!calls.track) {
  const push: Tracker['push'] = guard((call: TrackerCall) => call(api))
  const api: Tracker = (self.treadlight = { track, pageview, stop, flush, optOut, identify, consent, push })
  // One that is hidden by the time of the start was seen.
  const isSeen = !document.hidden
  followHistory()
  trackClicks()
  trackForms()
  trackLinks()
  putOff(() => {
    beginOnce()
    if (isIgnored(tag.dataset['ignore'] ?? ignoredByDefault)) return
    flagDriven()
    describeDevice()
    measureEngagement(tag.dataset['heartbeat'], idleAfter)
    describeNavigation()
    deliver = startQueue(tag.dataset['queue'] as QueueMode)
    start(
      tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href),
      // A `beforeSend` that throws drops the hit, and is looked up when one is made: it may be defined after this script.
      guard((hit: ReturnType<BeforeSend>) => {
        // What forgetNavigation does, written out: to call it would cost 4 bytes.
        if (hit!.type === 'pageview') fields.navigation = undefined
        if (tag.dataset['session']) hit!.session = readSession()
        if (tag.dataset['beforeSend']) hit = (self as unknown as Record<string, BeforeSend>)[tag.dataset['beforeSend']]!(hit!)
        if (hit) deliver(hit)
      }),
    )
    look(0, isSeen)
    followNavigationApi()
    trackNotFound()
  })
  // `<p id="treadlight">` is no list.
  calls.map?.(push)
}
