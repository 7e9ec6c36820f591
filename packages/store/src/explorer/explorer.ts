import type { ByteCache } from '../byteCache.ts'
import { spansOf } from '../daySpans.ts'
import { readDay } from '../factSet.ts'
import { groupBy } from '../groupBy.ts'
import type { StoredHit } from '../hit.ts'
import { daysOfPerson, personValues } from '../searchDay.ts'
import { SegmentDamaged, SegmentGone } from '../segmentReader.ts'
import type { SiteLog } from '../siteLog.ts'
import type { HitPage, HitPageFilter } from '../store.ts'
import { namesTouch } from '../touches.ts'
import { createDayUnits } from './dayUnits.ts'
import { orderByNearness } from './nearness.ts'
import { pageHits, placeOf } from './pageHits.ts'
import { pickByText } from './pickByText.ts'
import { pickByTime, type Place } from './pickByTime.ts'
import { asksForUser, countRows, keepRange, markRows, nameQuestion, type Selected } from './selectRows.ts'
import { OutdatedError, type Unit } from './unit.ts'

/** Answers for pages of all hits of a site, and for single ones. */
export interface Explorer {
  page(filter: HitPageFilter): Promise<HitPage>
  find(id: string): Promise<StoredHit | undefined>
}

/** How often a page is begun anew since something has changed under it, before it is made of the hits themselves. */
const maxTries = 3
/** After so many ms hits that have come meanwhile are taken. */
const longestTurn = 4
const immediate = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * A page is found by the column: which rows meet the filter, how many there are, which of them are on the page. Only of these
 * objects are made. Columns never change, so they are kept, up to the bound of the cache; and so are the rows that a question
 * has found, so that to turn the page costs next to nothing.
 */
export function createExplorer(log: SiteLog, cache: ByteCache): Explorer {
  const dayUnits = createDayUnits(log, cache)

  async function select(filter: HitPageFilter): Promise<Selected[]> {
    const { from = -Infinity, to = Infinity } = filter
    const person = personValues(filter, log.marks)
    const spans = spansOf(log, filter)
    const days = person ? await daysOfPerson(log, spans, person) : spans
    const selected: Selected[] = []
    let begun = performance.now()
    for (const { day } of days) {
      if (performance.now() - begun > longestTurn) {
        await immediate()
        begun = performance.now()
      }
      for (const { unit, rows } of await dayUnits.unitsOf(day, filter)) {
        if (unit.rows === 0 || unit.from >= to || unit.to < from) continue
        const its = await selectRows(unit, rows, filter)
        if (its.count > 0) selected.push(its)
      }
    }
    return selected
  }

  /** @param filtered those that meet its `filters` */
  async function selectRows(unit: Unit, filtered: Uint8Array | undefined, filter: HitPageFilter): Promise<Selected> {
    const { from = -Infinity, to = Infinity } = filter
    const question = nameQuestion(filter)
    const found = question === '' ? undefined : await findRows(unit, question, filter)
    if (found === false) return { unit, count: 0, rows: undefined }
    const rows = found === undefined || filtered === undefined ? (found ?? filtered) : found.map((flag, row) => flag & filtered[row]!)
    const kept = await keepRange(unit, rows, from, to)
    return { unit, count: kept === undefined ? unit.rows : countRows(kept), rows: kept }
  }

  function findRows(unit: Unit, question: string, filter: HitPageFilter): ReturnType<typeof markRows> {
    const links = asksForUser(filter) ? ` ${log.version} ${log.linkVersion}` : ''
    return cache.get(`${unit.key} rows ${question}${links}`, () => markRows(unit, filter), (rows) => 100 + question.length + (rows === false ? 0 : unit.rows))
  }

  async function pick(selected: readonly Selected[], total: number, filter: HitPageFilter): Promise<Place[]> {
    const { orderBy = 'time', descending = true } = filter
    const { offset, limit } = placeOf(filter)
    const take = Math.min(limit, total - offset)
    if (take <= 0) return []
    if (orderBy === 'time') return descending ? pickByTime(selected, offset, take) : (await pickByTime(selected, total - offset - take, take)).toReversed()
    const parts = await Promise.all(selected.map(async (each) => ({ ...each, ...(await each.unit.texts([orderBy]))[0]! })))
    return pickByText(parts, descending, offset, take)
  }

  async function read(filter: HitPageFilter): Promise<HitPage> {
    const selected = await select(filter)
    const total = selected.reduce((sum, { count }) => sum + count, 0)
    return { hits: await hitsAt(await pick(selected, total, filter)), total }
  }

  /** Of a moment: what it says is not to be relied on to be whole. */
  async function readAll(filter: HitPageFilter): Promise<HitPage> {
    const hits: StoredHit[] = []
    for (const { day } of spansOf(log, filter)) hits.push(...readDay(await log.readDay(day), log.marks))
    return pageHits(hits, filter)
  }

  return {
    async page(filter) {
      if (filter.filters?.some(namesTouch) === true || filter.limit === 0) pageHits([], filter)
      placeOf(filter)
      for (let tries = 0; tries < maxTries; tries++) {
        try {
          return await read(filter)
        } catch (error) {
          if (error instanceof SegmentGone) await log.refreshNow()
          else if (!(error instanceof OutdatedError || error instanceof SegmentDamaged)) throw error
        }
      }
      return readAll(filter)
    },
    async find(id) {
      for (const { day } of orderByNearness(spansOf(log, {}), id)) {
        const [hit] = readDay(await log.readDay(day, new Set([id])), log.marks)
        if (hit !== undefined) return { ...hit }
      }
      return undefined
    },
  }
}

async function hitsAt(places: readonly Place[]): Promise<StoredHit[]> {
  const hits = new Map<Place, StoredHit>()
  await Promise.all(
    [...groupBy(places, ({ unit }) => unit)].map(async ([unit, its]) => {
      const found = await unit.hits(its.map(({ row }) => row))
      for (const [index, place] of its.entries()) hits.set(place, found[index]!)
    }),
  )
  return Array.from(places, (place) => ({ ...hits.get(place)! }))
}
