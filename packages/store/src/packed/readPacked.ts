import { addRun, createBatch, type Batch } from '../batch.ts'
import type { FactTable } from '../factTable.ts'
import { parseBatchKey } from '../keys.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { listKeys, readBytes } from '../values.ts'
import { decodePacked, parsePackedKey, type PackedBatch, type PackedValue } from './packedValue.ts'

export interface ReadPackedOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'settle' | 'onProblem'> {
  site: string
}

/** Facts that were packed, as they are held in memory, and the batches that they came in. */
export interface PackedFacts {
  batches: Batch[]
  tables: FactTable[]
}

/** The newest first. */
export async function listPacked({ site, storage }: Pick<ReadPackedOptions, 'site' | 'storage'>): Promise<string[]> {
  return (await listKeys(storage, `${site}:packed:`)).filter((key) => parsePackedKey(key) !== undefined).toReversed()
}

/** Undefined where there is none any more; `'young'` if it is not whole and may still be being written. */
export async function readPacked(key: string, { storage, now, settle, onProblem }: ReadPackedOptions): Promise<PackedValue | 'damaged' | 'later' | 'young' | undefined> {
  const { time = 0, bytes: length = 0 } = parsePackedKey(key) ?? {}
  const bytes = await readBytes(storage, key)
  if (bytes === undefined) return undefined
  const isShort = bytes.length < length
  if (isShort && time + settle >= now()) return 'young'
  const value = decodePacked(bytes, length)
  if (value === 'damaged') onProblem({ key, offset: 0, reason: isShort ? 'torn' : 'checksum' })
  return value
}

/**
 * The facts of the newest value of which every batch is as it was: one that is not would have others count that came with
 * it. What cannot be read costs no more than the time that it would have saved, since it is in the batches.
 *
 * @param isAsItWas whether the batch is there, counts, and has this length
 */
export async function findPacked(options: ReadPackedOptions, isAsItWas: (batch: PackedBatch) => Promise<boolean>): Promise<PackedFacts | undefined> {
  for (const key of await listPacked(options)) {
    const value = await readPacked(key, options)
    if (value === undefined || typeof value === 'string') continue
    const { batches } = value.head
    if (!(await Promise.all(batches.map(isAsItWas))).every(Boolean)) continue
    try {
      const tables = value.tables(options.site)
      return { tables, batches: batches.map((batch) => batchOf(batch, tables)) }
    } catch {
      options.onProblem({ key, offset: 0, reason: 'checksum' })
    }
  }
  return undefined
}

function batchOf({ key, bytes, count, oldest, runs }: PackedBatch, tables: readonly FactTable[]): Batch {
  const batch: Batch = { ...createBatch(key, parseBatchKey(key)!), count, oldest, size: bytes, end: bytes }
  for (let at = 0; at < runs.length; at += 3) addRun(batch, tables[runs[at]!]!, runs[at + 1]!, runs[at + 2]!)
  return batch
}
