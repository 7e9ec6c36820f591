import { droppedHeader } from '@treadlight/protocol'
import { beatName } from '../hit/beatName.ts'
import type { Dialect, DialectAnswer, DialectHit, DialectRequest } from './dialect.ts'

/**
 * The beat of django-pagetimer (PT01–PT05): `POST` with `path=…` as a form. It has no id and no view, so it becomes an event
 * outside any view, once per request, and takes the way of every hit: limits, robots, exclusions and all.
 *
 * It needs no cookie and takes none for a user, so a site's protection against forged requests has nothing to protect
 * here. Who is signed in is said by a token of `signUser`, in the field `user`.
 */
export const pagetimer: Dialect = {
  name: 'pagetimer',
  paths: ['/pagetimer/'],
  maxBytes: 65_536,
  cors: {
    preflight: ['access-control-allow-methods', 'POST', 'access-control-allow-headers', 'content-type', 'access-control-max-age', '86400'],
    each: ['access-control-allow-origin', '*', 'access-control-expose-headers', `${droppedHeader}, retry-after`],
  },

  async answer(request, take) {
    if (request.method !== 'POST') return failure(405, 'method: must be POST', ['allow', 'POST, OPTIONS'])
    const body = await request.readBody()
    if (body === 'too large') return failure(413, `body: must be at most ${pagetimer.maxBytes} bytes`)
    if (body === 'broken off') return failure(408, 'body: broke off')
    const hit = readBeat(body.text, originOf(request))
    if (hit === undefined) return failure(400, 'path: is required')
    const [taken] = await take([hit])
    if (taken!.outcome === 'refused') return failure(400, `${taken!.field === 'url' ? 'path' : taken!.field}: ${taken!.reason}`)
    return { status: 200, headers: taken!.outcome === 'dropped' ? [...json, droppedHeader, taken!.reason] : json, body: '{"status":"ok"}' }
  },

  refuse: (status, reason) => failure(status, `${status === 503 ? 'store' : 'request'}: ${reason}`),
}

const json = ['content-type', 'application/json'] as const

function failure(status: number, error: string, headers: readonly string[] = []): DialectAnswer {
  return { status, headers: [...json, ...headers], body: JSON.stringify({ error }) }
}

function readBeat(body: string, origin: string): DialectHit | undefined {
  const form = new URLSearchParams(body)
  const path = form.get('path')
  if (path === null) return undefined
  const [token, session] = [form.get('user'), form.get('session')]
  return {
    type: 'event',
    name: beatName,
    interactive: false,
    // Joined, never resolved: `//other.example` is a path here.
    url: `${origin}${path.startsWith('/') ? '' : '/'}${path}`,
    ...(token !== null && { token }),
    ...(session !== null && { session }),
  }
}

/** A beat names the path alone. Where the page is, its browser says. */
function originOf({ header, url }: DialectRequest): string {
  const page = [header('referer'), header('origin')].find((text) => /^https?:/i.test(text) && URL.canParse(text))
  return page === undefined ? url.origin : new URL(page).origin
}
