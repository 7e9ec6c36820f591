import type { HitStore } from '@treadlight/store'
import type { H3Event } from 'h3'
import type { Failures } from '../failures.ts'
import type { Site, Sites } from '../sites/sites.ts'
import type { AnswerRow, StatsAnswer } from '../stats/answerQuery.ts'
import { valueOfNothing } from '../stats/compareRows.ts'
import { labelsOf } from '../stats/readQuery.ts'
import { readPresent } from '../stats/realtime.ts'
import type { StatsDesk } from '../stats/statsDesk.ts'
import { metricsOf, readAggregate, readBreakdown, readTimeseries, type V1Query } from '../stats/v1/readParams.ts'
import { orRefusal } from './queryRoute.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface V1RoutesOptions {
  sites: Sites
  desk: StatsDesk
  store: HitStore
  failures: Failures
  now: () => number
}

/** Plausible's Stats API v1, which many programs still ask: each question is one of v2, answered in v1's shape. */
export function addV1Routes(routes: Routes, { sites, desk, store, failures, now }: V1RoutesOptions): void {
  routes.add('GET', '/api/v1/stats/aggregate', 'token stats', answering(readAggregate, aggregate))
  routes.add('GET', '/api/v1/stats/timeseries', 'token stats', answering(readTimeseries, timeseries))
  routes.add('GET', '/api/v1/stats/breakdown', 'token stats', answering(readBreakdown, breakdown))

  routes.add('GET', '/api/v1/stats/realtime/visitors', 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const { visitors } = await failures.watch('queries', () => readPresent(store, site.id, now()))
    return json(visitors)
  })

  type Read = (params: URLSearchParams, site: Site, now: number) => V1Query
  type Write = (answer: StatsAnswer, names: readonly string[]) => unknown

  function answering(read: Read, write: Write): (event: H3Event) => Promise<Response> {
    return async (event) => {
      const site = await siteOfQuery(sites, event)
      if (site instanceof Response) return site
      const ask = async (): Promise<StatsAnswer> => desk.ask(site, read(event.url.searchParams, site, now()))
      const answer = await orRefusal(ask())
      return answer instanceof Response ? answer : json({ results: write(answer, metricsOf(event.url.searchParams)) })
    }
  }
}

/** `{ visitors: { value, change } }` */
function aggregate({ rows: [row] }: StatsAnswer, names: readonly string[]): object {
  const valueOf = (index: number): object => ({ value: row!.metrics[index], ...(row!.comparison && { change: row!.comparison.change[index] }) })
  return Object.fromEntries(names.map((name, index) => [name, valueOf(index)]))
}

/** `[{ date, visitors }]`, with all that nothing happened in. */
function timeseries({ request, rows }: StatsAnswer, names: readonly string[]): object[] {
  const byLabel = new Map(rows.map((row) => [row.dimensions[0], row.metrics]))
  const nothing = request.query.metrics.map(valueOfNothing)
  return labelsOf(request).map((date) => Object.fromEntries([['date', date], ...named(names, byLabel.get(date) ?? nothing)]))
}

/** `[{ source, visitors }]`: the property by the last part of its name. */
function breakdown({ request: { query }, rows }: StatsAnswer, names: readonly string[]): object[] {
  const property = query.dimensions![0]!.split(':').slice(query.dimensions![0]!.startsWith('event:props:') ? 2 : 1).join(':')
  // Properties have any name, `__proto__` too: entries define, where an assignment would set.
  return rows.map((row) => Object.fromEntries([[property, row.dimensions[0]], ...named(names, row.metrics)]))
}

type Values = AnswerRow['metrics']

function named(names: readonly string[], values: Values): [name: string, value: Values[number] | undefined][] {
  return names.map((name, index) => [name, values[index]])
}
