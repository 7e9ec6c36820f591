import type { Storage } from 'unstorage'
import { createBatch, encodeBatch, type Batch } from './batch.ts'
import type { StoredHit } from './hit.ts'
import { createItem, listKeys } from './values.ts'

/**
 * Puts the survivors of a batch under a key of their own, and then removes the batch. A crash between the two leaves
 * both, and the union by id makes that harmless; two processes at once leave the survivors twice, just as harmless.
 *
 * @returns what is there instead; undefined without survivors
 */
export async function replaceBatch(
  storage: Storage,
  batch: Batch,
  survivors: readonly StoredHit[],
  key: string,
): Promise<Batch | undefined> {
  if (survivors.length > 0 && !(await createItem(storage, key, encodeBatch(survivors)))) {
    throw new Error(`[treadlight store] ${key} is taken: run it again`)
  }
  await storage.removeItem(batch.key)
  return survivors.length > 0 ? { ...createBatch(key, true), facts: [...survivors] } : undefined
}

/**
 * unstorage's drivers may fail to remove without a word, and a deletion that did not happen must not be reported.
 * @throws Error if one of the keys is still listed
 */
export async function assertGone(storage: Storage, prefix: string, keys: readonly string[]): Promise<void> {
  const listed = new Set(await listKeys(storage, prefix))
  const left = keys.find((key) => listed.has(key))
  if (left === undefined) return
  throw new Error(`[treadlight store] ${left} is still there after its deletion: check the rights of the storage`)
}
