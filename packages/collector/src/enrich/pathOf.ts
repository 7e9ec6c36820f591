import { textLimits } from '@treadlight/protocol'
import { keepFragment } from './keepParams.ts'

/** How a page's address becomes its path. */
export interface PathRules {
  /** Whether the fragment is part of the path: where it is a route such as `#/cart`, never, or always. */
  hash: 'routes' | 'never' | 'always'
  /** What to do with a slash at the end; the one of `/` stays. */
  trailingSlash: 'keep' | 'remove'
  /** Parameters that may stay in a fragment; undefined for all. */
  params?: ReadonlySet<string>
}

/** The path of a page, spelled the same however its address was; not cut to its limit. */
export function pathOf(url: URL, { hash, trailingSlash, params }: PathRules): string {
  let path = url.pathname
  let fragment = hash === 'never' || url.hash === '' || (hash === 'routes' && !isRoute(url.hash)) ? '' : url.hash
  if (params !== undefined && fragment !== '') fragment = `#${keepFragment(fragment.slice(1), params)}`
  if (trailingSlash === 'remove') {
    path = withoutTrailingSlash(path, 1)
    // `#/` and `#!/` are to a router what `/` is to a server.
    fragment = withoutTrailingSlash(fragment, fragment.startsWith('#!') ? 3 : 2)
  }
  return normalizeEncoding(path + fragment)
}

// The same rule as the tracker's: `#/cart` and `#!cart` are routes, `#comments` is a place in the page.
function isRoute(hash: string): boolean {
  return hash.startsWith('#/') || hash.startsWith('#!')
}

/** @param least characters that stay, whatever they are */
function withoutTrailingSlash(path: string, least: number): string {
  let end = path.length
  while (end > least && path.charAt(end - 1) === '/') end--
  return path.slice(0, end)
}

const octets = /%[0-9a-f]{2}/gi
const unreserved = /[\w.~-]/

/** RFC 3986, 6.2.2: `%7euser` and `%7Euser` are `~user`; other octets in upper case. */
function normalizeEncoding(path: string): string {
  if (!path.includes('%')) return path
  // Three characters make at least one: what comes later is cut anyway.
  return path.slice(0, 3 * textLimits.url).replace(octets, (octet) => {
    const letter = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return unreserved.test(letter) ? letter : octet.toUpperCase()
  })
}
