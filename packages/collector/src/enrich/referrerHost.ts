import { cutText } from '@treadlight/protocol'
import { copyText } from '../copyText.ts'
import { remember } from '../remember.ts'

/** Longer ones are hardly ever sent twice. */
const longestKnown = 300

/** Host of a referrer without `www.`; '' where it has none, as a text that is no URL. */
export function referrerHost(referrer: string): string {
  if (referrer === '') return ''
  return referrer.length > longestKnown ? hostOf(referrer) : known(referrer)
}

/** `www.` says nothing: the site's own pages are often reached with and without. */
export function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host
}

function hostOf(referrer: string): string {
  return URL.canParse(referrer) ? cutText(withoutWww(new URL(referrer).hostname), 255) : ''
}

// Most hits come from few places: parsing each referrer anew would cost more than all other steps.
const known = remember(2000, (referrer: string) => copyText(hostOf(referrer)))
