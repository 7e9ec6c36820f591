import {
  createNdjsonStore,
  createStore,
  createValues,
  newestTime,
  openStorage,
  type Check,
  type HitStore,
  type Portable,
  type StorageConfig,
  type StorageProblem,
  type Store,
  type Values,
} from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { builtin } from './builtins.ts'
import type { Config } from './config.ts'
import { isLoss } from './damage.ts'
import { createSecretHider } from './hideSecrets.ts'
import { createConfiguredLog, type Log } from './log.ts'
import { ConfigError } from './settings.ts'
import { isClickhouse } from './settings/store.ts'

/** What stores have, and a store on a storage has in addition. */
export type AnyStore = HitStore & Partial<Pick<Store, 'countAbout' | 'countWaiting' | 'dayStates' | 'lines' | 'load' | 'removeSite' | keyof Portable>>

/** ms. */
const day = 86_400_000

type OpenedStorage = Awaited<ReturnType<typeof openStorage>>

/** The storage of a config. */
export interface OpenStorage extends OpenedStorage {
  /** What its server says that makes a 201 worth nothing; then `durability` is volatile. */
  failing: readonly Check[]
  /** Makes the store on it. */
  open(options?: OpenOptions): Promise<OpenStore>
  /** Lets go of it. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** To look only: also where nothing can be written, and beside whoever has a text file open. @default false */
  readOnly?: boolean
  /** For what deletes: a disk that is full is no reason not to begin, since deleting may free it. @default false */
  freesSpace?: boolean
  /** Makes no database, nor tables in one. @default false */
  existing?: boolean
  /** Told of each thing that is found damaged. @default says so on stderr */
  onProblem?: (problem: StorageProblem) => void
}

export interface OpenStore extends Pick<OpenStorage, 'failing'> {
  store: AnyStore
  values: Values
  /** What was found damaged so far; it grows. */
  problems: readonly StorageProblem[]
  /** When the newest value was written before this process came, ms since 1970; undefined where there is none. */
  newest: number | undefined
  /** Stores what is on its way, then lets go of the storage. */
  close(): Promise<void>
}

/**
 * Opens the store of a config, unless it is to be read only after a look whether its storage can be written at all.
 * @throws ConfigError naming the storage and the remedy
 */
export async function openStore(config: Config, options?: OpenOptions): Promise<OpenStore> {
  const opened = await openConfigured(config)
  try {
    return await opened.open(options)
  } catch (error) {
    await opened.close()
    throw error
  }
}

/**
 * Opens a store that is there already: a command with a mistyped folder should not make a new one.
 * @throws ConfigError also where there is none
 */
export async function openExisting(config: Config, options?: OpenOptions): Promise<OpenStore> {
  assertExists(config)
  return openStore(config, { ...options, existing: true })
}

/** The storage of a config, whether or not there is anything in it yet. */
export async function openAnyStorage(config: Config): Promise<OpenStorage> {
  return openConfigured(config)
}

/** The same for its storage alone. */
export async function openExistingStorage(config: Config): Promise<OpenStorage> {
  assertExists(config)
  return openConfigured(config)
}

/** A storage that may be new. @throws ConfigError for memory, which would be gone with this process */
export async function openNewStorage(config: Config): Promise<OpenStorage> {
  assertLasting(config)
  return openConfigured(config)
}

/** Whether there is something already, as far as files tell. */
export function isThere(config: Config): boolean {
  try {
    assertExists(config)
    return true
  } catch {
    return false
  }
}

function assertLasting({ storage }: Config): void {
  if (storage.driver === 'memory')
    throw new ConfigError('storage.driver memory: what a collector has in its memory only that collector can see; name another driver')
}

function assertExists(config: Config): void {
  assertLasting(config)
  const { existsSync, statSync } = builtin('node:fs')
  const { storage, store } = config
  const { driver, base, path } = storage
  if (driver === 'fs' && !existsSync(String(base)))
    throw new ConfigError(`storage.base: there is no folder ${String(base)}; name the collector’s with --data`)
  if (driver === 'fs' && !statSync(String(base)).isDirectory())
    throw new ConfigError(`storage.base: ${String(base)} is not a folder; name the collector’s with --data`)
  if (driver === 'sqlite' && !existsSync(String(path)))
    throw new ConfigError(`storage.path: there is no file ${String(path)}; name the collector’s`)
  if (store.type === 'ndjson' && !existsSync(store.path))
    throw new ConfigError(`store.path: there is no file ${store.path}; name the collector’s`)
}

async function openConfigured(config: Config): Promise<OpenStorage> {
  const hide = createSecretHider(config.storage, [config.store.password ?? ''])
  const explain = (cause: unknown): ConfigError =>
    new ConfigError(`${(cause as Error).message.startsWith('[treadlight clickhouse]') ? 'store' : 'storage'}: ${hide((cause as Error).message).replace(/^\[treadlight [\w-]+\] /, '')}`, { cause })
  try {
    // Which options fit together the drivers know.
    const { storage, durability: promised } = await openStorage(config.storage as StorageConfig)
    const failing = await findFailing(config.storage.driver, storage)
    const durability = failing.length > 0 ? 'volatile' : promised
    const opened = { storage, durability, failing, close: () => storage.dispose() }
    return { ...opened, open: (options = {}) => open(config, opened, options).catch(fail) }
  } catch (cause) {
    return fail(cause)
  }

  function fail(cause: unknown): never {
    throw explain(cause)
  }
}

/**
 * What a database says of itself: one that evicts hits, or does not sync, keeps no promise. Of others nothing can be told
 * that would be worth a request at each start.
 */
async function findFailing(name: string, storage: OpenedStorage['storage']): Promise<Check[]> {
  if (name !== 'redis' && name !== 'postgres') return []
  const { driver } = storage.getMount('')
  // Where it cannot be asked, doctor says so.
  const checks = 'checks' in driver ? await (driver.checks as () => Promise<Check[]>)().catch(() => []) : []
  return checks.filter(({ ok }) => ok === false)
}

async function open(
  config: Config,
  { storage, durability, failing, close }: Omit<OpenStorage, 'open'>,
  { readOnly = false, freesSpace = false, existing = false, onProblem: tell }: OpenOptions,
): Promise<OpenStore> {
  const { store: settings } = config
  const log = createConfiguredLog(config)
  const problems: StorageProblem[] = []
  const onProblem = (problem: StorageProblem): void => {
    if (problems.some(({ key, offset }) => key === problem.key && offset === problem.offset)) return
    problems.push(problem)
    if (tell) tell(problem)
    else report(log, problem)
  }
  const values = createValues(storage, { onProblem })
  const newest = newestTime(await values.list(''))
  if (!readOnly) await tryToWrite(values).catch((error: unknown) => rethrow(error, freesSpace))
  // What a killed process has left may stay where nothing can be removed.
  const onError = readOnly ? () => undefined : log.error
  const store =
    settings.type === 'ndjson'
      ? await createNdjsonStore({ path: settings.path, readOnly, onProblem })
      : isClickhouse(config)
      ? await openClickhouse(config, { readOnly, existing })
      : await createStore({ storage, durability, keepSums: config.retention.sums, onProblem, onError })
  return {
    failing,
    store,
    values,
    problems,
    newest,
    async close() {
      await store.close().finally(close)
    },
  }
}

/** Loaded only where it is wanted. */
async function openClickhouse({ store: { type: _type, path: _path, ...settings }, retention }: Config, { readOnly, existing }: { readOnly: boolean; existing: boolean }): Promise<AnyStore> {
  const { createClickhouseStore } = await import('@treadlight/store/clickhouse')
  const ages = { anonymous: retention.anonymous * day, authenticated: retention.authenticated * day }
  return createClickhouseStore({ ...settings, retention: ages, readOnly, existing })
}

/** Whether something could not be written because there is no room for it. */
export function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ['ENOSPC', 'EDQUOT'].includes(String((error as { code?: unknown }).code)) || isFullDisk(error.cause)
}

/** Whether a text file could not be opened because another process has it open. */
export function isHeld(error: Error): boolean {
  return (error.cause as { code?: string } | undefined)?.code === 'ELOCKED'
}

/** Better now than when the first hit comes. */
async function tryToWrite(values: Values): Promise<void> {
  const key = `probe:${randomBytes(8).toString('hex')}`
  await values.create(key, '')
  await values.remove(key)
}

function rethrow(error: unknown, freesSpace: boolean): void {
  if (!freesSpace || !isFullDisk(error)) throw error
}

/** A damaged value is left out of every answer; the owner is to know of it. */
function report(log: Log, problem: StorageProblem): void {
  const { key, offset, reason } = problem
  const what = isLoss(problem)
    ? `${reason === 'missing' ? 'is missing' : `is damaged at byte ${offset} (${reason})`}: what it held there is not counted; see treadlight doctor`
    : `ends at byte ${offset} in a write that was cut off (${reason}): nobody was told that it had worked`
  log.warn(`storage: ${key} ${what}`, { key, reason })
}
