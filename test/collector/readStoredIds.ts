import { createStore, openStorage } from '@treadlight/store'

/** The ids of all hits in a folder, in order; one that is there twice is named twice. */
export async function readStoredIds(base: string): Promise<string[]> {
  const store = await createStore(await openStorage({ driver: 'fs', base }))
  const ids: string[] = []
  for await (const hit of store.hits({ site: 'default' })) ids.push(hit.id)
  await store.close()
  return ids.sort()
}
