import type { StoredHit, Values } from '@treadlight/store'
import { createAnnotations } from '../annotations/annotations.ts'
import { addDays } from '../days.ts'
import { createFunnels } from '../funnels/funnels.ts'
import { createGoals } from '../goals/goals.ts'
import type { AnyStore } from '../openStore.ts'
import type { Records } from '../records/records.ts'
import { createSegments } from '../segments/segments.ts'
import type { SiteDemo, SiteRecord } from '../sites/siteRecords.ts'
import { annotations, funnels, goals, segments } from './furnishing.ts'
import { seedSlowly, type SeedOptions } from './seedHits.ts'

/** How many days, and how many visits on a usual one. */
export type DemoSize = Pick<SeedOptions, 'days' | 'visits'>

export interface FillOptions {
  store: AnyStore
  values: Values
  site: Pick<SiteRecord, 'id' | 'timezone'>
  demo: SiteDemo
  size: DemoSize
  /** The first day that is not there yet. @default all are missing */
  since?: string
  /** ms since 1970: nothing happens after it. */
  now: number
  /** Ends it, with what is there by then. */
  signal: AbortSignal
  /** Told now and then how far it is: the day, and hits that are stored. */
  onProgress?: (progress: { day: string; hits: number }) => void
}

/** Hits that are stored together: so few that others need not wait. */
const portion = 500

/**
 * Writes made-up hits into a site, as imports do, with goals and what else an owner makes. It takes its time in small pieces, so
 * that a collector answers meanwhile; what is there already stays as it is, so it can be called again.
 *
 * @returns how many hits it has written
 */
export async function fillSite({ store, values, site: { id: site, timezone }, demo: { base }, size, since, now, signal, onProgress = () => undefined }: FillOptions): Promise<number> {
  let count = 0
  let waiting: StoredHit[] = []
  const seeds = seedSlowly({ site, timezone, ...size, now, base, ...(since !== undefined && { since }) })
  for (const hits of seeds) {
    await untilOthersHadTheirTurn()
    if (signal.aborted) return count
    if (hits === undefined) continue
    waiting.push(...hits)
    if (waiting.length < portion) continue
    await write()
    onProgress({ day: hits[0]!.day, hits: count })
  }
  await write()
  await furnish(values, { site, base, now })
  // Before days are told from an index, each question would read all of their hits.
  await store.maintain()
  return count

  async function write(): Promise<void> {
    const outcomes = await store.load!(waiting)
    count += outcomes.filter((outcome) => outcome === 'stored').length
    waiting = []
  }
}

function untilOthersHadTheirTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function furnish(values: Values, { site, base, now }: { site: string; base: string; now: number }): Promise<void> {
  const clock = (): number => now
  const goalsOf = createGoals(values, clock)
  for (const goal of goals) await goalsOf.add(site, goal)
  await fillRecords(createFunnels(values, clock), site, funnels)
  await fillRecords(createSegments(values, clock), site, segments)
  await fillRecords(
    createAnnotations(values, clock),
    site,
    annotations.map(({ ago, text }) => ({ time: addDays(base, -ago), text })),
  )
}

/** Once: what an owner has removed since does not come back. */
async function fillRecords<T extends object>(records: Records<T>, site: string, all: readonly T[]): Promise<void> {
  if ((await records.list(site)).length > 0) return
  for (const each of all) await records.add(site, each)
}
