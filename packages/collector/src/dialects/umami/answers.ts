import type { DialectAnswer } from '../dialect.ts'

const codes: Readonly<Record<number, readonly [string, string]>> = {
  400: ['Bad request', 'bad-request'],
  401: ['Unauthorized', 'unauthorized'],
  403: ['Forbidden', 'forbidden'],
  405: ['Method not allowed', 'method-not-allowed'],
  408: ['Request timeout', 'request-timeout'],
  413: ['Payload too large', 'payload-too-large'],
  415: ['Unsupported media type', 'unsupported-media-type'],
  429: ['Too many requests', 'too-many-requests'],
  503: ['Service unavailable', 'service-unavailable'],
}

/** What Umami answers where it takes nothing. `message` is Umami's own; what is wrong stands beside it. */
export function failure(status: number, reason: string): DialectAnswer {
  const [message, code] = codes[status]!
  return json(status, { error: { message, code, status, reason } })
}

/** To another method than there is. @param allow the one that there is */
export function methodFailure(allow: string): DialectAnswer {
  const { status, headers, body } = failure(405, `The method must be ${allow}`)
  return { status, headers: [...headers, 'allow', `${allow}, OPTIONS`], body }
}

/** JSON as Umami answers it. */
export function json(status: number, body: unknown): DialectAnswer {
  return { status, headers: ['content-type', 'application/json'], body: JSON.stringify(body) }
}
