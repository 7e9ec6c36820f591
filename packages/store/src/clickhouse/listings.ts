import { pageHits, placeOf } from '../explorer/pageHits.ts'
import { findHit, timeOf } from '../explorer/nearness.ts'
import { groupBy } from '../groupBy.ts'
import type { StoredHit } from '../hit.ts'
import { listDays } from '../listDays.ts'
import { listHits } from '../listHits.ts'
import { mergeFacts } from '../merge.ts'
import type { HitFilter, HitPage, HitPageFilter } from '../store.ts'
import { namesTouch } from '../touches.ts'
import type { SqlClient } from './client.ts'
import { hitColumns } from './columns.ts'
import { decodeFact, type FactRow } from './factRow.ts'
import { linksSql, severalFacts } from './hitsSql.ts'
import { listingSql, moment, pageOrderSql, type ListingFilter } from './listingSql.ts'
import { createParams, type Params } from './params.ts'
import { nameOf, readFacts, type HitName } from './readFacts.ts'
import type { Tables } from './tables.ts'
import { utcDay } from './utcDay.ts'

/** Hits of a listing that are read at once. */
const hitsAtOnce = 20_000
const hour = 3_600_000
/** How far from the time in its id the home day of a hit is, ms: collectors take what is eight days old. */
const nearness = 10 * 24 * hour

/** Hits that are looked for by where they stand, and then read whole. */
const fewHits = 1000
const wholeColumns = [...hitColumns, 'extras']

type PlacedRow = HitName & { whose: string }
type ListedRow = FactRow & PlacedRow & { extras: string }

/** Answers for listings, pages and single hits. */
export interface Listings {
  hits(filter: HitFilter): AsyncIterable<StoredHit>
  page(filter: HitPageFilter): Promise<HitPage>
  find(site: string, id: string): Promise<StoredHit | undefined>
  /** The hits of whole home days that a range reaches, a day at a time and in order. */
  days(site: string, range: { from: number; to: number }): Promise<StoredHit[][]>
  /** How many hits a range has. */
  countAbout(filter: Pick<HitFilter, 'site' | 'from' | 'to'>): Promise<number>
}

export function createListings(client: SqlClient, tables: Tables): Listings {
  return {
    async *hits(filter) {
      const { filters = [], limit = Infinity } = filter
      if (limit === 0 || filters.some(namesTouch)) return void listHits([], filter)
      if (filters.length > 0) return yield* byDays(filter)
      if (limit <= fewHits) return yield* await readPart(filter, limit)
      let left = limit
      for (const part of await findParts(filter)) {
        for (const hit of await readPart({ ...filter, ...part }, left)) {
          yield hit
          left--
        }
        if (left <= 0) return
      }
    },
    async page(filter) {
      const { offset, limit } = placeOf(filter)
      if ((filter.filters ?? []).length > 0) return pageByDays(filter)
      const [hits, total] = await Promise.all([limit === 0 ? [] : readPage(filter, offset, limit), countHits(filter)])
      return { hits, total }
    },
    async find(site, id) {
      const time = timeOf(id)
      // Nearly all ids are of the days around the time that is in them: that spares a look at all the others.
      const near = Number.isNaN(time) ? [] : await readById(site, id, { from: utcDay(time - nearness), to: utcDay(time + nearness) })
      return findHit(near.length > 0 ? near : await readById(site, id), id)
    },
    async days(site, range) {
      const days = await readDays({ site, ...range })
      return Promise.all(days.map(({ day }) => readDay(site, day)))
    },
    countAbout: (filter) => countHits(filter),
  }

  /** Ranges of time with a bounded number of hits, in the order of the listing. */
  async function findParts(filter: HitFilter): Promise<{ from: number; to: number }[]> {
    const params = createParams()
    const sql = `SELECT intDiv(time, ${hour}) AS hour, count() AS hits ${listingSql(tables, params, filter)} GROUP BY hour ORDER BY hour`
    const parts: { from: number; to: number; hits: number }[] = []
    for (const row of await client.rows<{ hour: number; hits: number }>(sql, params)) {
      const part = parts.at(-1)
      const to = (row.hour + 1) * hour
      if (part !== undefined && part.hits + row.hits <= hitsAtOnce) Object.assign(part, { to, hits: part.hits + row.hits })
      else parts.push({ from: row.hour * hour, to, hits: row.hits })
    }
    const { from = -Infinity, to = Infinity, order } = filter
    const cut = parts.map((part) => ({ from: Math.max(part.from, from), to: Math.min(part.to, to) }))
    return order === 'oldest' ? cut : cut.toReversed()
  }

  async function readPart(filter: ListingFilter, limit: number): Promise<StoredHit[]> {
    const params = createParams()
    const way = filter.order === 'oldest' ? 'ASC' : 'DESC'
    const most = limit === Infinity ? '' : ` LIMIT ${params.add('UInt64', limit)}`
    const order = `ORDER BY time ${way}, id ${way}, day ASC${most}`
    // Few are found by where they stand, and then read whole.
    if (limit <= fewHits) return wholeHits(filter.site, await client.rows<PlacedRow>(`SELECT day, id, whose ${listingSql(tables, params, filter)} ${order}`, params))
    return completed(filter.site, await client.rows<ListedRow>(`SELECT * ${listingSql(tables, params, filter, wholeColumns)} ${order}`, params))
  }

  /** Which hits are on it, and then these whole. */
  async function readPage(filter: HitPageFilter, offset: number, limit: number): Promise<StoredHit[]> {
    const { orderBy = 'time', descending = true } = filter
    const params = createParams()
    const place = `LIMIT ${params.add('UInt64', limit)} OFFSET ${params.add('UInt64', offset)}`
    const sql = `SELECT day, id, whose ${listingSql(tables, params, listingOf(filter), [orderBy])} ORDER BY ${pageOrderSql(orderBy, descending)} ${place}`
    return wholeHits(filter.site, await client.rows<PlacedRow>(sql, params))
  }

  async function wholeHits(site: string, rows: readonly PlacedRow[]): Promise<StoredHit[]> {
    const facts = await readFacts(client, tables, site, rows)
    return rows.flatMap((row) => {
      // What was deleted meanwhile is not there any more.
      const its = facts.get(nameOf(row))
      return its === undefined ? [] : [{ ...mergeFacts(its), user: row.whose }]
    })
  }

  async function countHits(filter: ListingFilter): Promise<number> {
    const params = createParams()
    const [row] = await client.rows<{ hits: number }>(`SELECT count() AS hits ${listingSql(tables, params, listingOf(filter))}`, params)
    return row!.hits
  }

  async function readById(site: string, id: string, days?: ListingFilter['days']): Promise<StoredHit[]> {
    const params = createParams()
    const sql = `SELECT day, id, whose ${listingSql(tables, params, { site, id, ...(days !== undefined && { days }) })}`
    return wholeHits(site, await client.rows<PlacedRow>(sql, params))
  }

  /** Hits with what only their facts say. */
  async function completed(site: string, rows: readonly ListedRow[]): Promise<StoredHit[]> {
    const facts = await readFacts(client, tables, site, rows.filter(({ extras }) => extras === severalFacts))
    return rows.flatMap((row) => {
      if (row.extras !== severalFacts) return [{ ...decodeFact(row), user: row.whose }]
      const its = facts.get(nameOf(row))
      return its === undefined ? [] : [{ ...mergeFacts(its), user: row.whose }]
    })
  }

  /** What is asked of visits, the hits around them answer: whole home days are read. */
  async function* byDays(filter: HitFilter): AsyncGenerator<StoredHit> {
    const days = await readDays(filter)
    for await (const hit of listDays(days, filter, (day) => readDay(filter.site, day))) yield { ...hit }
  }

  async function pageByDays(filter: HitPageFilter): Promise<HitPage> {
    const days = await readDays(filter)
    const hits: StoredHit[] = []
    for (const { day } of days) hits.push(...(await readDay(filter.site, day)))
    return pageHits(hits, filter)
  }

  async function readDays({ site, from, to }: Pick<HitFilter, 'site' | 'from' | 'to'>): Promise<{ day: string; from: number; to: number }[]> {
    const params = createParams()
    const within = [
      `site = ${params.add('String', site)}`,
      ...(from === undefined ? [] : [`time >= ${moment(params, from)}`]),
      ...(to === undefined ? [] : [`time < ${moment(params, to)}`]),
    ]
    const sql = `SELECT day, min(f.time) AS from, max(f.time) AS to FROM ${tables.facts} AS f WHERE ${within.join(' AND ')} GROUP BY day ORDER BY day`
    return client.rows<{ day: string; from: number; to: number }>(sql, params)
  }

  function readDay(site: string, day: string): Promise<StoredHit[]> {
    return readWholeDay(client, tables, site, day)
  }
}

/** All hits of a home day, in no order. */
async function readWholeDay(client: SqlClient, tables: Tables, site: string, day: string): Promise<StoredHit[]> {
  const facts = createParams()
  const links = createParams()
  const ofDay = (params: Params) => `site = ${params.add('String', site)} AND day = ${params.add('Date', day)}`
  const linked = `SELECT session, linkedUser FROM ${linksSql(tables, links, site)} WHERE session IN (SELECT session FROM ${tables.facts} WHERE ${ofDay(links)} AND user = '')`
  const [rows, theirs] = await Promise.all([
    client.rows<FactRow>(`SELECT * FROM ${tables.facts} FINAL WHERE ${ofDay(facts)}`, facts),
    client.rows<{ session: string; linkedUser: string }>(linked, links),
  ])
  const users = new Map(theirs.map(({ session, linkedUser }) => [session, linkedUser]))
  const hits = groupBy(rows.map(decodeFact), ({ id }) => id)
  return Array.from(hits.values(), (its) => {
    const hit = mergeFacts(its)
    const user = hit.user === '' && hit.session !== '' ? users.get(hit.session) : undefined
    return user === undefined ? hit : { ...hit, user }
  })
}

/** What of a page's filter is asked of hits: where it stands in their order is not. */
function listingOf({ orderBy: _orderBy, descending: _descending, offset: _offset, limit: _limit, ...filter }: HitPageFilter): ListingFilter {
  return filter
}
