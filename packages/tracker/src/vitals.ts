import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from 'web-vitals'
import type { Part } from './init.ts'
import { addHit, guard, halted, listen, view, type PageHit } from './page.ts'

/**
 * Reports Google's web vitals as events named `Web Vitals`, one for each value, measured by the web-vitals package, which
 * has to be installed beside this one. They do not end a bounce: nobody has done anything.
 *
 * They are the document's, and belong to the view that it was loaded or restored for, whatever route it has come to when they
 * are known. They wait for that view to leave, and for consent: of a page that was left without it there is no view, and
 * nothing is said.
 *
 * @example
 * import { init, standard } from '@treadlight/tracker'
 * import { vitals } from '@treadlight/tracker/vitals'
 * init({ endpoint: '/hit', use: [vitals(), ...standard()] })
 */
export function vitals(): Part {
  return (next) => {
    /** The view that the document was loaded or restored for. */
    let landing: PageHit | undefined
    /** What has been measured and not been sent, by the id of its metric: of one that goes on changing the last value. */
    const waiting = new Map<string, Partial<PageHit>>()

    const send = guard(() => {
      landing ??= view
      // Its title has not settled, or nothing may be said.
      if (halted || landing?.title === undefined) return
      const { id, url, title, referrer } = landing
      for (const [metric, event] of waiting) {
        waiting.delete(metric)
        addHit({ ...event, view: id, url, title, referrer })
      }
    })
    const report = (metric: Metric): void => {
      waiting.set(metric.id, describe(metric))
      send()
    }
    // Also while tracking is stopped: most are said once.
    for (const measure of [onCLS, onFCP, onINP, onLCP, onTTFB]) measure(guard(report))
    listen('pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) landing = undefined
    })
    // The first hit after a pause may be the end of the page.
    listen('visibilitychange', send)
    return (hit) => {
      next(hit)
      send()
    }
  }
}

function describe({ name, value, rating }: Metric): Partial<PageHit> {
  const rounded = name === 'CLS' ? Math.round(value * 1e4) / 1e4 : Math.round(value)
  return { type: 'event', name: 'Web Vitals', interactive: false, props: { metric: name, value: rounded, rating } }
}
