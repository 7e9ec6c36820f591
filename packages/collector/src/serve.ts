import type { H3 } from 'h3'
import type { Server as HttpServer } from 'node:http'
import { maxBodyBytes } from '@treadlight/protocol'
import type { Check } from '@treadlight/store'
import { serve as listen, type Server } from 'srvx'
import { createCollector, type Collector } from './collector.ts'
import { assertSite } from './assertSite.ts'
import { createClockGuard } from './clockGuard.ts'
import { ConfigError, isTextFile, type Config, type ResolvedSetting } from './config.ts'
import { describePlace, describePromise } from './describeStorage.ts'
import { spokenDialects } from './dialects/dialects.ts'
import { eraseNow } from './eraseNow.ts'
import { createErasureRequests } from './erasureRequests.ts'
import { takeHits } from './http/nodeHits.ts'
import { trustedBySrvx } from './http/trustedProxies.ts'
import { isOwnMachine } from './installation/isOwnMachine.ts'
import { createConfiguredLog, type Log } from './log.ts'
import { openStore, type AnyStore } from './openStore.ts'
import type { Peers } from './peers.ts'
import { openPlaceSource, type PlaceSource } from './place/placeSource.ts'
import { describePrivacy } from './privacy/describePrivacy.ts'
import { policyOf } from './settings/privacy.ts'
import { showSettings } from './showSettings.ts'
import { configuredSites } from './sites/configuredSites.ts'
import { everyHour, everyMinute, everySecond, retentionPolicy, startUpkeep, type UpkeepJob } from './upkeep.ts'
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

/** ms between the upkeep of one process and of the next. */
const workerDelay = 5000

/** How long open requests may take after a stop, ms: under the 10 s that most supervisors wait before they kill. */
const patience = 8000

/**
 * Starts the collector on this machine.
 * @throws ConfigError where port, folder or driver cannot be had, naming the remedy
 */
export async function serve({ config, settings, worker = 0, peers, setUp, beforeListening }: ServeOptions): Promise<RunningCollector> {
  const place = await openPlaceSource(config.place)
  const { store, values, problems, newest, failing, close: closeStore } = await openStore(config)
  const log = createConfiguredLog(config)
  const { site, timezone, metrics } = config
  const { doubt: doubtClock } = createClockGuard({ now: Date.now, newest })
  const retention = retentionPolicy(config.retention)
  const collector = createCollector({
    store,
    values,
    problems,
    site,
    timezone,
    sites: configuredSites(config),
    retention,
    doubtClock,
    metrics,
    isLocal: isOwnMachine(config.host),
    settings: config,
    destinations: config.destinations,
    dialects: config.dialects,
    aliases: config.aliases,
    limits: config.limits,
    place,
    ...policyOf(config),
    privacyPage: describePrivacy(config),
    storage: { place: describePlace(config), promise: describePromise(config, store.durability) },
    ...(settings && { configuration: showSettings(config, settings) }),
    ...(peers && { peers }),
    onNote: (note) => log.warn(note),
    onError: log.error,
  })
  setUp?.(collector.app)

  const server = listen({
    fetch: collector.fetch,
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
  })
  // Beyond what is open already nobody is heard: better than to run out of file descriptors for the storage.
  server.node!.server!.maxConnections = config.limits.connections
  let password: string | undefined
  try {
    beforeListening?.()
    await startListening(server, config)
    takeHits(server.node!.server as HttpServer, { answerHit: collector.answerHit, trustProxies: config.trustProxies })
    // Only now: a first password that is never shown would be nobody's.
    password = await collector.users.setUp()
  } catch (error) {
    await server.close(true)
    await closeStore()
    throw error
  }
  const stopUpkeep = startUpkeep({ jobs: upkeepJobs({ collector, store, config, log, place, worker }), onError: log.error })
  // A promise that nobody waits for any more is no reason to stop counting; the log tells of it.
  process.on('unhandledRejection', log.error)
  const url = server.url!.replace(/\/$/, '')
  log.info('listening', { url, version, storage: describePlace(config), durability: collector.durability, site, timezone })

  // For people the banner has them.
  if (config.log === 'json') for (const { name, detail, remedy } of failing) log.warn(`${name}: ${detail}`, { remedy })

  async function close(): Promise<void> {
    log.info('stopping')
    collector.endStreams()
    await stop(server, stopUpkeep)
    // What is counted beside the hits keeps nobody from closing the store.
    await collector.flush().catch(log.error)
    await collector.forwarding?.close().catch(log.error)
    await closeStore()
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

interface UpkeepSubjects extends Pick<RunningCollector, 'collector'> {
  store: AnyStore
  config: Config
  log: Log
  place: PlaceSource
  worker: number
}

function upkeepJobs({ collector, store, config, log, place: { database }, worker }: UpkeepSubjects): UpkeepJob[] {
  const maintain = async (): Promise<void> => {
    const { compacted, rewritten, deleted, indexed = 0, regained = 0 } = await collector.maintain()
    if (compacted + rewritten + deleted + indexed + regained > 0) log.info('upkeep', { compacted, rewritten, deleted, indexed, regained })
  }
  const prune = async (): Promise<void> => {
    const { anonymous, authenticated, others } = await collector.prune()
    if (anonymous + authenticated + others > 0) log.info('pruned', { anonymous, authenticated, others })
  }
  return [
    // One after another: what the first has compacted is nothing to do for the next.
    { run: maintain, every: everyMinute, after: everyMinute + worker * workerDelay },
    ...(worker === 0 ? [{ run: prune, every: everyHour }] : []),
    ...(database ? [{ run: () => database.refresh(), every: everyHour }] : []),
    // Of a text file nobody else can.
    ...(isTextFile(config) ? [{ run: () => answerErasures(config.store.path, store, collector), every: everySecond, after: 0 }] : []),
  ]
}

/** `treadlight erase` asks for it. */
async function answerErasures(path: string, store: AnyStore, collector: Collector): Promise<void> {
  await createErasureRequests(path).answerAll(async (subject) => {
    await assertSite(store, subject.site)
    return eraseNow(store, undefined, subject, collector.forwarding)
  })
}

async function startListening(server: Server, config: Config): Promise<void> {
  try {
    await server.serve()
  } catch (cause) {
    throw explainListenError(cause, config)
  }
}

async function stop(server: Server, stopUpkeep: () => Promise<void>): Promise<void> {
  const closed = server.close()
  // Connections that are kept alive count as open until they are told otherwise.
  const idle = setInterval(() => closeIdle(server), 50)
  const late = setTimeout(() => void server.close(true), patience)
  await closed
  clearInterval(idle)
  clearTimeout(late)
  await stopUpkeep()
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
