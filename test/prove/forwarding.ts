import { createValuesOutbox } from '@treadlight/destinations/forward'
import { createValues, openStorage } from '@treadlight/store'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startWorker, type CrashWorker } from './crashWorker.ts'
import type { ForwardWorkerPlan } from './forwardWorker.ts'
import { startOtherSystem, weathers, type OtherSystem } from './otherSystem.ts'
import { seededRandom } from './random.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

/** Kills of collectors that share one folder: afterwards all that is left is handed on and a fresh one begins. */
const killsPerFolder = 10
/** Longest that what is left may take once nothing goes wrong any more, ms. */
const drainLimit = 60_000

/** What visitors made, by id, and what was answered 201. */
interface Made {
  kinds: Map<string, string>
  kept: Set<string>
}

/**
 * kill -9 of collectors that hand their hits on, one or two on a folder, to a system that fails in every way: every hit that was answered
 * 201 has arrived there or is a dead letter, with its id; none that a visitor has denied has; and no answer waited for any of it.
 */
export async function forwarding({ runs, seed, progress, signal }: ProveOptions, result: ProveResult): Promise<void> {
  const random = seededRandom(seed)
  for (let done = 0; done < runs && !signal?.aborted; done += killsPerFolder) await killsOfOneFolder(Math.min(killsPerFolder, runs - done), random, result, progress, signal)
}

async function killsOfOneFolder(kills: number, random: () => number, result: ProveResult, progress: ProveOptions['progress'], signal: ProveOptions['signal']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-forwarding-'))
  const other = await startOtherSystem()
  const made: Made = { kinds: new Map(), kept: new Set() }
  const alive: CrashWorker[] = []
  const start = async (isVisited: boolean): Promise<void> => {
    const plan: ForwardWorkerPlan = { folder, url: other.url, seed: Math.floor(random() * 2 ** 32), isVisited }
    const worker = await startWorker(plan, (words) => hear(words, made, result), 'forwardWorker.ts')
    worker.child.once('exit', (code) => {
      if (code) result.serverErrors++
    })
    alive.push(worker)
  }
  const changing = setInterval(() => other.meet(weathers[Math.floor(random() * weathers.length)]!), 100)
  try {
    for (let killed = 0; killed < kills && !signal?.aborted; ) {
      while (alive.length === 0 || (alive.length === 1 && random() < 0.4)) await start(true)
      await wait(random() * 600)
      const [worker] = alive.splice(Math.floor(random() * alive.length), 1)
      if (random() < 0.1) await worker!.ask('close')
      else {
        worker!.child.kill('SIGKILL')
        progress(++result.runs, result)
        killed++
      }
      await worker!.ended
    }
    clearInterval(changing)
    other.meet('good')
    await Promise.all(alive.map(({ ask }) => ask('quiet')))
    await start(false)
    await judge(folder, other, made, result, alive)
  } finally {
    clearInterval(changing)
    for (const { child, ended } of alive) {
      child.kill('SIGKILL')
      await ended
    }
    await other.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function hear([verb, id, kind]: readonly string[], { kinds, kept }: Made, result: ProveResult): void {
  if (verb === 'made' && id !== undefined && kind !== undefined) kinds.set(id, kind)
  if (verb === 'kept' && id !== undefined && kinds.has(id)) kept.add(id)
  if (verb !== 'slow' && verb !== 'error') return
  console.error(`${verb} ${id} ${kind ?? ''}`)
  result.serverErrors++
}

async function judge(folder: string, other: OtherSystem, { kinds, kept }: Made, result: ProveResult, alive: CrashWorker[]): Promise<void> {
  const missing = (): string[] => [...kept].filter((id) => kinds.get(id) === 'good' && !other.taken.has(id))
  const end = Date.now() + drainLimit
  // What was killed last is taken over only after a while.
  while (missing().length > 0 && Date.now() < end) await wait(50)
  for (const { ask, ended } of alive.splice(0)) {
    await ask('close')
    await ended
  }
  result.hits += kept.size
  for (const id of missing()) console.error(`never handed on: ${id}`)
  result.lost += missing().length
  result.lost += await countUnseen(folder, [...kept].filter((id) => kinds.get(id) === 'bad'))
  // What nobody made, or nobody may have.
  result.serverErrors += [...other.taken.keys()].filter((id) => kinds.get(id) !== 'good').length
}

/** Of hits that the system never takes, those that are neither dead letters nor wait: while they wait they will be. */
async function countUnseen(folder: string, bad: readonly string[]): Promise<number> {
  const { storage } = await openStorage({ driver: 'fs', base: folder })
  const outbox = createValuesOutbox({ values: createValues(storage), writer: '0' })
  const seen = new Set((await outbox.deadLetters('other', 10_000)).map(({ hit }) => hit.id))
  for (const parcel of await outbox.list()) for (const { id } of (await outbox.read(parcel)) ?? []) seen.add(id)
  await storage.dispose()
  // Only the newest are kept.
  const unseen = seen.size >= 1000 ? [] : bad.filter((id) => !seen.has(id))
  for (const id of unseen) console.error(`neither a dead letter nor waiting: ${id}`)
  return unseen.length
}
