import { maxBodyBytes } from '@treadlight/protocol'
import { Buffer } from 'node:buffer'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AnswerHit, HitBody } from '../hit/answerHit.ts'
import { clientAddress } from './clientAddress.ts'
import { createProxyTest } from './trustedProxies.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

export interface NodeHitsOptions {
  answerHit: AnswerHit
  /** @see createProxyTest */
  trustProxies: readonly string[]
}

/**
 * Lets requests to `/hit`, which are most of all, past h3 and the web's Request and Response, which
 * Node.js has to be given. Everything else takes the way that it had.
 */
export function takeHits(server: Server, { answerHit, trustProxies }: NodeHitsOptions): void {
  const isTrusted = createProxyTest(trustProxies)
  const others = server.listeners('request') as Listener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (request.url !== '/hit') for (const listener of others) listener(request, response)
    else answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await answerHit({
      method: request.method ?? '',
      query: '',
      address: clientAddress(request.socket.remoteAddress, headerOf(request, 'x-forwarded-for'), isTrusted),
      header: (name) => headerOf(request, name) ?? '',
      readBody: () => readBody(request),
    })
    if (body === null) return void response.writeHead(status, headers).end()
    const length = Buffer.byteLength(body)
    response.writeHead(status, [...headers, 'content-length', String(length)])
    // One piece with the headers: `end(body)` would have an empty one follow, and to write two takes Node.js longer. Without
    // a letter beyond ASCII it is copied as it is.
    response.cork()
    response.write(body, length === body.length ? 'latin1' : 'utf8')
    response.uncork()
    response.end()
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function readBody(request: IncomingMessage): Promise<HitBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= maxBodyBytes) return
      request.pause()
      resolve('too large')
    })
    request.on('end', () => resolve({ text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString() }))
    // Senders go away, are too slow or send nonsense in chunks: nothing that the owner could mend. After the end it says nothing.
    request.on('error', () => resolve('broken off'))
    request.on('close', () => resolve('broken off'))
  })
}
