import type { ByteCache } from '../byteCache.ts'
import { holdsErased } from '../clean.ts'
import { isMerged } from '../dayCheck.ts'
import { addToDay, readDay, type DayFacts } from '../factSet.ts'
import type { FactTable } from '../factTable.ts'
import { fingerprint } from '../fingerprint.ts'
import type { StoredHit } from '../hit.ts'
import { pickHits } from '../listHits.ts'
import type { SegmentFile } from '../manifest.ts'
import type { Marks } from '../marks.ts'
import type { SiteLog } from '../siteLog.ts'
import type { HitPageFilter } from '../store.ts'
import { columnsOf, createMadeUnit, weighColumns } from './madeUnit.ts'
import { createSegmentUnit } from './segmentUnit.ts'
import { OutdatedError, type Unit } from './unit.ts'

/** The hits of home days that may be shown, by the column. */
export interface DayUnits {
  /** @param filter its `filters` are applied: these need the hits of whole days */
  unitsOf(day: string, filter: HitPageFilter): Promise<Unit[]>
}

/** @param ids of the hits that are wanted; all by default */
type ReadHits = (ids?: ReadonlySet<string>) => Promise<readonly StoredHit[]>
type Visits = Pick<HitPageFilter, 'filters' | 'goals' | 'from' | 'to'>

export function createDayUnits(log: SiteLog, cache: ByteCache): DayUnits {
  /** Segments with something that their columns do not say. */
  const withExtras = new Set<string>()
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
    const { id, time, user, session, visitor } = await log.segments.columns(file, ['id', 'time', 'user', 'session', 'visitor'])
    const isPruned = !isYoung && time.some((at, row) => marks.mayBePruned({ time: at, user: user[row]! }))
    const found = isPruned || (hasErasures && holdsErased(marks, file.day, { id, time, user, session, visitor }))
    taken.set(file.key, { marks, state, isTaken: found })
    return found
  }

  async function arePlain(files: readonly SegmentFile[]): Promise<boolean> {
    if (isMerged(files) || files.some(({ key }) => withExtras.has(key))) return false
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

  return {
    async unitsOf(day, { filters, goals, from, to }) {
      const files = log.catalog.days.get(day) ?? []
      const tables = log.fresh.get(day) ?? []
      const readAll = async (ids?: ReadonlySet<string>) => readDay(await log.readDay(day, ids), log.marks)
      const whole = `${fingerprint(files)} ${stateOf(tables)} ${marksNow()}`
      if (filters !== undefined && filters.length > 0) {
        const visits: Visits = { filters, ...(goals && { goals }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
        const name = JSON.stringify(visits)
        return [await makeUnit(name, day, whole, async (ids) => (ids === undefined ? pickHits(await readAll(), { site: log.site, ...visits }) : readAll(ids)))]
      }
      // Of these very tables: what is compacted meanwhile is in neither afterwards.
      const makeFresh = () => replaceUnit('fresh', day, `${stateOf(tables)} ${marksNow()}`, async (ids) => readDay(factsOf(tables, ids), log.marks))
      if (files.length === 0) return [await makeFresh()]
      if (await arePlain(files)) {
        const units = files.map((file) => createSegmentUnit({ log, cache, file, onExtras: ({ key }) => withExtras.add(key) }))
        if (tables.length === 0) return units
        if (await areApart(units, tables)) return [...units, await makeFresh()]
      }
      return [await replaceUnit('whole', day, whole, readAll)]
    },
  }
}

function factsOf(tables: readonly FactTable[], ids: ReadonlySet<string> | undefined): ReadonlyMap<string, readonly StoredHit[]> {
  const facts: DayFacts = new Map()
  for (const table of tables) {
    const found = ids === undefined ? table.facts().values() : [...ids].map((id) => table.factsOf(id))
    for (const its of found) for (const fact of its) addToDay(facts, fact)
  }
  return facts
}
