import type { DropCounts, Counts } from '../drops/dropCounts.ts'
import { dropDaysKept } from '../drops/dropCounts.ts'
import { dropMeanings } from '../drops/dropMeanings.ts'
import { mergeCapped, type CappedValues } from '../enrich/distinct.ts'
import { mergeUnknownHosts, type UnknownHost } from '../enrich/unknownHosts.ts'
import { mergeSamples, type DropSamples } from '../drops/dropSamples.ts'
import type { Peers } from '../peers.ts'
import { addDays } from '../days.ts'
import { siteDay } from '@treadlight/store'
import type { Sites } from '../sites/sites.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface DropRoutesOptions {
  sites: Sites
  counts: DropCounts
  samples: DropSamples
  /** @see Collector */
  unknownHosts: () => UnknownHost[]
  capped: (site: string) => CappedValues
  /** The other workers, who have seen other hits. */
  peers: Peers
  now: () => number
}

/** `GET /api/drops?days=30&site_id=…`: what was not stored and why, by site day. */
export function addDropRoutes(routes: Routes, { sites, counts, samples, unknownHosts, capped, peers, now }: DropRoutesOptions): void {
  const own = (id: string) => ({ samples: samples.list(id), unknownHosts: unknownHosts(), capped: capped(id) })
  peers.onAsked('drops', async (id) => {
    // Counts are read from the storage, and the last minute's are not there yet.
    await counts.flush().catch(() => undefined)
    return own(id as string)
  })
  routes.add('GET', '/api/drops', 'owner', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const days = Number(event.url.searchParams.get('days') ?? '30')
    if (!Number.isInteger(days) || days < 1 || days > dropDaysKept) return failure(400, `days: must be from 1 to ${dropDaysKept}`)
    const answers = await peers.ask('drops', site.id).catch(() => [own(site.id)])
    const seen = answers as ReturnType<typeof own>[]
    const today = siteDay(site.timezone, now())
    const found = await counts.read(site.id, addDays(today, 1 - days), today)
    return json({
      site_id: site.id,
      days: found.filter(({ reasons }) => Object.keys(reasons).length > 0).map(({ day, reasons }) => ({ day, reasons })),
      refused: sum(found.map(({ refused }) => refused)),
      samples: mergeSamples(seen.map((each) => each.samples)),
      meanings: meaningsOf(found),
      // Since the processes began that there are.
      unknown_hosts: mergeUnknownHosts(seen.map((each) => each.unknownHosts)).map(({ host, hits, latest }) => ({ host, hits, latest: new Date(latest).toISOString() })),
      capped: mergeCapped(seen.map((each) => each.capped)),
    })
  })
}

/** Of the reasons that there were. */
function meaningsOf(days: readonly { reasons: Counts }[]): Partial<typeof dropMeanings> {
  const reasons = new Set(days.flatMap((day) => Object.keys(day.reasons)))
  return Object.fromEntries(Object.entries(dropMeanings).filter(([reason]) => reasons.has(reason)))
}

function sum(counts: readonly Counts[]): Counts {
  const all: Counts = {}
  for (const each of counts) for (const [name, count] of Object.entries(each)) all[name] = (all[name] ?? 0) + count
  return all
}
