import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { StorageConfig } from '@treadlight/store'
import { createCrashOracle } from './crashOracle.ts'
import { countFailures, finish, kill, listenTo, showLog, type CrashLog, type Shared } from './crashStore.ts'
import { removeWorker, startWorker, type CrashWorker } from './crashWorker.ts'
import { seededRandom } from './random.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

export interface Round {
  config: StorageConfig
  /** At once. */
  processes: number
  /** How long they go on, ms. */
  lasts: number
  random: () => number
}

/** How far apart the facts of two processes begin: they go on by turns, so that several have facts of one id. */
const factsPerProcess = 10_000
/** Of the workers' clock for one of the real: ten minutes take 0.6 s. */
const speed = 1000
/**
 * A batch is appended to for ten minutes, and its name says only in which minute it was begun. What is left of this is how
 * long a process on a busy machine may be held up between two looks at its clock: 2.9 s.
 */
const settle = 60 * 60_000
const grace = 5 * 60_000

/**
 * Several processes on one folder, each of which appends, compacts, prunes, erases, sweeps and reads; some are killed with
 * -9 and replaced. Every answer of each is held to what all of them had acknowledged when it was asked for.
 */
export async function processes({ runs, seed, progress, signal }: ProveOptions, log: CrashLog = showLog): Promise<ProveResult> {
  const random = seededRandom(seed)
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  try {
    while (result.runs < runs && !signal?.aborted) {
      const base = await mkdtemp(join(tmpdir(), 'treadlight-processes-'))
      const before = countFailures(result)
      const count = 2 + Math.floor(random() * 3)
      await roundOfProcesses({ config: { driver: 'fs', base }, processes: count, lasts: 6000, random }, result, log)
      if (countFailures(result) === before) await rm(base, { recursive: true, force: true })
      else log.found(`kept ${base}`)
      progress(++result.runs, result)
    }
    return result
  } finally {
    await removeWorker()
  }
}

/** One round, on any storage that is empty. Adds to `result` what was found. */
export async function roundOfProcesses({ config, processes: count, lasts, random }: Round, result: ProveResult, log: CrashLog): Promise<void> {
  const seed = Math.floor(random() * 2 ** 32)
  const shared: Shared = { config, seed, start: Date.UTC(2026, 9, 2, 12), startedAt: Date.now(), speed, grace, settle }
  const oracle = createCrashOracle(seed, shared.start)
  const workers = new Map<string, CrashWorker>()
  const choices = Math.floor(random() * 2 ** 32)
  let started = 0

  async function start(leftOver: readonly number[]): Promise<void> {
    const number = started++
    const name = `process ${number}`
    const first = (number % count) + count * factsPerProcess * Math.floor(number / count)
    const plan = { ...shared, choices: choices + number, first, step: count, leftOver, senders: 3, reads: true }
    const worker = await startWorker(plan, listenTo(name, oracle, result, log))
    workers.set(name, worker)
    await worker.ask('live')
  }

  async function replace(): Promise<void> {
    const names = [...workers.keys()]
    const name = names[Math.floor(random() * names.length)]!
    await kill(name, workers.get(name)!, shared, oracle)
    log.killed(name)
    workers.delete(name)
    await start(oracle.leftOver(name))
  }

  await Promise.all(Array.from({ length: count }, () => start([])))
  const kills = 1 + Math.floor(random() * 2)
  for (let killed = 0; killed < kills; killed++) {
    await wait((lasts / (kills + 1)) * (0.5 + random()))
    await replace()
  }
  await wait(lasts / (kills + 1))
  await endAll([...workers.values()])
  await finish(shared, oracle, result, log)
  result.hits += oracle.acknowledged()
}

/** All stop, and then all are asked what there is. */
async function endAll(workers: readonly CrashWorker[]): Promise<void> {
  await Promise.all(workers.map(({ ask }) => ask('stop')))
  for (const command of ['count', 'list', 'close']) await Promise.all(workers.map(({ ask }) => ask(command)))
  await Promise.all(workers.map(({ ended }) => ended))
}
