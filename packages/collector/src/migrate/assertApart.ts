import { isTextFile, type Config } from '../config.ts'
import { isWithin } from '../isWithin.ts'
import { ConfigError } from '../settings.ts'
import type { Place } from './readPlace.ts'

/**
 * What lies in a folder is a value of it: a copy in its own source would be copied too, and written to what is only to be read.
 *
 * @throws ConfigError where both are the same place, by whatever name, or one lies in the folder of the other
 */
export async function assertApart(from: Place, to: Place): Promise<void> {
  if (from.name === to.name) throw new ConfigError(`--from and --to are the same place, ${from.name}: name another one`)
  // Small values stay where they are then, and nothing of that folder is copied.
  if (from.storage === to.storage) return
  for (const [folder, others] of [[from, to], [to, from]] as const) {
    if (folder.config.storage.driver !== 'fs') continue
    for (const path of pathsOf(others.config)) {
      if (await isWithin(path, String(folder.config.storage['base']))) throw new ConfigError(`--from and --to lie in each other: ${others.name} is in ${folder.storage}: name a place apart from it`)
    }
  }
}

/** What a place has on this machine. */
function pathsOf({ storage, store }: Config): string[] {
  const paths = [storage.driver === 'fs' && storage['base'], storage.driver === 'sqlite' && storage['path'], isTextFile({ store }) && store.path]
  return paths.filter((path) => typeof path === 'string')
}
