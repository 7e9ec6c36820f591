import type { HitStore } from '@treadlight/store'

/** When a site's first hit was, ms since 1970: where the range `all` begins. */
export async function firstHit(store: Pick<HitStore, 'hits'>, site: string): Promise<number | undefined> {
  for await (const hit of store.hits({ site, order: 'oldest', limit: 1 })) return hit.time
  return undefined
}
