import type { H3Event } from 'h3'
import type { Realtime } from '../stats/realtime.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { accessOf, visibleSites } from './access.ts'
import type { Authorize, Guard } from './authorize.ts'
import { failure, privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface RealtimeRouteOptions {
  sites: Sites
  realtime: Realtime
  authorize: Authorize
  onError: (error: unknown) => void
}

/** Most streams at once, of all sites: each keeps a connection. */
const mostStreams = 100
/** Proxies end what is silent for a minute, ms. At each of these the log-in is looked at too. */
const heartbeat = 15_000
/** Messages that may wait for one who does not read. */
const mostUnread = 100
/** Of them those that share links may have: who looks at one is not to keep the owner from listening. */
const mostShared = 50
const guard: Exclude<Guard, 'public'> = 'token stats'

/** Ends the streams that are open, as when the process stops. */
export type EndStreams = () => void

/**
 * `GET /api/realtime`: server-sent events, one at once and one whenever the site's present changes.
 * All of it is JSON on one line, so nothing that visitors send can begin a line of its own.
 */
export function addRealtimeRoute(routes: Routes, { sites, realtime, authorize, onError }: RealtimeRouteOptions): EndStreams {
  const open = new Set<() => void>()

  routes.add('GET', '/api/realtime', guard, async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const most = accessOf(event).kind === 'share' ? mostShared : mostStreams
    if (open.size >= most) return failure(503, `There are ${most} listeners already: try again later`, { 'retry-after': '30' })
    const headers = { ...privateHeaders, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }
    return new Response(stream(event, site), { headers })
  })

  return () => {
    for (const end of open) end()
  }

  function stream(event: H3Event, site: Site): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let release = (): void => undefined
    return new ReadableStream({
      start(controller) {
        const end = (): void => {
          release()
          controller.close()
        }
        const send = (text: string): void => {
          controller.enqueue(encoder.encode(text))
          // Who does not read any more, but has not hung up, is not to fill the memory.
          if ((controller.desiredSize ?? 0) < -mostUnread) end()
        }
        open.add(end)
        const stop = realtime.listen(site, (present) => send(`event: realtime\ndata: ${JSON.stringify(present)}\n\n`))
        const beat = setInterval(() => {
          send(': still here\n\n')
          // Who logs out, or whose token or link is revoked, hears nothing more.
          void authorize(event, accessOf(event).kind === 'share' ? 'share' : guard).then((refusal) => isOver(event, site, refusal) && open.has(end) && end(), onError)
        }, heartbeat)
        release = () => {
          stop()
          clearInterval(beat)
          open.delete(end)
        }
      },
      cancel: () => release(),
    })
  }
}

/** Whether who listens may do so no longer; that their network asks too much says nothing of that. */
function isOver(event: H3Event, site: Site, refusal: Response | undefined): boolean {
  return refusal === undefined ? visibleSites(event, [site]).length === 0 : refusal.status !== 429
}
