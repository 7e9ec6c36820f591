/** What has a scheme of its own. */
const absolute = /^[a-z][a-z0-9+.-]*:/i

/** Whether a text says a host, and not only a path. */
export function isAbsolute(url: string): boolean {
  return absolute.test(url)
}

/**
 * The URL of a page of which a client has said a path, and maybe the host or a URL of it. Joined, never resolved: `//other.example`
 * is a path here, and where it leads up it stays. Without a host a path is answered: see `DialectHit`.
 *
 * @param origin of the page, as `https://shop.example`; '' where nobody says it
 */
export function pageUrl(path: string, origin: string): string {
  if (isAbsolute(path)) return path
  return `${origin}${path.startsWith('/') ? '' : '/'}${path}`
}

/** Where a request says that it was made: the origin of its `Referer`, else its `Origin`; '' where neither says one. */
export function pageOrigin(header: (name: string) => string): string {
  const said = [header('referer'), header('origin')].find((text) => /^https?:/i.test(text) && URL.canParse(text))
  return said === undefined ? '' : new URL(said).origin
}
