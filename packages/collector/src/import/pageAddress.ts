import { pageUrl } from '../dialects/pageUrl.ts'

/**
 * The URL of a page of which an export knows a path, and maybe a host. Undefined where nobody has said a host: then the
 * row says how to.
 */
export function pageAddress(path: string, ...hosts: readonly string[]): string | undefined {
  if (/^https?:\/\//i.test(path)) return path
  const host = hosts.find((each) => each !== '')
  return host === undefined ? undefined : pageUrl(path, `https://${host}`)
}

/** What is said of a row whose page has no host. */
export const noHost = 'names no host of its page: say it with --host'
