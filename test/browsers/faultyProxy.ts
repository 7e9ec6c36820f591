import type { Hit, HitAnswer } from '@treadlight/protocol'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What happens to a request on its way to the collector and back. */
export type ProxyFault =
  | 'pass'
  /** Nobody listens at the port. */
  | 'refuse'
  | '500'
  /** With `Retry-After: 1`. */
  | '503'
  /** The connection is reset, and the collector hears nothing. */
  | 'reset before'
  /** The collector has stored it and answered, and the page gets a reset. */
  | 'reset after'
  /** The collector has stored it and answered; the page waits, and then the connection ends. */
  | 'answer lost'
  /** 200 with a page of somebody else's, without `x-hit`. */
  | 'captive portal'
  /** All goes well, and takes long. */
  | 'slow'

interface Exchange {
  fault: ProxyFault
  hits: Pick<Hit, 'id' | 'type'>[]
  /** What the collector answered; undefined where it was not asked. */
  status: number | undefined
}

export interface FaultyProxy {
  /** Without a slash at the end. */
  url: string
  /** Everything that was asked for, in order of arrival. What was refused at the port is not known. */
  exchanges: Exchange[]
  /** Ids of the hits that the collector said it has. */
  stored: Set<string>
  /** From the next request on. */
  meet(fault: ProxyFault): Promise<void>
  close(): Promise<void>
}

/** How long an answer is kept back, ms. */
const delays = { 'answer lost': 1000, slow: 700 }
/** The faults let the page read the answer: from an answer that it may not read, a tracker can conclude nothing wrong. */
const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-hit, x-hit-dropped, retry-after' }

/** An HTTP proxy in front of a real collector that misbehaves on demand, on a port of its own. */
export async function startFaultyProxy(collector: string): Promise<FaultyProxy> {
  let fault: ProxyFault = 'pass'
  let port = 0
  let server = await listen()
  port = (server.address() as AddressInfo).port

  async function listen(): Promise<Server> {
    const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  async function hangUp(): Promise<void> {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange: Exchange = { fault, hits: [], status: undefined }
    proxy.exchanges.push(exchange)
    if (exchange.fault === 'reset before') return reset(request.socket)
    const body = await readText(request)
    exchange.hits = (JSON.parse(body) as { hits: Hit[] }).hits
    if (exchange.fault === '500') return void response.writeHead(500, { ...cors, 'x-hit': `${Date.now()}` }).end('{}')
    if (exchange.fault === '503') return void response.writeHead(503, { ...cors, 'x-hit': `${Date.now()}`, 'retry-after': '1' }).end('{}')
    if (exchange.fault === 'captive portal') return void response.writeHead(200, { ...cors, 'content-type': 'text/html' }).end('<h1>Welcome to the hotel</h1>')

    const answer = await fetch(collector + request.url!, { method: request.method!, body, headers: { 'user-agent': request.headers['user-agent'] ?? '' } })
    const text = await answer.text()
    exchange.status = answer.status
    if (answer.status === 201) noteStored(exchange.hits, JSON.parse(text) as HitAnswer)
    if (exchange.fault === 'reset after') return reset(request.socket)
    if (exchange.fault === 'answer lost' || exchange.fault === 'slow') await wait(delays[exchange.fault])
    if (exchange.fault === 'answer lost') return void request.socket.destroy()
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text)
  }

  function noteStored(hits: Exchange['hits'], { refused }: HitAnswer): void {
    const not = new Set(refused.map(({ index }) => index))
    for (const [index, { id }] of hits.entries()) if (!not.has(index)) proxy.stored.add(id)
  }

  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${port}`,
    exchanges: [],
    stored: new Set(),
    async meet(next) {
      fault = next
      if (next === 'refuse') await hangUp()
      else if (!server.listening) server = await listen()
    },
    close: hangUp,
  }
  return proxy
}

/** With RST where the socket can (unread data makes one of a plain end anyway). */
function reset(socket: Socket): void {
  socket.resetAndDestroy()
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
