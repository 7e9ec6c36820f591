/** Whether a path lies under one of the prefixes of a setting. */
export type IsExcluded = (path: string) => boolean

/**
 * Reads prefixes, with or without a slash before and behind. They match by whole segments and by case: `page1` excludes `/page1`
 * and `/page1/x`, and neither `/page10` nor `/Page1`. `/` excludes everything, a blank one nothing.
 */
export function createPathTest(prefixes: readonly string[]): IsExcluded {
  const roots = prefixes.map((prefix) => prefix.trim()).filter(Boolean).map(rootOf)
  return (path) => {
    const plain = decode(path)
    return roots.some((root) => plain.startsWith(root) && (plain.length === root.length || plain[root.length] === '/'))
  }
}

/** `/page1` for any spelling of it, '' for the root of the site. */
function rootOf(prefix: string): string {
  const inner = decode(prefix).replace(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `/${inner}`
}

/** Routers know `/%61dmin` as `/admin`. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
