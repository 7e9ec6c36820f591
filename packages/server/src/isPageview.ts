import type { AnswerHead } from './tracking.ts'

export interface PageviewOptions {
  /** Which methods ask for a page, in upper case: `POST` too, for sites that answer forms with pages. @default ['GET'] */
  methods?: readonly string[]
  /** Which statuses make an answer a page: a list, or a test. @default 200–299 without 204 and 206 */
  statuses?: readonly number[] | ((status: number) => boolean)
  /** Whether answers to XMLHttpRequests count as pages, as sites that replace parts of a page want it (SS23). @default false */
  xhrViews?: boolean
}

/**
 * Whether a request and its answer are a pageview: by default a GET, a status that a page has, a navigation of a browser, neither prefetched
 * nor asked for by a script.
 */
export function isPageview(request: Request, { status }: Pick<AnswerHead, 'status'>, options: PageviewOptions = {}): boolean {
  return isPageRequest(request, options) && isPageStatus(status, options.statuses)
}

/** The half of `isPageview` that is known before there is an answer. */
export function isPageRequest(request: Request, { methods = ['GET'], xhrViews = false }: PageviewOptions = {}): boolean {
  if (!methods.includes(request.method) || isPrefetch(request)) return false
  return isXhr(request) ? xhrViews : isNavigation(request)
}

/** Whether a script says that it asks, by the header that jQuery and others set; `fetch` by itself does not. */
export function isXhr({ headers }: Request): boolean {
  return headers.get('x-requested-with')?.toLowerCase() === 'xmlhttprequest'
}

/**
 * Whether a browser asks in advance, for a page that may never be seen: `Sec-Purpose: prefetch`, also with `;prerender`, and
 * what older browsers send instead.
 */
export function isPrefetch({ headers }: Request): boolean {
  return [headers.get('sec-purpose'), headers.get('purpose'), headers.get('x-moz')].some((purpose) => /\bprefetch\b/i.test(purpose ?? ''))
}

/** By Fetch Metadata, which all browsers send over https since 2023; else by what browsers accept for a page and for little else. */
function isNavigation({ headers }: Request): boolean {
  const destination = headers.get('sec-fetch-dest')
  return destination === null ? /\btext\/html\b/i.test(headers.get('accept') ?? '') : destination === 'document'
}

function isPageStatus(status: number, statuses: PageviewOptions['statuses'] = isPage): boolean {
  return typeof statuses === 'function' ? statuses(status) : statuses.includes(status)
}

function isPage(status: number): boolean {
  return status >= 200 && status <= 299 && status !== 204 && status !== 206
}
