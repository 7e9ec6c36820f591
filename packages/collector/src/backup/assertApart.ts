import { join } from 'node:path'
import { isTextFile, type Config } from '../config.ts'
import { describePlace } from '../describeStorage.ts'
import { isWithin } from '../isWithin.ts'
import { ConfigError } from '../settings.ts'

/**
 * A backup in the folder of its storage would be values of that, and in the next backup; one that is the storage would be no
 * copy, and take out of it what is not its own.
 *
 * @throws ConfigError where the storage lies in the backup, or the backup in the storage
 */
export async function assertApart(config: Pick<Config, 'storage' | 'store'>, flag: string, folder: string): Promise<void> {
  const { driver, base, path } = config.storage as { driver: string; base?: unknown; path?: unknown }
  const data = join(folder, 'data')
  const overlaps = [
    driver === 'fs' && ((await isWithin(folder, String(base))) || (await isWithin(String(base), data))),
    driver === 'sqlite' && typeof path === 'string' && (await isWithin(path, data)),
    isTextFile(config) && ((await isWithin(config.store.path, join(folder, 'hits.ndjson'))) || (await isWithin(config.store.path, data))),
  ]
  if (overlaps.includes(true)) throw new ConfigError(`${flag} ${folder}: it is one place with the storage, ${describePlace(config)}, or one lies in the other: name a folder apart from it, best on another disk`)
}
