import type { Deliver } from './page.ts'

/**
 * From the first parameter of a fragment on: none there has a name that could be allowed, be it in the query of a hash route
 * or what an identity provider appends, `#access_token=…`. One name is tried for each separator: fragments can be long.
 */
const parameters = /\?.*|(\/)[^/?&;]*=.*|(?:^|[&;])[^/?&;]*=.*/

/**
 * Leaves only the named parameters in URLs and in the site's own referrers. Attribution needs `ref`, the utm_ ones and
 * click ids; without a list all parameters are sent, and the collector decides. Of a fragment a hash route or an anchor is left.
 *
 * @param names separated by commas or blanks, or a list
 */
export function allowParams(names: string | readonly string[]): (next: Deliver) => Deliver {
  const allowed = new Set(typeof names === 'string' ? names.split(/[\s,]+/) : names)
  const strip = (text: string): string => {
    if (!/[?#]/.test(text)) return text
    const url = new URL(text)
    url.hash = url.hash.replace(parameters, '$1')
    for (const name of Array.from(url.searchParams.keys())) if (!allowed.has(name)) url.searchParams.delete(name)
    return url.href
  }
  return (next) => (hit) => {
    const referrer = hit.referrer?.startsWith(location.origin) ? strip(hit.referrer) : hit.referrer
    next({ ...hit, url: strip(hit.url), referrer })
  }
}
