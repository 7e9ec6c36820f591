import { siteDay, type Values } from '@treadlight/store'
import { addDays, isTimeZone } from '../days.ts'
import type { DemoSize } from './fillSite.ts'
import { isWorkers } from '../installation/isNode.ts'
import type { AnyStore } from '../openStore.ts'
import { createSiteRecords, siteRecordKeys, writeSiteRecord, type SiteDemo, type SiteRecord } from '../sites/siteRecords.ts'
import { readSiteId, SiteProblem, type SiteRegistry } from '../sites/siteRegistry.ts'
import type { DemoBelongings } from '../sites/siteSentences.ts'

/** What it is called unless somebody says otherwise. */
export const usualDemoSite = 'demo'

/** A made-up site. */
export interface DemoSite {
  id: string
  demo: SiteDemo
}

/** Sites with a year of made-up visits: made, brought up to today, and removed with all that belongs to them. */
export interface DemoSites {
  /**
   * Makes the site, or brings it up to today; where it was left half-filled it goes on.
   * @param wanted.timezone default that of the default site
   * @returns at once: `filled` resolves when all is there, and at once where it is being filled already
   * @throws SiteProblem where there are real hits under this name, or the storage cannot do it
   */
  begin(wanted: { id?: unknown; timezone?: unknown }, onProgress?: (progress: { day: string; hits: number }) => void): Promise<DemoSite & { filled: Promise<DemoSite> }>
  /** Undefined for a site that is not made up. */
  find(id: unknown): Promise<DemoSite | undefined>
  /** Hits that are there so far, about. */
  count(id: string): Promise<number>
  /** What goes with it. */
  belongings(id: string): Promise<DemoBelongings>
  /** Ends the filling that this process is at; what is there stays. */
  stop(id: string): Promise<void>
  /** Deletes it. Not to be called for any other site. */
  remove(id: string): Promise<DemoBelongings>
  /** Finishes removals that a killed process has begun. */
  sweep(): Promise<void>
}

export interface DemoSitesOptions {
  store: AnyStore
  values: Values
  registry: Pick<SiteRegistry, 'list' | 'remove'>
  /** IANA name: that of the default site. */
  timezone: string
  /** ms since 1970. */
  now: () => number
  /** What is made. @default a year, some 220,000 hits; less is for tests */
  size?: DemoSize
}

const usualSize: DemoSize = { days: 365, visits: 100 }

export function createDemoSites({ store, values, registry, timezone: usualZone, now, size = usualSize }: DemoSitesOptions): DemoSites {
  const records = createSiteRecords(values)
  /** Of this process. */
  const filling = new Map<string, { stop: AbortController; filled: Promise<DemoSite> }>()

  const recordOf = async (id: string): Promise<SiteRecord | undefined> => (await records.load()).find((record) => record.id === id)

  async function begin(wanted: { id?: unknown; timezone?: unknown }, onProgress?: (progress: { day: string; hits: number }) => void): Promise<DemoSite & { filled: Promise<DemoSite> }> {
    assertPossible(store)
    const id = readSiteId(wanted.id ?? usualDemoSite)
    const running = filling.get(id)
    if (running) return { ...(await find(id))!, filled: running.filled }
    const before = await settleBefore(id)
    const timezone = before?.timezone ?? readZone(wanted.timezone)
    const today = siteDay(timezone, now())
    const base = before?.demo?.base ?? today
    const demo = { base, from: addDays(base, 1 - size.days), to: today }
    const record: SiteRecord = { id, timezone, hosts: [], removed: false, demo }
    await writeSiteRecord(values, record, now())
    const stop = new AbortController()
    const filled = fill(record, before, stop.signal, onProgress).finally(() => filling.delete(id))
    filling.set(id, { stop, filled })
    return { id, demo, filled }
  }

  /** @returns the made-up site that there is; undefined where there is none yet */
  async function settleBefore(id: string): Promise<SiteRecord | undefined> {
    const before = await recordOf(id)
    if (before?.demo && before.removed) await clear(id)
    else if (before?.demo) return before
    else if (before || (await registry.list()).some((site) => site.id === id)) throw new SiteProblem('id', `there ${before?.removed ? 'was' : 'is'} a site ${id} with hits of its own: choose another id for made-up ones`)
    if (await hasHits(id)) throw new SiteProblem('id', `there are hits of a site ${id}, which are real: choose another id for made-up ones`)
    return undefined
  }

  async function hasHits(site: string): Promise<boolean> {
    if (((await store.imports?.(site)) ?? []).length > 0) return true
    for await (const _ of store.hits({ site, limit: 1 })) return true
    return false
  }

  async function fill(record: SiteRecord, before: SiteRecord | undefined, signal: AbortSignal, onProgress?: (progress: { day: string; hits: number }) => void): Promise<DemoSite> {
    // Loaded where it is wanted: hardly any collector ever needs it.
    const { fillSite } = await import('./fillSite.ts')
    const { id, demo } = record
    // The last day was filled up to some hour of it.
    const since = before?.demo?.hits === undefined ? undefined : before.demo.to
    const written = await fillSite({ store, values, site: record, demo: demo!, size, now: now(), signal, ...(since !== undefined && { since }), ...(onProgress && { onProgress }) })
    // Another process may have removed it meanwhile.
    if ((await recordOf(id))?.removed !== false) {
      await clear(id)
      throw new SiteProblem('id', `site ${id} was removed while it was filled`)
    }
    if (signal.aborted) return { id, demo: demo! }
    const done: SiteDemo = { ...demo!, hits: since === undefined ? await count(id) : before!.demo!.hits! + written }
    await writeSiteRecord(values, { ...record, demo: done }, now())
    return { id, demo: done }
  }

  async function find(id: unknown): Promise<DemoSite | undefined> {
    const record = await recordOf(readSiteId(id))
    return record?.demo && !record.removed ? { id: record.id, demo: record.demo } : undefined
  }

  async function count(site: string): Promise<number> {
    return (await store.countAbout?.({ site })) ?? 0
  }

  async function belongings(id: string): Promise<DemoBelongings> {
    // One that was changed has several values.
    const of = async (prefix: string): Promise<number> => new Set((await keysOf(prefix, id)).map((key) => key.split('.')[1])).size
    return { hits: await count(id), goals: await of('goals'), funnels: await of('funnel'), segments: await of('segment'), annotations: await of('annotation'), shares: await of('share') }
  }

  /** A storage lists what is behind a colon. */
  async function keysOf(prefix: string, id: string): Promise<string[]> {
    return (await values.list(`${prefix}:`)).filter((key) => key.startsWith(`${prefix}:${id}.`))
  }

  async function stop(id: string): Promise<void> {
    const running = filling.get(id)
    running?.stop.abort()
    await running?.filled.catch(() => undefined)
  }

  async function remove(id: string): Promise<DemoBelongings> {
    await stop(id)
    const gone = await belongings(id)
    // From here on nobody sees it, whatever happens to this process.
    await registry.remove(id)
    await clear(id)
    return gone
  }

  /** What says that it is to go goes last. */
  async function clear(id: string): Promise<void> {
    await store.removeSite!(id)
    for (const prefix of ['goals', 'funnel', 'segment', 'annotation', 'share', 'addition']) for (const key of await keysOf(prefix, id)) await values.remove(key)
    for (const key of await siteRecordKeys(values, id)) await values.remove(key)
  }

  function readZone(zone: unknown): string {
    if (zone === undefined) return usualZone
    if (typeof zone === 'string' && isTimeZone(zone)) return zone
    throw new SiteProblem('timezone', `${JSON.stringify(zone)} must be an IANA time zone such as Europe/Berlin`)
  }

  return {
    begin,
    find,
    count,
    belongings,
    stop,
    remove,
    async sweep() {
      for (const { id, demo, removed } of await records.load()) if (demo && removed && store.removeSite) await clear(id)
    },
  }
}

/** @throws SiteProblem naming what is in the way */
function assertPossible(store: AnyStore): void {
  if (isWorkers()) throw new SiteProblem('id', 'on Workers a request has too little time to make up a year of visits: look at one on your own machine, npx treadlight')
  if (!store.load || !store.removeSite) throw new SiteProblem('id', 'this store cannot delete a site as a whole, which a made-up one needs: it is there with storages (storage.driver), not with store.type clickhouse or ndjson')
}
