import type { HitStore } from '@treadlight/store'
import { ConfigError } from '../../packages/collector/src/settings.ts'
import { seedHits, type SeedOptions } from '../../packages/collector/src/demoSite/seedHits.ts'

/** Hits at once: a batch of some megabytes. */
const portion = 5000

/**
 * Appends made-up traffic and compacts it.
 * @param options.force writes beside the hits that the site has already. @default false
 * @returns how many hits
 * @throws ConfigError where the site has hits: made-up ones among real ones cannot be told apart any more
 */
export async function seedStore(store: HitStore, { force = false, ...options }: SeedOptions & { force?: boolean }): Promise<number> {
  const { site } = options
  for await (const _ of store.hits({ site, limit: 1 }))
    if (!force) throw new ConfigError(`site ${site} has hits already: name another folder with --data, or write among them with --force`)
  let count = 0
  for (const hits of seedHits(options)) {
    for (let start = 0; start < hits.length; start += portion) await store.append(hits.slice(start, start + portion))
    count += hits.length
  }
  await store.maintain({ force: true })
  return count
}
