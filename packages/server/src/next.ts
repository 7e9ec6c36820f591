import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import type { TagOptions, Tracking, Visit } from './tracking.ts'

/** The request header that brings the tag from the proxy to the page. Whatever a visitor sends by that name is replaced. */
const tagHeader = 'x-treadlight-tag'

/** What is used of Next's `NextFetchEvent`. */
interface ProxyEvent {
  waitUntil(promise: Promise<unknown>): void
}

/** What the proxy's answer is made with, and what to say in the tag. */
export interface ProxyOptions {
  /** Makes the answer, of the headers that the page is to get: `(headers) => NextResponse.next({ request: { headers } })`. */
  answer: (headers: Headers) => Response | Promise<Response>
  /** Who is there, for the tag. */
  tag?: TagOptions
}

/** Tracks one request in a proxy, or leaves it alone, and answers what `answer` does. */
export type TrackProxy = ((request: Request, event: ProxyEvent, options: ProxyOptions) => Promise<Response>) & { tracking: Tracking }

/**
 * Counts the pages of a Next app, in its `proxy` (`middleware` before Next 16). That runs before the page does, so a page that
 * turns out to be missing is counted too, unless `answer` itself says so: leave out what is none with `matcher` or `exclude`.
 * `tagOf(await headers())` is the page's tag.
 *
 * @example
 * // proxy.ts
 * const track = trackRequests({ collector: 'https://stats.example', token: process.env.TREADLIGHT_TOKEN })
 * export const proxy = (request: NextRequest, event: NextFetchEvent) =>
 *   track(request, event, { answer: (headers) => NextResponse.next({ request: { headers } }) })
 */
export function trackRequests(options: TrackRequestsOptions): TrackProxy {
  const tracking = trackingOf(options)
  const track = async (request: Request, event: ProxyEvent, { answer, tag }: ProxyOptions): Promise<Response> => {
    // Next itself, or the nearest proxy, has written the last one.
    const address = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
    const visit = await beginVisit(tracking, () => request, { address, waitUntil: (promise) => event.waitUntil(promise) })
    const headers = new Headers(request.headers)
    headers.delete(tagHeader)
    if (visit) headers.set(tagHeader, encodeURIComponent(await visit.tag(tag)))
    const response = await answer(headers)
    if (visit) endVisit(visit, response)
    return response
  }
  return Object.assign(track, { tracking })
}

/** Next sends pages that ask for headers as private, and says so itself later than this. */
function endVisit(visit: Visit, response: Response): void {
  for (const [name, value] of visit.headersFor(response)) if (name === 'set-cookie') response.headers.append(name, value)
  visit.end({ status: response.status, headers: { get: (name) => (name === 'content-type' ? 'text/html' : response.headers.get(name)) } })
}

/**
 * The attributes of the script tag that the proxy has made for a page, for `<script {...attributes} />`; undefined where the
 * request is not tracked. A page that asks for it is rendered for each visitor.
 *
 * @param headers of `await headers()` from `next/headers`
 */
export function tagOf(headers: Pick<Headers, 'get'>): Record<string, string | true> | undefined {
  const tag = decode(headers.get(tagHeader) ?? '')
  if (tag === '') return undefined
  const attributes: Record<string, string | true> = {}
  for (const [, name, value] of tag.matchAll(/ ([a-z][a-z\d-]*)(?:="([^"]*)")?/g)) attributes[name!] = value === undefined ? true : plain(value)
  return attributes
}

/** '' for what the proxy has not written: where it does not run, a visitor may send anything. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** An attribute's value without what `trackerTag` has escaped. */
function plain(value: string): string {
  return value.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}
