import type { Hit } from '@treadlight/protocol'
import { createStore, openStorage } from '@treadlight/store'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startFaultyProxy, type FaultyProxy, type ProxyFault } from '../browsers/faultyProxy.ts'
import { freePort, logIn, startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { removeWorker, startWorker, type CrashWorker } from './crashWorker.ts'
import { forwarding } from './forwarding.ts'
import type { OutboxWorkerPlan } from './outboxWorker.ts'
import { seededRandom } from './random.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

/** Kills of processes that use one folder: afterwards all that is left is delivered and a fresh one begins. */
const killsPerFolder = 10
/** Folders at a time: most of a run is waiting for processes to start. */
const folders = 2
/** One kill in so many ends the collector too. */
const killsPerCollector = 15
/** Longest that what is left may take once nothing goes wrong any more, ms. */
const drainLimit = 60_000

/** All goes well half of the time. */
const faults: ProxyFault[] = ['500', '503', 'reset before', 'reset after', 'answer lost', 'captive portal', 'slow', 'refuse']

/** All that was ever made, as JSON by its id, and whose `send` had resolved. */
interface Sent {
  made: Map<string, Hit>
  kept: Set<string>
}

/**
 * kill -9 of servers with an outbox, one or two on a folder, in front of a collector that is killed too, behind a proxy that cuts,
 * delays and answers by itself: every hit whose `send` had resolved is stored with the id and the time it was made with, and once.
 * The other half of the kills is of collectors that hand hits on: see `forwarding`.
 */
export async function outbox({ runs: all, seed, progress, signal }: ProveOptions): Promise<ProveResult> {
  const random = seededRandom(seed)
  const runs = Math.ceil(all / 2)
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  const sent: Sent = { made: new Map(), kept: new Set() }
  const data = await mkdtemp(join(tmpdir(), 'treadlight-outbox-'))
  const revived = await startRevived(data)
  const counts = Array.from({ length: Math.ceil(runs / killsPerFolder) }, (_, index) => Math.min(killsPerFolder, runs - index * killsPerFolder))
  const seeds = counts.map(() => Math.floor(random() * 2 ** 32))
  try {
    await Promise.all(
      Array.from({ length: folders }, async () => {
        for (let kills = counts.pop(); kills !== undefined && !signal?.aborted; kills = counts.pop()) {
          await killsOfOneFolder(kills, seededRandom(seeds.pop()!), revived, sent, result, progress, signal)
        }
      }),
    )
    await compare(revived, data, sent, result)
    await forwarding({ runs: all - runs, seed: Math.floor(random() * 2 ** 32), progress, signal }, result)
    return result
  } finally {
    await revived.stop()
    await removeWorker()
    await rm(data, { recursive: true, force: true })
  }
}

async function killsOfOneFolder(kills: number, random: () => number, revived: Revived, sent: Sent, result: ProveResult, progress: ProveOptions['progress'], signal: ProveOptions['signal']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-outbox-folder-'))
  const proxy = await startFaultyProxy(revived.url)
  const alive: CrashWorker[] = []
  const start = async (): Promise<void> => {
    const plan: OutboxWorkerPlan = { folder, collector: proxy.url, seed: Math.floor(random() * 2 ** 32) }
    const worker = await startWorker(plan, ([verb, text]) => hear(verb!, text, sent), 'outboxWorker.ts')
    worker.child.once('exit', (code) => {
      if (code) result.serverErrors++
    })
    alive.push(worker)
  }
  const changing = changeWeather(proxy, random)
  try {
    for (let killed = 0; killed < kills && !signal?.aborted; ) {
      while (alive.length === 0 || (alive.length === 1 && random() < 0.4)) await start()
      await wait(random() * 200)
      if (random() * killsPerCollector < 1) await revived.kill()
      const [worker] = alive.splice(Math.floor(random() * alive.length), 1)
      // Some are stopped as they should be.
      if (random() < 0.1) await worker!.ask('close')
      else {
        worker!.child.kill('SIGKILL')
        progress(++result.runs, result)
        killed++
      }
      await worker!.ended
    }
    await changing.stop()
    await proxy.meet('pass')
    await start()
    await drain(alive, folder, result)
  } finally {
    await changing.stop()
    for (const { child, ended } of alive) {
      child.kill('SIGKILL')
      await ended
    }
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Until nothing is left: what those had who were killed last is taken over only after a while. */
async function drain(alive: readonly CrashWorker[], folder: string, result: ProveResult): Promise<void> {
  const end = Date.now() + drainLimit
  let rounds = 0
  while (Date.now() < end) {
    await Promise.race([Promise.all(alive.map(({ ask }) => ask('drain'))), wait(end - Date.now(), undefined, { ref: false })])
    // Once more: a file that is moved may be in neither of two folders that are listed one after the other.
    rounds = (await findHits(folder)).length === 0 ? rounds + 1 : 0
    if (rounds === 3) return
    await wait(20)
  }
  console.error(`after ${drainLimit / 1000} s there was still something in ${folder}`)
  result.serverErrors++
}

/** Folder by folder: a sender removes its own once it is empty, and what was moved from there meanwhile is seen in the next round. */
async function findHits(folder: string): Promise<string[]> {
  const lists = (await readdir(folder)).map((name) => readdir(join(folder, name)).catch(unlessGone))
  return (await Promise.all(lists)).flat().filter((name) => name.includes('hits-'))
}

function unlessGone(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function hear(verb: string, text: string | undefined, { made, kept }: Sent): void {
  if (verb === 'ok' || text === undefined) return
  let hit: Hit
  try {
    hit = JSON.parse(text) as Hit
  } catch {
    // Cut off by the kill.
    return
  }
  if (verb === 'made') made.set(hit.id, hit)
  if (verb === 'kept') kept.add(hit.id)
}

/** Another fault, or none, every now and then. */
function changeWeather(proxy: FaultyProxy, random: () => number): { stop: () => Promise<void> } {
  let isOver = false
  const ended = (async () => {
    while (!isOver) {
      await proxy.meet(random() < 0.5 ? 'pass' : faults[Math.floor(random() * faults.length)]!)
      await wait(random() * 80)
    }
  })()
  return {
    stop() {
      isOver = true
      return ended
    },
  }
}

interface Revived {
  url: string
  /** -9, and starts the next on the same port. */
  kill(): Promise<void>
  stop(): Promise<number | null>
  password: string
}

async function startRevived(data: string): Promise<Revived> {
  const port = await freePort()
  let collector: CollectorProcess = await startCollector({ data, port, detached: true })
  let reviving: Promise<void> | undefined
  let stopped: Promise<number | null> | undefined
  async function revive(): Promise<void> {
    await collector.stop('SIGKILL')
    collector = await startCollector({ data, port, detached: true })
    reviving = undefined
  }
  return {
    url: collector.url,
    password: collector.password!,
    kill: () => (reviving ??= revive()),
    async stop() {
      await reviving
      return (stopped ??= collector.stop())
    },
  }
}

/** As the dashboard counts, and as the store has it. */
async function compare(revived: Revived, data: string, { made, kept }: Sent, result: ProveResult): Promise<void> {
  const query = await logIn(revived.url, revived.password)
  const { results } = await query({ metrics: ['pageviews'], date_range: 'all' })
  if ((await revived.stop()) !== 0) result.serverErrors++
  const store = await createStore(await openStorage({ driver: 'fs', base: data }))
  const stored = new Set<string>()
  let rows = 0
  for await (const { id, url, title, time } of store.hits({ site: 'default' })) {
    rows++
    stored.add(id)
    const hit = made.get(id)
    // One that nobody made is one that was changed.
    const isSame = hit?.url === url && hit.title === title && Date.parse(hit.timestamp) === time
    if (!isSame) console.error(`stored ${id} ${url} ${new Date(time).toISOString()}, made ${JSON.stringify(hit)}`)
    if (!isSame) result.lost++
  }
  await store.close()
  result.hits += kept.size
  result.lost += [...kept].filter((id) => !stored.has(id)).length
  result.twice += rows - stored.size + Math.max(0, results[0]!.metrics[0]! - stored.size)
  result.lost += Math.max(0, stored.size - results[0]!.metrics[0]!)
}
