import type { DestinationRequest } from '../destination.ts'
import { createParameterError, type WireParameters } from './defineParameters.ts'

/** Longest path and query of a GET, bytes. */
const maxGetBytes = 2000
/** Longest body of one hit, bytes; Google's own limit is 8192. */
const maxPostBytes = 8000

export interface UniversalRequestOptions {
  /** Where to: any collector of the protocol (AR09). @default 'www.google-analytics.com' */
  host?: string
  /** `false`: over plain HTTP, for a collector in one's own network. @default true */
  ssl?: boolean
  /** @default 'POST' */
  method?: 'GET' | 'POST'
  /** A GET that would be too long is sent as a POST; `false`: it is an error. @default true */
  postFallback?: boolean
  /** Hits are judged instead of counted: they go to the validation endpoint (SS17). @default false */
  debug?: boolean
}

/**
 * The request for one hit.
 * @throws Error for a hit that is too long to be sent (SS15, SS16)
 */
export function universalRequest(parameters: WireParameters, options: UniversalRequestOptions = {}): DestinationRequest {
  const { method = 'POST', postFallback = true, debug = false } = options
  const origin = universalOrigin(options)
  const path = debug ? '/debug/collect' : '/collect'
  const text = encodeParameters(parameters)
  // The text is ASCII by now: characters are bytes.
  const length = path.length + 1 + text.length
  if (method === 'GET' && !debug && length <= maxGetBytes) return { url: `${origin}${path}?${text}`, method: 'GET' }
  if (method === 'GET' && !debug && !postFallback)
    throw createParameterError(`a GET with ${length} bytes of path and query is too large, and \`postFallback\` is off; at most ${maxGetBytes}`)
  return postRequest(`${origin}${path}`, checkLength(text))
}

/** A POST of one hit, or of several in lines. */
export function postRequest(url: string, body: string): DestinationRequest {
  return { url, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }
}

export function universalOrigin({ host = 'www.google-analytics.com', ssl = true }: UniversalRequestOptions): string {
  return `${ssl ? 'https' : 'http'}://${host}`
}

/** @throws Error for a hit that no request may carry (SS16) */
export function checkLength(text: string): string {
  if (text.length > maxPostBytes) throw createParameterError(`a hit of ${text.length} bytes is too large; at most ${maxPostBytes}`)
  return text
}

/** As a form is encoded, with `z` last: some filters on the way cut or add at the end. */
export function encodeParameters({ z, ...parameters }: WireParameters): string {
  const entries = Object.entries(z === undefined ? parameters : { ...parameters, z })
  return new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
}

/** As it was `delay` ms ago: for hits that waited in a queue, whose own queue time it adds to (SS14). */
export function addQueueTime(parameters: WireParameters, delay: number): WireParameters {
  const waited = Number(parameters['qt'] ?? 0) + Math.max(0, Math.round(delay))
  return waited > 0 ? { ...parameters, qt: waited } : parameters
}
