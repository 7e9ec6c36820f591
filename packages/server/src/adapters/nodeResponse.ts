import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Answer, AnswerHead, Visit } from '../tracking.ts'
import { createBeginning, isReadablePage } from './beginning.ts'

/** @param origin such as `https://shop.example`; by default what the Host header and the socket say */
export function requestOf(message: IncomingMessage, path: string, origin: string = originOf(message)): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers)) {
    // HTTP/2 has the method and the path among the headers.
    if (!name.startsWith(':')) for (const each of [value].flat()) if (each !== undefined) headers.append(name, each)
  }
  // Joined, never resolved: `//other.example` is a path here. Requests to proxies name the whole URL.
  return new Request(path.startsWith('/') ? origin + path : new URL(path, origin), { method: message.method ?? 'GET', headers })
}

function originOf({ socket, headers }: IncomingMessage): string {
  return `${(socket as TLSSocket).encrypted ? 'https' : 'http'}://${headers[':authority'] ?? headers.host ?? 'localhost'}`
}

/**
 * Ends a visit with an answer of node:http: adds the headers that it needs just before they leave, and counts once the answer
 * is out, or was broken off after its headers.
 *
 * @param localsOf what templates were given, read at the end
 */
export function watchResponse(response: ServerResponse, visit: Visit, localsOf: () => Answer['locals']): void {
  const headers: AnswerHead['headers'] = { get: (name) => headerText(response.getHeader(name)) }
  const isHttp2 = 'stream' in response
  let isHtml: boolean | undefined
  const beginning = createBeginning((html) => {
    const locals = localsOf()
    // HTTP/2 has none, and warns of who asks.
    const reason = isHttp2 ? undefined : response.statusMessage
    visit.end({ status: response.statusCode, headers, reason, ...(locals && { locals }), ...(html !== '' && { html }) })
  })
  const { writeHead, write, end } = response
  type Rest = [reason?: string | Headers | null, headers?: Headers | null]
  type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

  response.writeHead = function (status: number, ...rest: Rest) {
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined
    const given = rest[1] ?? (typeof rest[0] === 'object' ? rest[0] : undefined) ?? {}
    // All in one place, where the visit sees them.
    for (const [name, value, isMore] of pairsOf(given)) {
      if (isMore) response.appendHeader(name, value as string)
      else response.setHeader(name, value)
    }
    response.writeHead = writeHead
    for (const [name, value] of visit.headersFor({ status, headers })) {
      if (name === 'set-cookie') response.appendHeader(name, value)
      else response.setHeader(name, value)
    }
    return reason === undefined ? writeHead.call(response, status) : (writeHead as (status: number, reason: string) => ServerResponse).call(response, status, reason)
  } as typeof writeHead
  response.write = function (piece: unknown, ...rest: unknown[]) {
    look(piece)
    return write.call(response, piece, ...(rest as [BufferEncoding]))
  } as typeof write
  response.end = function (piece: unknown, ...rest: unknown[]) {
    look(piece)
    return end.call(response, piece, ...(rest as [BufferEncoding]))
  } as typeof end
  response.once('close', () => {
    if (response.headersSent) beginning.end()
  })

  function look(piece: unknown): void {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) return
    // Said once: whoever compresses below says so with the first piece, and those behind it come here as they are, too.
    isHtml ??= isReadablePage(headers)
    if (isHtml) beginning.add(piece)
  }
}

/** Headers as `writeHead` takes them: an object, or names and values in turn, where a name may come again. */
function* pairsOf(headers: OutgoingHttpHeaders | OutgoingHttpHeader[]): Generator<[name: string, value: OutgoingHttpHeader, isMore: boolean]> {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) yield [name, value, false]
    return
  }
  const seen = new Set<string>()
  // A list of pairs, or one in which a value may be a list.
  const flat = Array.isArray(headers[0]) ? (headers.flat() as OutgoingHttpHeader[]) : headers
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const name = String(flat[at])
    yield [name, flat[at + 1]!, seen.has(name.toLowerCase())]
    seen.add(name.toLowerCase())
  }
}

/** A header as `AnswerHead` has it, of the shapes in which node:http and Fastify do. */
export function headerText(value: OutgoingHttpHeader | undefined): string | null {
  return value === undefined ? null : [value].flat().join(', ')
}
