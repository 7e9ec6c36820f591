import type { Storage } from 'unstorage'
import { listKeys } from './values.ts'

/** Removed at once: a storage on another machine answers each after a while. */
const parallelRemovals = 16

/**
 * Deletes every value of a site. What commits goes first, so that a reader finds either all or less, and never takes a part for
 * the whole; and again at the end, in case a compaction elsewhere has committed meanwhile.
 *
 * @returns how many values
 */
export async function removeSiteValues(storage: Storage, site: string): Promise<number> {
  const commits = (await listKeys(storage, `${site}:manifest:`)).concat(await listKeys(storage, `${site}:catalog:`))
  await removeAll(commits)
  const others = await listKeys(storage, `${site}:`)
  await removeAll(others)
  const late = await listKeys(storage, `${site}:`)
  await removeAll(late)
  return new Set([...commits, ...others, ...late]).size

  async function removeAll(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += parallelRemovals) await Promise.all(keys.slice(start, start + parallelRemovals).map((key) => storage.removeItem(key)))
  }
}
