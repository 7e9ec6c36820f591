import { isObject } from '../../isObject.ts'
import { readParams } from './readParams.ts'

/** A bulk request: what each of its requests says, and the token that stands beside them. */
export interface Bulk {
  /** Undefined for what says nothing. */
  requests: (URLSearchParams | undefined)[]
  token: string | undefined
  /** `0` asks for an answer without a body. */
  sendImage: string | undefined
}

/** `{ requests: ['?idsite=1&…', { idsite: 1, … }], token_auth }`, whatever the content type; undefined for everything else. */
export function readBulk(text: string): Bulk | undefined {
  if (!text.includes('requests')) return undefined
  try {
    const body: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    if (!isObject(body) || !Array.isArray(body['requests'])) return undefined
    return { requests: body['requests'].map(paramsOf), token: plainText(body['token_auth']), sendImage: plainText(body['send_image']) }
  } catch {
    return undefined
  }
}

/** What stands behind the `?` of a URL, or the fields of an object. */
function paramsOf(request: unknown): URLSearchParams | undefined {
  if (typeof request === 'string') return request.includes('?') ? readParams(request.slice(request.indexOf('?'))) : undefined
  if (!isObject(request)) return undefined
  return new URLSearchParams(Object.entries(request).slice(0, 1000).flatMap(([name, value]) => (plainText(value) === undefined ? [] : [[name, plainText(value)!]])))
}

function plainText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
