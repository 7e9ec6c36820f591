import type { Part } from './init.ts'
import { listen, view } from './page.ts'
import { readNavigation } from './readNavigation.ts'

const minute = 6e4
const day = 864e5

/**
 * Gives the first view of this document the id under which the server that rendered it has counted it: the collector makes one
 * view of the two. Only while the document is what the server has just sent: one from a cache, or from the history, has an old
 * id, and its view is another one.
 *
 * @param id what the server wrote into the page; nothing is adopted without one
 * @example
 * init({ endpoint, use: [adoptView(document.documentElement.dataset.view), ...standard()] })
 */
export function adoptView(id = ''): Part {
  return (next) => {
    /** What the first view calls itself. */
    let own: string | undefined
    let isAdopted: boolean | undefined
    const note = (): void => {
      own ??= view?.id
    }
    // After the first look, and later ones: a view that is held back may never leave, and the first to leave be another one.
    queueMicrotask(() => {
      note()
      listen('visibilitychange', note)
    })
    return (hit) => {
      note()
      // Of version 7, or it tells no time and the collector refuses it.
      isAdopted ??= /^.{14}7/.test(id) && parseInt(id.replace('-', ''), 16) > Date.now() - performance.now() - ageAllowed()
      if (own && isAdopted) {
        if (hit.id === own) hit = { ...hit, id }
        if (hit.view === own) hit = { ...hit, view: id }
      }
      next(hit)
    }
  }
}

/**
 * How much older than the navigation an id may be by this browser's clock, ms: nothing is young enough for a document from a
 * cache. The network has carried more than the body: the headers, for which browsers count 300 bytes, in Chromium as soon as
 * they are there.
 *
 * - A day where it comes from the network: there the age tells of clocks. Of one that is further ahead the collector moves ids
 *   by as much, which is wrong for one of the server's.
 * - A minute where the browser says nothing: Firefox with a service worker, WebKit after redirects from other sites, and both
 *   until the document has come to its end. A service worker may have kept it, and a view that is counted twice, by a clock a
 *   minute ahead, is better than views that are lost as repeats of an old one.
 */
function ageAllowed(): number {
  const { type, transferSize = 0, encodedBodySize = 0 }: Partial<PerformanceNavigationTiming> = readNavigation() ?? {}
  return transferSize > encodedBodySize ? day : encodedBodySize || type === 'back_forward' ? -Infinity : minute
}
