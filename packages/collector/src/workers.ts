import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { isTextFile, type Config, type ResolvedSetting } from './config.ts'
import { signals } from './interrupt.ts'
import { createConfiguredLog, type Log } from './log.ts'
import { createPeer } from './peers.ts'
import type { StartedCollector } from './serve.ts'
import { ConfigError } from './settings.ts'
import { createSwitchboard } from './switchboard.ts'

/** Tell a worker its number and the port; without the prefix of the settings, among which they would be unknown. */
const variables = { worker: 'COLLECTOR_WORKER', port: 'COLLECTOR_PORT' }

/** The pause before a worker that died is started again, ms: it doubles, and begins anew once one has lived for a minute. */
const shortestPause = 1000
const longestPause = 30_000
const goodLife = 60_000

/** How long workers may take to end, ms: what they give open requests, and some to tell. */
const patience = 9500

export interface SuperviseOptions {
  /** Told when the first one listens. */
  onStarted: (started: StartedCollector) => void
  /** Told what people want to know. */
  say: (text: string) => void
}

/** Whether this process is one of several that share a port. */
export function isWorker(): boolean {
  return cluster.isWorker
}

/**
 * Several processes on one port and one storage. The first begins alone: it makes the first password, and says what is
 * wrong with the settings once. One that dies is started again. Resolves, after a signal, when all have ended.
 *
 * @throws ConfigError where the storage takes one process only
 */
export async function superviseWorkers(config: Config, { onStarted, say }: SuperviseOptions): Promise<number> {
  assertShared(config)
  const stopping = new AbortController()
  onSignals(stopping, say)
  const port = config.port === 0 ? await findFreePort(config.host) : config.port
  const connect = createSwitchboard()
  const start = (index: number): Worker => {
    const worker = startWorker(index, port)
    connect({
      send: (message) => worker.isConnected() && worker.send(message, () => undefined),
      onMessage: (listener) => worker.on('message', listener),
      onExit: (listener) => worker.once('exit', listener),
    })
    return worker
  }
  const first = start(0)
  const [started] = (await Promise.race([once(first, 'message'), once(first, 'exit')])) as [StartedCollector | number | null]
  // It has said why.
  if (typeof started !== 'object' || started === null) return stopping.signal.aborted ? 0 : 1
  onStarted(started)
  const others = Array.from({ length: stopping.signal.aborted ? 0 : config.workers - 1 }, (_, index) => start(index + 1))
  const log = createConfiguredLog(config)
  const codes = await Promise.all([first, ...others].map((worker, index) => keepAlive(worker, () => start(index), stopping.signal, log)))
  const isClean = codes.every((code) => code === 0)
  if (isClean) say('  Stopped. Every hit that was answered 201 is stored.')
  else log.warn('stopped, but not every worker ended well: its last words are above')
  return isClean ? 0 : 1
}

/** Serves until the supervisor says stop, or is gone. */
export async function runWorker(config: Config, settings: ReadonlyMap<string, ResolvedSetting>): Promise<number> {
  // A terminal's Ctrl-C comes here too, but the supervisor decides.
  for (const signal of signals) process.on(signal, () => undefined)
  // Without a supervisor node:cluster would end it in the midst of a request.
  cluster.worker!.exitedAfterDisconnect = true
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const stopped = new Promise<unknown>((resolve) => {
    process.on('message', (message) => message === 'stop' && resolve(message))
    process.once('disconnect', resolve)
  })
  try {
    // Of no use to the supervisor.
    const { serve } = await import('./serve.ts')
    const { url, password, failing, collector, close } = await serve({
      config: { ...config, port: Number(process.env[variables.port]) },
      settings,
      worker: Number(process.env[variables.worker]),
      peers: createPeer({
        send: (message) => void (process.connected && process.send?.(message)),
        onMessage: (listener) => process.on('message', listener),
      }),
    })
    const started: StartedCollector = { url, password, failing, collector: { durability: collector.durability } }
    process.send?.(started)
    await stopped
    await close()
    return 0
  } finally {
    // It would keep the process alive.
    process.channel?.unref()
  }
}

function startWorker(index: number, port: number): Worker {
  return cluster.fork({ [variables.worker]: String(index), [variables.port]: String(port) })
}

/** 0, which is any free port, would be another one for each that is started again. */
async function findFreePort(host: string): Promise<number> {
  const server = createServer()
  try {
    await once(server.listen(0, host), 'listening')
    return (server.address() as AddressInfo).port
  } catch {
    // The first worker will say what is wrong.
    return 0
  } finally {
    server.close()
  }
}

/** Answers the exit code of the one that ended after the stop. */
async function keepAlive(worker: Worker, restart: () => Worker, stopping: AbortSignal, log: Log): Promise<number | null> {
  let pause = shortestPause
  for (;;) {
    const started = performance.now()
    const [code, signal] = await untilExit(worker, stopping)
    if (stopping.aborted) return code
    if (performance.now() - started > goodLife) pause = shortestPause
    log.warn(`a worker ended with ${signal ?? code}: it is started again in ${pause / 1000} s`)
    await wait(pause, undefined, { signal: stopping }).catch(() => undefined)
    if (stopping.aborted) return 0
    pause = Math.min(pause * 2, longestPause)
    worker = restart()
  }
}

async function untilExit(worker: Worker, stopping: AbortSignal): Promise<[number | null, NodeJS.Signals | null]> {
  const exited = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const tell = (): void => {
    if (stopping.aborted && worker.isConnected()) worker.send('stop')
  }
  // While it starts it does not listen, and what it is told then is lost: once it has, it says so.
  worker.on('message', tell)
  const stop = (): void => {
    tell()
    setTimeout(() => worker.process.kill('SIGKILL'), patience).unref()
  }
  if (stopping.aborted) stop()
  else stopping.addEventListener('abort', stop)
  try {
    return await exited
  } finally {
    stopping.removeEventListener('abort', stop)
  }
}

function onSignals(stopping: AbortController, say: (text: string) => void): void {
  // Who read the output may be gone; that is no reason to stop counting.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const stop = (): void => {
    if (stopping.signal.aborted) return
    say('\n  Finishing open requests; once more to give up on them …')
    stopping.abort()
    // npm passes a Ctrl-C on that the terminal has sent here already: only a later one is a second one.
    setTimeout(() => {
      for (const signal of signals) process.on(signal, giveUp)
    }, 500).unref()
  }
  for (const signal of signals) process.on(signal, stop)
}

function giveUp(): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
  process.exit(130)
}

/** Only what several processes can open holds their hits together. */
function assertShared(config: Config): void {
  const { workers, storage } = config
  const remedy = 'set workers to 1 or leave it out'
  // Only behind --unstable-net, which the processes would not inherit.
  if ('deno' in process.versions) throw new ConfigError(`workers: ${workers} cannot share a port on Deno: ${remedy}, or start several collectors behind a proxy`)
  if (isTextFile(config)) throw new ConfigError(`workers: ${workers} cannot share the text file of store.type ndjson, which one process writes: ${remedy}`)
  if (storage.driver === 'memory') throw new ConfigError(`workers: ${workers} cannot share storage.driver memory, which is each process’s own: ${remedy}`)
}
