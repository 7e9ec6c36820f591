import { pathOf } from './pathOf.ts'

/** As exclusion sees paths: with every fragment, so that also a route can be excluded. */
const rules = { hash: 'always', trailingSlash: 'keep' } as const

/**
 * A path to exclude as URLs have it, with a slash at its beginning and none at its end (AR03, SS20).
 * @returns undefined where it would exclude everything, asks for a pattern, or is a URL with its host
 */
export function readPathPrefix(text: string): string | undefined {
  if (/[*?]/.test(text) || /^[a-z][a-z\d+.-]*:\/\//i.test(text)) return undefined
  const path = readPath(new URL(`http://site.example/${text.replace(/^\/+/, '')}`))
  const prefix = path.replace(/(?:#!?)?\/*$/, '').replace(/\/+$/, '')
  return prefix === '' ? undefined : prefix
}

/** Whether a page lies at one of these paths or below. By whole segments: `/page1` does not exclude `/page10`. */
export function createPathTest(prefixes: readonly string[]): (url: URL) => boolean {
  if (prefixes.length === 0) return () => false
  return (url) => {
    const path = readPath(url)
    return prefixes.some((prefix) => path.startsWith(prefix) && isEnd(path.charAt(prefix.length)))
  }
}

/** Servers take `//admin` for `/admin`. */
function readPath(url: URL): string {
  const path = pathOf(url, rules)
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path
}

/** @param next what follows a prefix; '' where the path ends with it */
function isEnd(next: string): boolean {
  return next === '' || next === '/' || next === '#' || next === '?'
}
