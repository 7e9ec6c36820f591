import { createStore, createValues, openStorage, type HitStore, type StorageConfig, type StorageProblem, type Values } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { ConfigError, type Config } from './config.ts'

export interface OpenStore {
  store: HitStore
  values: Values
  /** Stores what is on its way, then lets go of the storage. */
  close(): Promise<void>
}

/**
 * Opens the storage of a config, after a look whether it can be written at all.
 * @throws ConfigError naming the storage and the remedy
 */
export async function openStore({ storage: settings }: Config): Promise<OpenStore> {
  try {
    const opened = await openStorage(settings as StorageConfig)
    const values = createValues(opened.storage, { onProblem: report })
    await tryToWrite(values)
    const store = await createStore({ ...opened, onProblem: report })
    return {
      store,
      values,
      async close() {
        await store.close()
        await opened.storage.dispose()
      },
    }
  } catch (cause) {
    throw new ConfigError(`storage: ${(cause as Error).message.replace(/^\[treadlight \w+\] /, '')}`, { cause })
  }
}

/**
 * Opens a storage that is there already: a command with a mistyped folder should not make a new one.
 * @throws ConfigError also where the folder does not exist
 */
export async function openExisting(config: Config): Promise<OpenStore> {
  const { driver, base } = config.storage
  if (driver === 'fs' && !existsSync(base))
    throw new ConfigError(`storage.base: there is no folder ${base}; name the collector’s with --data`)
  return openStore(config)
}

/** Better now than when the first hit comes. */
async function tryToWrite(values: Values): Promise<void> {
  const key = `probe:${randomBytes(8).toString('hex')}`
  await values.create(key, '')
  await values.remove(key)
}

/** A damaged value is left out of every answer; the owner is to know of it. */
function report({ key, offset, reason }: StorageProblem): void {
  console.error(`treadlight: storage: ${key} is damaged at byte ${offset} (${reason}): what it held there is not counted`)
}
