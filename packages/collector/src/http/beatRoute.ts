import type { HitAnswer } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import { FastResponse } from 'srvx'
import type { AnswerHit, HitBody } from '../hit/answerHit.ts'
import { pairsOf } from './pairsOf.ts'
import { readBody } from './readBody.ts'

/** What the event of a beat is called: reports of time on page are made from events of this name. */
const beatName = 'pagetimer'

/**
 * The beat of django-pagetimer (PT01–PT05): `POST` with `path=…` as a form. It has no id and no view, so it becomes an event
 * outside any view, once per request, and takes the way of every hit: limits, robots, exclusions and all.
 *
 * It needs no cookie and takes none for a user, so a site's protection against forged requests has nothing to protect
 * here. Who is signed in is said by a token of `signUser`, in the field `user`.
 */
export function createBeatRoute(answerHit: AnswerHit): (event: H3Event) => Promise<Response> {
  return async (event) => {
    const { req } = event
    const header = (name: string): string => req.headers.get(name) ?? ''
    const { status, headers, body } = await answerHit({
      method: req.method,
      query: '',
      address: req.ip,
      header,
      readBody: async () => toHit(await readBody(event), originOf(header) ?? event.url.origin),
    })
    if (body === null) return new FastResponse(null, { status, headers: pairsOf(headers) })
    const isTaken = status === 200 || status === 201
    return new FastResponse(JSON.stringify(isTaken ? { status: 'ok' } : { error: describe(status, String(body)) }), {
      status: isTaken ? 200 : status,
      headers: pairsOf(headers),
    })
  }
}

function toHit(body: HitBody, origin: string): HitBody {
  if (typeof body === 'string') return body
  const form = new URLSearchParams(body.text)
  const path = form.get('path')
  // Joined, never resolved: `//other.example` is a path here.
  const url = path === null ? '' : `${origin}${path.startsWith('/') ? '' : '/'}${path}`
  return { text: JSON.stringify({ type: 'event', name: beatName, interactive: false, url, user: form.get('user'), session: form.get('session') }) }
}

/** A beat names the path alone. Where the page is, its browser says. */
function originOf(header: (name: string) => string): string | undefined {
  return [header('referer'), header('origin')].filter((text) => /^https?:/i.test(text) && URL.canParse(text)).map((text) => new URL(text).origin)[0]
}

/** What `/hit` says, in the words of a beat. */
function describe(status: number, body: string): string {
  if (status === 405) return 'method: must be POST'
  const { field, reason } = (JSON.parse(body) as HitAnswer).refused[0]!
  return `${field === 'url' ? 'path' : field}: ${reason}`
}
