import type { EnrichStep } from './step.ts'

/** Hits that the owner does not want: of addresses and paths that are excluded, and of hosts that are not the site's. */
export const dropExcluded: EnrichStep = (hit, { url, address, header, rules }) => {
  if (rules.isExcludedAddress(address)) return 'address'
  if (rules.isExcludedPath(url)) return 'path'
  if (rules.isKnownHost === undefined) return undefined
  const unknown = rules.isKnownHost(url.hostname) ? unknownOrigin(header('origin'), url, rules.isKnownHost) : url.hostname
  if (unknown === '') return undefined
  rules.onUnknownHost(unknown, hit.received)
  return 'host'
}

/**
 * A page elsewhere that names one of the site's pages as its own: browsers say where they really are. Where they say
 * `null` they do not, as under the referrer policy `no-referrer`; servers say nothing at all.
 */
function unknownOrigin(origin: string, url: URL, isKnown: (host: string) => boolean): string {
  if (origin === '' || origin === url.origin || !URL.canParse(origin)) return ''
  const host = new URL(origin).hostname
  return isKnown(host) ? '' : host
}
