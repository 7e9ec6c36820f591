import { createStore, openStorage } from '@treadlight/store'

/** The ids of all hits in a folder, by reading it anew. */
export async function readIds(base: string): Promise<string[]> {
  const store = await createStore(await openStorage({ driver: 'fs', base }))
  const ids: string[] = []
  for await (const { id } of store.hits({ site: 'default' })) ids.push(id)
  await store.close()
  return ids
}
