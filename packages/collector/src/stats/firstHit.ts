import type { HitStore } from '@treadlight/store'
import { startOfDay } from '../days.ts'

/** When a site's first hit was, ms since 1970: where the range `all` begins. */
export async function firstHit(store: Pick<HitStore, 'hits'>, site: string): Promise<number | undefined> {
  for await (const hit of store.hits({ site, order: 'oldest', limit: 1 })) return hit.time
  return undefined
}

/** The same, or when the first day began that another product has told the sums of. */
export async function firstMoment(store: Pick<HitStore, 'hits' | 'imports'>, { id, timezone }: { id: string; timezone: string }): Promise<number | undefined> {
  const imported = (await store.imports?.(id)) ?? []
  const starts = [await firstHit(store, id), ...imported.map(({ first }) => startOfDay(timezone, first))].filter((time) => time !== undefined)
  return starts.length === 0 ? undefined : Math.min(...starts)
}
