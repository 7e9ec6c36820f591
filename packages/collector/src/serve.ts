import type { H3 } from 'h3'
import type { Server as HttpServer } from 'node:http'
import { maxBodyBytes } from '@treadlight/protocol'
import type { Check } from '@treadlight/store'
import { serve as listen, type Server } from 'srvx'
import type { Collector } from './collector.ts'
import { ConfigError, type Config, type ResolvedSetting } from './config.ts'
import { describePlace } from './describeStorage.ts'
import { spokenDialects } from './dialects/dialects.ts'
import { takeHits } from './http/nodeHits.ts'
import { createOpenRequests, type OpenRequests } from './http/openRequests.ts'
import { trustedBySrvx } from './http/trustedProxies.ts'
import { isNode } from './installation/isNode.ts'
import { openCollector } from './openCollector.ts'
import type { Peers } from './peers.ts'
import { version } from './version.ts'

export interface ServeOptions {
  config: Config
  /** Where each setting comes from, for the owner: see `resolveConfig`. @default nothing is said of it */
  settings?: ReadonlyMap<string, ResolvedSetting>
  /**
   * Which of several processes on one port this is, from 0: upkeep that one can do for all is the first one's.
   * @default 0
   */
  worker?: number
  /** The other ones. @default there are none */
  peers?: Peers
  /** More routes, registered before the first request. */
  setUp?: (app: H3) => void
  /** Called when the storage is open and the first request may come. */
  beforeListening?: () => void
}

/** A collector that listens. */
export interface RunningCollector {
  /** With the port that was really taken. */
  url: string
  collector: Collector
  /** What its storage says that makes a 201 worth nothing. */
  failing: readonly Check[]
  /** The password that this start made, where it was the first; shown once and kept only as a hash. */
  password: string | undefined
  /** Stops accepting, finishes what is open, stores what is on its way. Safe to call twice. */
  close(): Promise<void>
}

/** Of a collector what is said at its start, as another process may tell it. */
export type StartedCollector = Pick<RunningCollector, 'url' | 'password' | 'failing'> & { collector: Pick<Collector, 'durability'> }

/** Bytes of a body that Bun lets through to the routes, and may have in memory until they refuse it. */
const mostBun = 16 * 2 ** 20

/** How long open requests may take after a stop, ms: under the 10 s that most supervisors wait before they kill. */
const patience = 8000

/**
 * Starts the collector on this machine.
 * @throws ConfigError where port, folder or driver cannot be had, naming the remedy
 */
export async function serve({ config, settings, worker = 0, peers, setUp, beforeListening }: ServeOptions): Promise<RunningCollector> {
  const opened = await openCollector({ config, worker, ...(settings && { settings }), ...(peers && { peers }) })
  const { collector, log, failing } = opened
  setUp?.(collector.app)

  // Node.js counts them itself, and has a shorter way to the collector.
  const requests = isNode() ? undefined : createOpenRequests(collector.fetch)
  const server = listen({
    fetch: requests?.fetch ?? collector.fetch,
    hostname: config.host,
    port: config.port,
    trustProxy: trustedBySrvx(config.trustProxies),
    // Each route has a limit of its own; this one holds for bodies that nobody asks for.
    maxRequestBodySize: Math.max(maxBodyBytes, ...spokenDialects(config.dialects).map(({ maxBytes }) => maxBytes)),
    silent: true,
    manual: true,
    // srvx's own waits for requests but knows nothing of the store, and is off where CI or TEST is set.
    gracefulShutdown: false,
    // Slow bodies are cut: 5 s for the headers, 10 s for the whole request. Workers share the port.
    node: { exclusive: false, headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 2000 },
    // Bun refuses a body by itself, before the route that would say what a tracker understands; and cuts a stream that is silent, s.
    bun: { maxRequestBodySize: mostBun, idleTimeout: 30 },
    // Node.js hands its workers one socket; elsewhere each has its own, among which the kernel shares out connections.
    reusePort: peers !== undefined && !isNode(),
  })
  // Beyond what is open already nobody is heard: better than to run out of file descriptors for the storage.
  const http = server.node?.server as HttpServer | undefined
  if (http) http.maxConnections = config.limits.connections
  let password: string | undefined
  try {
    beforeListening?.()
    await startListening(server, config)
    if (http) takeHits(http, { answerHit: collector.answerHit, trustProxies: config.trustProxies })
    // Only now: a first password that is never shown would be nobody's.
    password = await collector.users.setUp()
  } catch (error) {
    await server.close(true)
    await opened.close()
    throw error
  }
  opened.startUpkeep()
  // A promise that nobody waits for any more is no reason to stop counting; the log tells of it.
  process.on('unhandledRejection', log.error)
  const url = server.url!.replace(/\/$/, '')
  log.info('listening', { url, version, storage: describePlace(config), durability: collector.durability, site: config.site, timezone: config.timezone })

  // For people the banner has them.
  if (config.log === 'json') for (const { name, detail, remedy } of failing) log.warn(`${name}: ${detail}`, { remedy })

  async function close(): Promise<void> {
    log.info('stopping')
    opened.endStreams()
    await stop(server, requests)
    await opened.close()
    process.off('unhandledRejection', log.error)
    log.info('stopped')
  }

  let closing: Promise<void> | undefined
  return {
    url,
    collector,
    failing,
    password,
    close: () => (closing ??= close()),
  }
}

async function startListening(server: Server, config: Config): Promise<void> {
  try {
    await server.serve()
  } catch (cause) {
    throw explainListenError(cause, config)
  }
}

async function stop(server: Server, requests: OpenRequests | undefined): Promise<void> {
  let late: NodeJS.Timeout | undefined
  const outOfPatience = new Promise<void>((resolve) => (late = setTimeout(resolve, patience)))
  await Promise.race([requests?.end(), outOfPatience])
  // Connections that are kept alive count as open until they are told otherwise.
  const idle = setInterval(() => closeIdle(server), 50)
  const closed = server.close()
  await Promise.race([closed, outOfPatience.then(() => server.close(true))])
  clearInterval(idle)
  clearTimeout(late)
}

function closeIdle(server: Server): void {
  const node = server.node?.server
  if (node && 'closeIdleConnections' in node) node.closeIdleConnections()
}

function explainListenError(cause: unknown, { host, port }: Config): unknown {
  const code = (cause as { code?: string }).code
  if (code === 'EADDRINUSE')
    return new ConfigError(`port ${port} on ${host} is taken: stop what listens there, or set another with PORT=${port + 1}`, { cause })
  if (code === 'EACCES') return new ConfigError(`port ${port}: this user may not listen there; choose one above 1023 with PORT=4600`, { cause })
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ConfigError(`host ${host}: this machine has no such address; use HOST=127.0.0.1 or HOST=0.0.0.0`, { cause })
  return cause
}
