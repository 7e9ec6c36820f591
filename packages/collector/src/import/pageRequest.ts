import type { ImportedHit } from './importFormat.ts'

/** A request as a web server's log has it. */
export interface LoggedRequest {
  /** ms since 1970. */
  time: number
  method: string
  status: number
  /** Scheme and host are the site's. */
  host: string
  scheme: string
  /** Path and query, as they were asked for. */
  target: string
  address: string
  userAgent: string
  referrer: string
  /** Where the log has them, by lower-case names. */
  headers?: Record<string, string>
  /** Of the answer, '' where the log does not say. */
  contentType: string
}

/** What pages are called where they are files. */
const pageEndings = new Set(['html', 'htm', 'xhtml', 'shtml', 'php', 'asp', 'aspx', 'jsp', 'jspx', 'cfm', 'cgi', 'pl', 'do'])
/** Asked for by programs and by browsers for themselves, never by somebody who wants to see them. */
const noPages = /^\/(?:\.well-known|cdn-cgi|wp-json|wp-admin|wp-cron\.php|xmlrpc\.php|api|graphql|healthz?)(?:\/|$)|\/(?:feed|rss|atom)\/?$/i
const mediaType = /^(?:text\/html|application\/xhtml\+xml)\b/i

/**
 * The page view that a request was, or why it was none. What a log cannot tell from a page view counts as one: pages from the
 * browser's cache are not in it, and those that scripts show without a request.
 */
export function readPageRequest(request: LoggedRequest): { hit: ImportedHit } | { skip: string } {
  const { method, status, host, scheme, target, userAgent, referrer, contentType, headers } = request
  if (method !== 'GET') return { skip: 'not asked for with GET' }
  if (!((status >= 200 && status < 300) || status === 304)) return { skip: 'no page was answered: status' }
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (contentType === '' ? !isPagePath(path) : !mediaType.test(contentType)) return { skip: 'no page, but a file of one' }
  if (noPages.test(path)) return { skip: 'no page, but for programs' }
  const destination = headers?.['sec-fetch-dest']
  if (destination !== undefined && destination !== 'document') return { skip: 'no page, but a part of one' }
  // Every browser says what it is.
  if (userAgent === '') return { skip: 'without a user agent' }
  const hit: ImportedHit = { time: request.time, url: `${scheme}://${host}${target}`, address: request.address, userAgent, isUnproven: true }
  if (referrer !== '') hit.referrer = referrer
  if (headers !== undefined) hit.headers = headers
  return { hit }
}

function isPagePath(path: string): boolean {
  const dot = path.indexOf('.', path.lastIndexOf('/'))
  if (dot === -1) return true
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  // `/v1.2`, `/a.b-c` are pages by all that can be known.
  return pageEndings.has(ending) || !/^(?!\d+$)[a-z0-9]{1,11}$/.test(ending)
}
