import type { Check } from '@treadlight/store'
import { assertSite } from './assertSite.ts'
import type { Collector } from './collector.ts'
import { isTextFile, type Config } from './config.ts'
import { createConfiguredCollector, type ConfiguredCollectorOptions } from './configuredCollector.ts'
import { eraseNow } from './eraseNow.ts'
import { createErasureRequests } from './erasureRequests.ts'
import { createConfiguredLog, type Log } from './log.ts'
import { openStore, type AnyStore } from './openStore.ts'
import { openPlaceSource, type PlaceSource } from './place/placeSource.ts'
import { everyHour, everyMinute, everySecond, startUpkeep, type UpkeepJob } from './upkeep.ts'

export interface OpenCollectorOptions extends Pick<ConfiguredCollectorOptions, 'base' | 'config' | 'peers' | 'settings'> {
  /**
   * Which of several processes on one storage this is, from 0: upkeep that one can do for all is the first one's.
   * @default 0
   */
  worker?: number
}

/** A collector with its storage and its upkeep, which listens nowhere yet. */
export interface OpenCollector {
  collector: Collector
  log: Log
  /** What its storage says that makes a 201 worth nothing. */
  failing: readonly Check[]
  /** From here on it prunes and compacts, until it is closed. */
  startUpkeep(): void
  /** Ends the streams that are open, so that the server need not wait for them. To be called before it is closed. */
  endStreams(): void
  /** Stores what is on its way, and lets go of the storage. No request may come any more. */
  close(): Promise<void>
}

/** ms between the upkeep of one process and of the next. */
const workerDelay = 5000

/**
 * Opens the storage of a config with a collector on it.
 * @throws ConfigError where folder, driver or place database cannot be had, naming the remedy
 */
export async function openCollector({ config, settings, worker = 0, ...others }: OpenCollectorOptions): Promise<OpenCollector> {
  const place = await openPlaceSource(config.place)
  const opened = await openStore(config)
  const log = createConfiguredLog(config)
  const collector = createConfiguredCollector({ config, opened, place, log, settings, ...others })
  let stopUpkeep = async (): Promise<void> => undefined
  return {
    collector,
    log,
    failing: opened.failing,
    startUpkeep() {
      stopUpkeep = startUpkeep({ jobs: upkeepJobs({ collector, store: opened.store, config, log, place, worker }), onError: log.error })
    },
    endStreams: collector.endStreams,
    async close() {
      await stopUpkeep()
      // What is counted beside the hits keeps nobody from closing the store.
      await collector.flush().catch(log.error)
      await collector.forwarding?.close().catch(log.error)
      await opened.close()
    },
  }
}

interface UpkeepSubjects {
  collector: Collector
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
