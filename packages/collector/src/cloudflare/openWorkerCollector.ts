import { createStore, createValues, newestTime, openStorage, type StorageConfig, type StorageProblem } from '@treadlight/store'
import type { Collector } from '../collector.ts'
import { createConfiguredCollector } from '../configuredCollector.ts'
import { createConfiguredLog, type Log } from '../log.ts'
import { configOfWorker, passwordOf, type WorkerEnvironment } from './environment.ts'

/** Hits of a site that wait in batches, in memory, before they are compacted: some 30 MB of an isolate's 128. */
const compactAt = 20_000

export interface WorkerCollector {
  collector: Collector
  log: Log
}

/**
 * The collector of a Worker on its bucket, and its first owner.
 * @throws ConfigError naming the setting or binding that is wrong
 */
export async function openWorkerCollector(env: WorkerEnvironment, given: object): Promise<WorkerCollector> {
  const { config, settings } = await configOfWorker(env, given)
  const password = passwordOf(env)
  const log = createConfiguredLog(config)
  const problems: StorageProblem[] = []
  const onProblem = (problem: StorageProblem): void => {
    problems.push(problem)
    log.warn(`storage: ${problem.key} is damaged at byte ${problem.offset} (${problem.reason})`)
  }
  const { storage, durability } = await openStorage(config.storage as StorageConfig)
  const values = createValues(storage, { onProblem })
  const newest = newestTime(await values.list(''))
  const store = await createStore({ storage, durability, keepSums: config.retention.sums, compactAt, onProblem, onError: log.error })
  const collector = createConfiguredCollector({ config, settings, log, opened: { store, values, problems, newest }, place: { headers: config.place.headers } })
  await setUpOwner(collector, password, log)
  return { collector, log }
}

/** There is no terminal to print a password on: without one hits are counted, and nobody can log in. */
async function setUpOwner({ users }: Collector, password: string | undefined, log: Log): Promise<void> {
  if (password !== undefined) await users.setUp(password)
  else if ((await users.list()).length === 0) log.warn('Nobody can log in yet: npx wrangler secret put TREADLIGHT_PASSWORD sets the password of admin')
}
