import { maxBodyBytes } from '@treadlight/protocol'
import { requestWithURL } from 'h3'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler } from 'srvx/node'
import type { Collector } from './collector.ts'
import { describePassword } from './commands/serve.ts'
import { resolveConfig } from './config.ts'
import { spokenDialects } from './dialects/dialects.ts'
import { readBase } from './http/base.ts'
import { clientAddress } from './http/clientAddress.ts'
import { createOpenRequests } from './http/openRequests.ts'
import { failure } from './http/respond.ts'
import { createProxyTest, type IsTrusted } from './http/trustedProxies.ts'
import { openCollector } from './openCollector.ts'
import { version } from './version.ts'

export interface MountOptions<Rest extends unknown[] = unknown[]> {
  /** The path that the app has it at: `/stats`. Cookies are for it alone. */
  base: string
  /** Settings as `treadlight.config.mjs` has them; the environment (`TREADLIGHT_…`) comes before them. @default that file, where there is one */
  config?: object
  /**
   * The peer's address: without it all visitors would be one. Whether `X-Forwarded-For` is believed says `trustProxies`.
   * @default `request.ip`, which h3, Nitro and srvx set; Express' own through `node`
   */
  address?: (request: Request, ...rest: Rest) => string | undefined
  /** Told the first owner's password, once, with the first start. @default prints it */
  onPassword?: (password: string) => void
}

/** A collector within another app, in its process. */
export interface MountedCollector<Rest extends unknown[] = unknown[]> {
  /** Answers what is below its path, whether the app has taken that off or not. */
  fetch(request: Request, ...rest: Rest): Promise<Response>
  /** The same for Express, Connect and node:http. To be used before whatever reads bodies. */
  node(request: IncomingMessage, response: ServerResponse): unknown
  collector: Collector
  /** Answers the requests that are open, stores what is on its way, lets go of the storage. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens a collector within an app, under a path of its host: what it counts is first-party, and there is one process. It prunes and
 * compacts by itself until it is closed.
 *
 * @throws ConfigError where settings or storage are wrong, naming the remedy
 * @example
 * const treadlight = await mountCollector({ base: '/stats' })
 * app.mount('/stats', treadlight)
 * process.once('SIGTERM', () => treadlight.close())
 */
export async function mountCollector<Rest extends unknown[] = unknown[]>(options: MountOptions<Rest>): Promise<MountedCollector<Rest>> {
  const { address = (request: Request) => (request as { ip?: string }).ip, onPassword = printPassword } = options
  const base = readBase(options.base)
  // It listens nowhere itself: who reaches it may be anybody.
  const { config, settings } = await resolveConfig({ given: options.config, defaults: { host: '0.0.0.0' } })
  const opened = await openCollector({ config, settings, base })
  const { collector, log } = opened
  const isTrusted = createProxyTest(config.trustProxies)
  const requests = createOpenRequests(collector.fetch)
  const tellOnce = createTellOnce(() => log.warn('The app does not say from which address a request comes, so all visitors are one: give mountCollector an address'))
  const password = await collector.users.setUp()
  if (password !== undefined) onPassword(password)
  opened.startUpkeep()
  log.info('mounted', { base, version })

  async function fetch(request: Request, ...rest: Rest): Promise<Response> {
    const peer = address(request, ...rest)
    if (peer === undefined) tellOnce()
    return requests.fetch(inward(request, base, peer, isTrusted))
  }

  let closing: Promise<void> | undefined
  const maxRequestBodySize = Math.max(maxBodyBytes, ...spokenDialects(config.dialects).map(({ maxBytes }) => maxBytes))
  const listen = toNodeHandler((request: Request) => requests.fetch(inward(request, base, (request as { ip?: string }).ip, isTrusted)), { maxRequestBodySize })
  return {
    fetch,
    node(request, response) {
      if (isRead(request)) return refuseRead(response)
      return (listen as (request: IncomingMessage, response: ServerResponse) => unknown)(request, response)
    },
    collector,
    close: () => (closing ??= close()),
  }

  async function close(): Promise<void> {
    opened.endStreams()
    await requests.end()
    await opened.close()
  }
}

/** The request as the collector would have it on a host of its own, with who the client is. */
function inward(request: Request, base: string, peer: string | undefined, isTrusted: IsTrusted): Request {
  const url = new URL(request.url)
  if (url.pathname === base || url.pathname.startsWith(`${base}/`)) url.pathname = url.pathname.slice(base.length) || '/'
  const { headers } = request
  if (isTrusted(peer)) {
    const protocol = lastOf(headers.get('x-forwarded-proto'))
    if (protocol === 'https' || protocol === 'http') url.protocol = `${protocol}:`
    const host = lastOf(headers.get('x-forwarded-host'))
    if (host !== undefined && /^[\w.-]+(:\d{1,5})?$/.test(host)) {
      // One without a port would leave the other's.
      url.port = ''
      url.host = host
    }
  }
  const ip = clientAddress(peer, headers.get('x-forwarded-for') ?? undefined, isTrusted)
  return new Proxy(requestWithURL(request as Parameters<typeof requestWithURL>[0], url.href), {
    get: (target, name) => (name === 'ip' ? ip : (Reflect.get(target, name) as unknown)),
  }) as Request
}

/** What the nearest proxy has said. */
function lastOf(list: string | null): string | undefined {
  return list?.split(',').at(-1)?.trim() || undefined
}

/** By `express.json()`, say: what was in it is gone. */
function isRead({ headers, readableEnded }: IncomingMessage): boolean {
  return readableEnded && (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
}

function refuseRead(response: ServerResponse): void {
  const { status, headers } = failure(500, '')
  response.writeHead(status, Object.fromEntries(headers)).end(JSON.stringify({ error: 'Something has read the body already: mount the collector before express.json() and its like' }))
}

function createTellOnce(tell: () => void): () => void {
  let isTold = false
  return () => {
    if (!isTold) tell()
    isTold = true
  }
}

function printPassword(password: string): void {
  console.log(describePassword(password).join('\n'))
}
