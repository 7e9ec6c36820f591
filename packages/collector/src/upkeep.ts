import type { RetentionPolicy } from '@treadlight/store'
import type { Config } from './config.ts'

/** What is done again and again for as long as the process lives. */
export interface UpkeepJob {
  run: () => Promise<unknown>
  /** ms between the end of a round and the next. */
  every: number
  /** ms before the first round. @default that of all jobs */
  after?: number
}

export interface UpkeepOptions {
  jobs: readonly UpkeepJob[]
  /** Told of a round that failed; of the same failure once a day. */
  onError: (error: unknown) => void
  /** ms before the first rounds. @default a minute: a restart loop should not prune in a loop */
  after?: number
}

const day = 86_400_000
export const everySecond = 1000
export const everyMinute = 60_000
export const everyHour = 3_600_000

/** The settings' days as the store's milliseconds. */
export function retentionPolicy({ anonymous, authenticated, newest }: Config['retention']): RetentionPolicy {
  return { anonymous: anonymous * day, authenticated: authenticated * day, ...(newest !== undefined && { newest }) }
}

/**
 * Runs jobs for as long as the process lives. A round that fails is told of and does not end them.
 * @returns stops them, after the rounds that are running
 */
export function startUpkeep({ jobs, onError, after = everyMinute }: UpkeepOptions): () => Promise<void> {
  const tell = createTeller(onError)
  const stops = jobs.map((job) => repeat(job, job.after ?? after, tell))
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

function repeat({ run, every }: Omit<UpkeepJob, 'after'>, after: number, tell: (error: unknown) => void): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let timer = schedule(after)
  return async () => {
    isStopped = true
    clearTimeout(timer)
    await running
  }

  function schedule(delay: number): NodeJS.Timeout {
    return setTimeout(round, delay).unref()
  }

  function round(): void {
    running = attempt().then(() => {
      if (!isStopped) timer = schedule(every)
    })
  }

  async function attempt(): Promise<void> {
    try {
      await run()
    } catch (error) {
      tell(error)
    }
  }
}

/** More different failures than this are not remembered. */
const maxTold = 100

/** A disk that is full is full every minute. Messages that differ in numbers and random names only are the same. */
function createTeller(onError: (error: unknown) => void): (error: unknown) => void {
  const told = new Map<string, number>()
  return (error) => {
    const message = (error instanceof Error ? error.message : String(error)).replaceAll(/[0-9a-f]{6,}|\d+/g, '#')
    if (performance.now() - (told.get(message) ?? -Infinity) < day) return
    if (told.size >= maxTold) told.clear()
    told.set(message, performance.now())
    onError(error)
  }
}
