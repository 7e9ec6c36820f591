import type { ByteCache } from '../byteCache.ts'
import { holdsErased, personalColumns } from '../clean.ts'
import { isMerged } from '../dayCheck.ts'
import { addToDay, readDay, type DayFacts } from '../factSet.ts'
import type { FactTable } from '../factTable.ts'
import { fingerprint } from '../fingerprint.ts'
import type { StoredHit } from '../hit.ts'
import { pickHits } from '../listHits.ts'
import type { SegmentFile } from '../manifest.ts'
import type { Marks } from '../marks.ts'
import { SegmentError } from '../segment/openSegment.ts'
import { SegmentDamaged } from '../segmentReader.ts'
import type { SiteLog } from '../siteLog.ts'
import type { HitPageFilter } from '../store.ts'
import { columnsOf, createMadeUnit, weighColumns } from './madeUnit.ts'
import { createSegmentUnit } from './segmentUnit.ts'
import { OutdatedError, type Unit } from './unit.ts'
import { createVisitSource } from './visitSource.ts'

/** The hits of home days that may be shown, by the column. */
export interface DayUnits {
  /** @param filter its `filters` are applied: these need the hits of whole days */
  unitsOf(day: string, filter: HitPageFilter): Promise<DayUnit[]>
}

interface DayUnit {
  unit: Unit
  /** The rows that meet the filters, 1 by row; undefined where all do. */
  rows?: Uint8Array
}

/** @param ids of the hits that are wanted; all by default */
type ReadHits = (ids?: ReadonlySet<string>) => Promise<readonly StoredHit[]>
/** Of a filter what needs visits. */
export type Visits = Pick<HitPageFilter, 'filters' | 'goals' | 'from' | 'to'>

export function createDayUnits(log: SiteLog, cache: ByteCache): DayUnits {
  /** Segments with something that their columns do not say, and damaged ones. */
  const unfit = new Set<string>()
  /** Of each segment: by what marks it was last looked at, and whether these take something of it. */
  const taken = new Map<string, { marks: Marks; state: string; isTaken: boolean }>()
  const tableNumbers = new WeakMap<FactTable, number>()
  let tableCount = 0
  /** Of what is made of days: of which state. */
  const states = new Map<string, string>()

  const keyOf = (name: string, day: string, state: string) => `${log.site} ${day} made ${name} ${state}`
  const numberOf = (table: FactTable) => {
    if (!tableNumbers.has(table)) tableNumbers.set(table, tableCount++)
    return tableNumbers.get(table)!
  }
  const stateOf = (tables: readonly FactTable[]) => tables.map((table) => `${numberOf(table)}:${table.size}`).join()
  const marksNow = () => `${log.version} ${log.linkVersion} ${log.marks.disownings}`

  /** Whether a segment's facts are its hits, as far as marks go. */
  async function isTaken(file: SegmentFile): Promise<boolean> {
    const { marks } = log
    const { hasErasures, pruningEnds, disownings } = marks
    const isYoung = file.from >= Math.max(pruningEnds.anonymous, pruningEnds.authenticated)
    if (!hasErasures && isYoung) return false
    const state = `${log.version} ${disownings}`
    const known = taken.get(file.key)
    if (known?.marks === marks && known.state === state) return known.isTaken
    const found = await looksTaken(file, marks)
    taken.set(file.key, { marks, state, isTaken: found })
    return found
  }

  async function looksTaken(file: SegmentFile, marks: Marks): Promise<boolean> {
    try {
      const columns = await log.segments.columns(file, personalColumns)
      if (marks.hasErasures && holdsErased(marks, file.day, columns)) return true
      return columns.time.some((time, row) => marks.mayBePruned({ time, user: columns.user[row]! }))
    } catch (error) {
      if (error instanceof SegmentDamaged) return true
      throw error
    }
  }

  async function arePlain(files: readonly SegmentFile[]): Promise<boolean> {
    if (isMerged(files) || files.some(({ key }) => unfit.has(key))) return false
    for (const file of files) if (await isTaken(file)) return false
    return true
  }

  /** Whether some of what is in no segment yet says more of a hit that is in one. */
  async function areApart(units: readonly Unit[], tables: readonly FactTable[]): Promise<boolean> {
    for (const unit of units) {
      const ids = await unit.ids()
      for (let row = 0; row < unit.rows; row++) {
        const id = ids.text(row)
        if (tables.some((table) => table.rowsOf(id).length > 0)) return false
      }
    }
    return true
  }

  /** The one before, if it was of another state, is of no use. */
  function replaceUnit(name: string, day: string, state: string, read: ReadHits): Promise<Unit> {
    const before = states.get(`${day} ${name}`)
    if (before !== undefined && before !== state) cache.forget(keyOf(name, day, before))
    states.set(`${day} ${name}`, state)
    return makeUnit(name, day, state, read)
  }

  async function makeUnit(name: string, day: string, state: string, read: ReadHits): Promise<Unit> {
    const key = keyOf(name, day, state)
    const columns = await cache.get(key, async () => columnsOf(await read()), weighColumns)
    return createMadeUnit(key, day, columns, async (ids) => {
      const found = new Map((await read(new Set(ids))).map((hit) => [hit.id, hit]))
      const hits = ids.map((id) => found.get(id))
      if (!hits.every((hit) => hit !== undefined)) throw new OutdatedError(key)
      return hits
    })
  }

  /** What meets filters, of a day whose hits are made for that. */
  function filterMade(day: string, state: string, read: ReadHits, visits: Visits): Promise<Unit> {
    return makeUnit(JSON.stringify(visits), day, state, async (ids) => (ids === undefined ? pickHits(await read(), { site: log.site, ...visits }) : read(ids)))
  }

  /** The same by the column; undefined where columns do not say what is asked. */
  async function filterColumns(day: string, files: readonly SegmentFile[], visits: Visits): Promise<Uint8Array | undefined> {
    const source = createVisitSource(log, cache, day, files)
    try {
      return await cache.get(`${source.key} ${JSON.stringify(visits)}`, () => source.filter(visits), (rows) => (rows?.length ?? 0) + 500)
    } catch (error) {
      if (error instanceof SegmentDamaged || error instanceof SegmentError) return undefined
      throw error
    }
  }

  return {
    async unitsOf(day, filter) {
      const files = log.catalog.days.get(day) ?? []
      const tables = log.fresh.get(day) ?? []
      const visits = visitsAsked(filter)
      const isPlain = files.length > 0 && (await arePlain(files))
      const units = isPlain ? files.map((file) => createSegmentUnit({ log, cache, file, onUnfit: ({ key }) => unfit.add(key) })) : []
      if (isPlain && tables.length === 0) {
        if (visits === undefined) return units.map((unit) => ({ unit }))
        const rows = await filterColumns(day, files, visits)
        if (rows !== undefined) return splitRows(units, rows)
      }
      const readAll = async (ids?: ReadonlySet<string>) => readDay(await log.readDay(day, ids), log.marks)
      const whole = `${fingerprint(files)} ${stateOf(tables)} ${marksNow()}`
      if (visits !== undefined) return [{ unit: await filterMade(day, whole, readAll, visits) }]
      const isApart = files.length === 0 || (isPlain && (await areApart(units, tables)))
      if (!isApart) return [{ unit: await replaceUnit('whole', day, whole, readAll) }]
      // Of these very tables: what is compacted meanwhile is in neither afterwards.
      const fresh = await replaceUnit('fresh', day, `${stateOf(tables)} ${marksNow()}`, async (ids) => readDay(factsOf(tables, ids), log.marks))
      return [...units, fresh].map((unit) => ({ unit }))
    },
  }
}

function visitsAsked({ filters = [], goals, from, to }: HitPageFilter): Visits | undefined {
  if (filters.length === 0) return undefined
  return { filters, ...(goals && { goals }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** Gives each of the segments of a day its own of the day's rows. */
function splitRows(units: readonly Unit[], rows: Uint8Array): DayUnit[] {
  let end = 0
  return units.map((unit) => ({ unit, rows: rows.subarray(end, (end += unit.rows)) }))
}

function factsOf(tables: readonly FactTable[], ids: ReadonlySet<string> | undefined): ReadonlyMap<string, readonly StoredHit[]> {
  const facts: DayFacts = new Map()
  for (const table of tables) {
    const found = ids === undefined ? table.facts().values() : [...ids].map((id) => table.factsOf(id))
    for (const its of found) for (const fact of its) addToDay(facts, fact)
  }
  return facts
}
