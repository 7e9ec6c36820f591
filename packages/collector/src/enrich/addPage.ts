import { cutText, textLimits } from '@treadlight/protocol'
import { keepParams } from './keepParams.ts'
import { pathOf } from './pathOf.ts'
import { referrerHost, withoutWww } from './referrerHost.ts'
import type { EnrichStep } from './step.ts'

/** Host, path and outside referrer of a hit; where only some parameters may be kept, its addresses without the others. */
export const addPage: EnrichStep = (hit, { url, rules: { page } }) => {
  hit.hostname = cutText(url.hostname, 255)
  hit.path = cutText(pathOf(url, page), textLimits.url)
  hit.referrerHost = outsideHost(hit.referrer, url.hostname)
  if (page.params !== undefined) {
    hit.url = keepParams(hit.url, page.params)
    hit.referrer = keepParams(hit.referrer, page.params)
  }
  hit.url = cutText(hit.url, textLimits.url)
}

function outsideHost(referrer: string, hostname: string): string {
  const host = referrerHost(referrer)
  return host === withoutWww(hostname) ? '' : host
}
