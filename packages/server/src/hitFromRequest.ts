import { createId, type Hit } from '@treadlight/protocol'

/** Fields of the hit to set by hand: '' is a value, undefined leaves what the request says (PV10). */
export type HitOverrides = Partial<Hit>

export interface HitFromRequestOptions {
  /** ms since 1970. @default Date.now */
  now?: () => number
}

/**
 * The pageview of a request that a server has answered (PV09): its absolute URL with query, an empty title,
 * the Referer header, and the server's time.
 *
 * @param request a web Request whose URL is the public one
 * @example
 * await send(hitFromRequest(request, { title: 'Cart' }))
 */
export function hitFromRequest(
  request: Request,
  overrides: HitOverrides = {},
  { now = Date.now }: HitFromRequestOptions = {},
): Hit {
  const time = now()
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  return {
    id: createId(time),
    type: 'pageview',
    url: request.url,
    title: '',
    referrer: request.headers.get('referer') ?? '',
    timestamp: new Date(time).toISOString(),
    ...given,
  }
}
