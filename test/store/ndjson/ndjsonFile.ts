import type { HitStore, StoredHit } from '@treadlight/store'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createNdjsonStore, type NdjsonStoreOptions } from '../../../packages/store/src/ndjson/createNdjsonStore.ts'
import type { StorageProblem } from '../../../packages/store/src/values.ts'
import { createTemporaryDirectory } from '../temporaryDirectory.ts'

export interface NdjsonFile {
  path: string
  /** Told by the stores so far. */
  problems: StorageProblem[]
  open(options?: Partial<NdjsonStoreOptions>): ReturnType<typeof createNdjsonStore>
}

/** A place for a file, and stores on it that are closed after the test. */
export async function createNdjsonFile(): Promise<NdjsonFile> {
  const path = join(await createTemporaryDirectory(), 'hits.ndjson')
  const problems: StorageProblem[] = []
  return {
    path,
    problems,
    async open(options) {
      const store = await createNdjsonStore({ path, sync: false, onProblem: (problem) => problems.push(problem), ...options })
      onTestFinished(() => store.close())
      return store
    },
  }
}

export async function listIds(store: HitStore, site = 'shop'): Promise<string[]> {
  return (await listAll(store, site)).map(({ id }) => id)
}

/** The oldest first. */
export async function listAll(store: HitStore, site = 'shop'): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
  return hits
}
