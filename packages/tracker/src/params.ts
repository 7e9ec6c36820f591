import type { Deliver } from './page.ts'

/**
 * Leaves only the named parameters in URLs and in the site's own referrers. Attribution needs `ref`, the utm_ ones and
 * click ids; without a list all parameters are sent, and the collector decides.
 *
 * @param names separated by commas or blanks, or a list
 */
export function allowParams(names: string | readonly string[]): (next: Deliver) => Deliver {
  const allowed = new Set(typeof names === 'string' ? names.split(/[\s,]+/) : names)
  const strip = (text: string): string => {
    if (!text.includes('?')) return text
    const url = new URL(text)
    // The query of a hash route has no names that could be allowed.
    url.hash = url.hash.replace(/\?.*/, '')
    for (const name of Array.from(url.searchParams.keys())) if (!allowed.has(name)) url.searchParams.delete(name)
    return url.href
  }
  return (next) => (hit) => {
    const referrer = hit.referrer?.startsWith(location.origin) ? strip(hit.referrer) : hit.referrer
    next({ ...hit, url: strip(hit.url), referrer })
  }
}
