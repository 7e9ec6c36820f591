import { cutText, textLimits } from '@treadlight/protocol'
import type { HostTest } from './hosts.ts'
import { keepParams } from './keepParams.ts'
import { pathOf } from './pathOf.ts'
import { referrerHost, withoutWww } from './referrerHost.ts'
import type { EnrichStep } from './step.ts'

/** Host, path and outside referrer of a hit; where only some parameters may be kept, its addresses without the others. */
export const addPage: EnrichStep = (hit, { url, rules: { page, isKnownHost } }) => {
  hit.hostname = cutText(url.hostname, 255)
  hit.path = cutText(pathOf(url, page), textLimits.url)
  hit.referrerHost = outsideHost(hit.referrer, url.hostname, isKnownHost)
  // Nobody is to read a password in a list of pages.
  if (url.username !== '' || url.password !== '') hit.url = withoutCredentials(url)
  if (page.params !== undefined) {
    hit.url = keepParams(hit.url, page.params)
    hit.referrer = keepParams(hit.referrer, page.params)
  }
  hit.url = cutText(hit.url, textLimits.url)
}

/** What the owner lists as the site's is no outside, nor is the page's own host. */
function outsideHost(referrer: string, hostname: string, isKnownHost: HostTest | undefined): string {
  const host = referrerHost(referrer)
  return host === '' || host === withoutWww(hostname) || isKnownHost?.(host) ? '' : host
}

function withoutCredentials(url: URL): string {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  return plain.href
}
