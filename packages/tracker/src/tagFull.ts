// What `t.full.js` is: `t.js` with all that can be found out about a page without its help.
import { passThrough, type BeforeSend } from './beforeSend.ts'
import { trackClicks } from './clicks.ts'
import { consent } from './consent.ts'
import { describeDevice, describeNavigation } from './describePage.ts'
import { measureEngagement } from './engagement.ts'
import { trackForms } from './forms.ts'
import { trackLinks } from './links.ts'
import { followNavigationApi } from './navigationApi.ts'
import { trackNotFound } from './notFound.ts'
import { followHistory, guard, look, pageview, putOff, start, stop, track } from './page.ts'
import { flush, startQueue, type QueueMode } from './queue.ts'
import { identify, isIgnored, optOut } from './respect.ts'
import { readSession } from './session.ts'
import type { Tracker, TrackerCall } from './trackerGlobal.ts'

const tag = document.currentScript as HTMLScriptElement | null
const calls = (self.treadlight ?? []) as TrackerCall[] & Partial<Tracker>
if (!tag) console.error('treadlight: currentScript')
else if (!calls.track) {
  const push: Tracker['push'] = guard((call: TrackerCall) => call(api))
  const api: Tracker = (self.treadlight = { track, pageview, stop, flush, optOut, identify, consent, push })
  // Hidden by the time of the start, it counts like one that is restored.
  const seen = { persisted: !document.hidden }
  followHistory()
  trackClicks()
  trackForms()
  trackLinks()
  putOff(() => {
    if (isIgnored(tag.dataset as {})) return
    describeDevice()
    measureEngagement(tag.dataset['heartbeat'])
    const deliver = describeNavigation(startQueue(tag.dataset['queue'] as QueueMode))
    start(
      tag.dataset['endpoint'] ?? new URL('/hit', tag.src || location.href),
      // Looked up when a hit is made: the function may be defined after this script.
      (hit) => {
        if (tag.dataset['session']) hit.session = readSession()
        passThrough(tag.dataset['beforeSend'] ? (self as unknown as Record<string, BeforeSend>)[tag.dataset['beforeSend']]! : (same) => same, hit, deliver)
      },
    )
    look(seen)
    followNavigationApi()
    trackNotFound()
  })
  // `<p id="treadlight">` is no list.
  calls.map?.(push)
}
