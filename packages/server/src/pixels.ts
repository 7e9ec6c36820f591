import type { HitOverrides } from './hitFromRequest.ts'
import type { RequestFacts, Tracking } from './tracking.ts'

/** Answers a request for a pixel or a ping, at once: nobody waits for the collector. */
export type PixelHandler = (request: Request, facts?: RequestFacts) => Response

/** The smallest GIF, transparent. */
const gif = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (letter) => letter.charCodeAt(0))

/**
 * A pixel for pages that run no script: `<img src="/pixel.gif?p=/offer&r=https://r.example/">` (AR08). `p` is the path, of this
 * site alone; without it the pageview is that of the page in which the pixel stands. `r` is the referrer.
 */
export function createPixel(tracking: Tracking): PixelHandler {
  return (request, facts) => {
    const overrides = pixelOverrides(request)
    if (overrides !== undefined) void tracking.hit(request, overrides, facts)
    return new Response(gif, { headers: { 'content-type': 'image/gif', 'cache-control': 'no-store' } })
  }
}

/**
 * What a script of the site says of the visitor's screen, for pages that have no other: `/ping?r=1920x1080&v=800x600&c=24` (SS33),
 * resolution, viewport and colours. It becomes the event `Ping` of the page that asks, which ends no bounce. The answer is 204.
 */
export function createPing(tracking: Tracking): PixelHandler {
  return (request, facts) => {
    const overrides = pingOverrides(request)
    if (overrides !== undefined) void tracking.hit(request, overrides, facts)
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
  }
}

/** Undefined where the request says no page. */
function pixelOverrides(request: Request): HitOverrides | undefined {
  const { searchParams } = new URL(request.url)
  const path = searchParams.get('p')
  const referrer = searchParams.get('r') ?? ''
  // `//` would be another host, also with what URLs leave out between the two.
  if (path !== null && /^\/(?![\t\n\r]*[/\\])/.test(path)) return { url: path, referrer }
  const page = pageOf(request)
  return page === undefined ? undefined : { url: page, referrer }
}

function pingOverrides(request: Request): HitOverrides | undefined {
  const page = pageOf(request)
  if (page === undefined) return undefined
  const { searchParams } = new URL(request.url)
  const [screen, viewport, colors] = ['r', 'v', 'c'].map((name) => searchParams.get(name))
  return {
    type: 'event',
    name: 'Ping',
    url: page,
    referrer: '',
    interactive: false,
    ...(screen ? { screen } : {}),
    props: { category: 'Non-interaction', ...(viewport ? { viewport } : {}), ...(colors ? { colors } : {}) },
  }
}

function pageOf({ headers }: Request): string | undefined {
  const referrer = headers.get('referer')
  return referrer !== null && /^https?:/i.test(referrer) && URL.canParse(referrer) ? referrer : undefined
}
