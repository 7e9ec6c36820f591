import { cutText, textLimits } from '@treadlight/protocol'
import { remember } from '../remember.ts'
import type { EnrichStep } from './step.ts'

/** Host, path and outside referrer of a hit. The fragment is part of the path only where it is a route. */
export const addPage: EnrichStep = (hit, { url }) => {
  hit.hostname = cutText(url.hostname, 255)
  hit.path = cutText(url.pathname + (isRoute(url.hash) ? url.hash : ''), textLimits.url)
  hit.url = cutText(hit.url, textLimits.url)
  hit.referrerHost = outsideHost(hit.referrer, url.hostname)
}

// The same rule as the tracker's: `#/cart` and `#!cart` are routes, `#comments` is a place in the page.
function isRoute(hash: string): boolean {
  return hash.startsWith('#/') || hash.startsWith('#!')
}

function outsideHost(referrer: string, hostname: string): string {
  const host = hostOf(referrer)
  return host === withoutWww(hostname) ? '' : host
}

// Most hits come from few places: parsing each referrer anew would cost more than all other steps.
const hostOf = remember(2000, (referrer: string): string =>
  URL.canParse(referrer) ? cutText(withoutWww(new URL(referrer).hostname), 255) : '',
)

function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host
}
