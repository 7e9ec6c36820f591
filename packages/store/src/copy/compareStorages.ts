import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Storage } from 'unstorage'
import { listKeys, readBytes } from '../values.ts'
import { isCopied } from './copyOrder.ts'

export interface CompareOptions {
  from: Storage
  to: Storage
  /** Which values. @default all */
  filter?: (key: string) => boolean
  /** Ends it early, with what `signal` was aborted with. */
  signal?: AbortSignal
  /** Told after each value. */
  onProgress?: (done: { total: number; done: number; bytes: number }) => void
  /** Values under way at once. @default 8 */
  parallel?: number
}

/** How two storages differ. */
export interface ComparedStorages {
  /** Values that are the same in both, and their bytes. */
  values: number
  bytes: number
  /** SHA-256 in hex over the names and the SHA-256 of all values of the source, in the order of their names. */
  checksum: string
  /** Only in the source; in both with other bytes; only in the destination. */
  missing: string[]
  differing: string[]
  extra: string[]
}

/** Reads every value of two storages and compares their bytes. What notes a copy in progress is left out. */
export async function compareStorages({ from, to, filter = () => true, signal, onProgress, parallel = 8 }: CompareOptions): Promise<ComparedStorages> {
  const isOurs = (key: string) => isCopied(key) && filter(key)
  const keys = (await listKeys(from, '')).filter(isOurs)
  const there = new Set((await listKeys(to, '')).filter(isOurs))
  const report: ComparedStorages = { values: 0, bytes: 0, checksum: '', missing: [], differing: [], extra: [] }
  const checksum = createHash('sha256')
  for (let start = 0; start < keys.length; start += parallel) {
    signal?.throwIfAborted()
    const group = keys.slice(start, start + parallel)
    for (const { key, bytes, isSame } of await Promise.all(group.map(compare))) {
      // Deleted since it was listed.
      if (bytes === undefined) continue
      checksum.update(`${key} ${createHash('sha256').update(bytes).digest('hex')}\n`)
      if (!there.has(key)) report.missing.push(key)
      else if (!isSame) report.differing.push(key)
      else {
        report.values++
        report.bytes += bytes.length
      }
    }
    onProgress?.({ total: keys.length, done: start + group.length, bytes: report.bytes })
  }
  const listed = new Set(keys)
  report.extra = [...there].filter((key) => !listed.has(key))
  report.checksum = checksum.digest('hex')
  return report

  async function compare(key: string): Promise<{ key: string; bytes: Buffer | undefined; isSame: boolean }> {
    const [bytes, copy] = await Promise.all([readBytes(from, key), there.has(key) ? readBytes(to, key) : undefined])
    return { key, bytes, isSame: bytes !== undefined && copy?.equals(bytes) === true }
  }
}
