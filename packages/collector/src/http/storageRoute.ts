import { countKeys, findErasures, type MaintainReport, type StorageProblem, type Values } from '@treadlight/store'
import { describeDamage } from '../describeDamage.ts'
import type { Failures } from '../failures.ts'
import type { AnyStore } from '../openStore.ts'
import type { Sites } from '../sites/sites.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** What was upkeep's last round. */
export interface LastUpkeep {
  /** When it ended, ms since 1970. */
  at: number
  report: MaintainReport
}

export interface StorageRouteOptions {
  store: AnyStore
  values: Values
  sites: Pick<Sites, 'list'>
  problems: readonly StorageProblem[]
  failures: Failures
  /** Since when no hits can be stored, ms since 1970. */
  failingSince: () => number | undefined
  /** Where values go, and what a 201 is worth there; neither has secrets. */
  described: { place: string; promise: string } | undefined
  /** Of this process. */
  lastUpkeep: () => LastUpkeep | undefined
  /** ms since 1970. */
  now: () => number
}

/** `GET /api/storage`: how it stands with what is stored. It lists every key, and looks at two hits of each site. */
export function addStorageRoute(routes: Routes, options: StorageRouteOptions): void {
  const { store, values, sites, problems, failures, failingSince, described, lastUpkeep, now } = options
  routes.add('GET', '/api/storage', 'owner', async () => {
    const keys = await values.list('')
    const upkeep = lastUpkeep()
    const noHits = failingSince()
    const failing = [...(noHits === undefined ? [] : [['hits', noHits] as const]), ...failures.since]
    return json({
      durability: store.durability,
      ...described,
      sites: await Promise.all((await sites.list()).map(({ id }) => lookAt(store, id))),
      values: countKeys(keys),
      problems: [...describeDamage(problems, now())].map(({ ok, detail, remedy = '' }) => ({ level: ok === true ? 'ok' : ok === false ? 'problem' : 'warning', detail, remedy })),
      failing: Object.fromEntries(failing.map(([task, since]) => [task, iso(since)])),
      erasures: countErasures(keys),
      ...(upkeep && { upkeep: { at: iso(upkeep.at), ...upkeep.report } }),
    })
  })
}

interface SiteFigures {
  site_id: string
  /** Too many rather than too few: see `countAbout` of the store. */
  hits_about?: number
  /** Hits that arrived and are in no segment yet. */
  waiting?: number
  oldest?: string
  newest?: string
}

async function lookAt(store: AnyStore, site: string): Promise<SiteFigures> {
  const found: SiteFigures = { site_id: site }
  const [hits, waiting] = await Promise.all([store.countAbout?.({ site }), store.countWaiting?.(site)])
  if (hits !== undefined) found.hits_about = hits
  if (waiting !== undefined) found.waiting = waiting
  for (const order of ['oldest', 'newest'] as const) for await (const { time } of store.hits({ site, order, limit: 1 })) found[order] = iso(time)
  return found
}

function countErasures(keys: readonly string[]): { all: number; unfinished: number; since?: string } {
  const { erasures, open } = findErasures(keys)
  const [first] = open
  return { all: erasures, unfinished: open.length, ...(first && { since: iso(first.time) }) }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
