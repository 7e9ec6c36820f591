import { createReferenceStore, type StoredHit } from '@treadlight/store'
import type { Entry } from '../../../packages/collector/src/reports/entries.ts'
import { entriesOf } from '../../../packages/collector/src/reports/report.ts'

const minute = 60_000

/** The entries that a store with these hits has. */
export async function entriesIn(hits: readonly StoredHit[], { interval = minute, ...range }: { from?: number; to?: number; interval?: number } = {}): Promise<Entry[]> {
  const store = createReferenceStore()
  await store.append(hits)
  return (await listAll(entriesOf(store, { site: 'shop', interval, ...range }))).flat()
}

export async function listAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Entries as a report gets them. */
export async function* batchesOf<T>(...batches: T[][]): AsyncGenerator<T[]> {
  for (const batch of batches) yield batch
}
