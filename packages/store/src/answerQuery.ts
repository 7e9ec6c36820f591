import { createAnswer, type Answer, type AskedSums } from './answer.ts'
import { compareText } from './byTime.ts'
import type { DayIndexes } from './dayIndexes.ts'
import { spansOf } from './daySpans.ts'
import { readDay } from './factSet.ts'
import { groupBy } from './groupBy.ts'
import { addKept } from './kept/addKept.ts'
import type { KeptShelf } from './kept/keptShelf.ts'
import { addImported } from './imported/addImported.ts'
import type { ImportedShelf } from './imported/importedShelf.ts'
import type { Query, QueryResult } from './query.ts'
import { compileRollupQuery, type RollupQuery } from './rollup/compileRollupQuery.ts'
import type { Rollup } from './rollup/rollup.ts'
import { compileIndexQuery } from './sessionIndex/compileIndexQuery.ts'
import type { IndexQuery } from './sessionIndex/indexQuery.ts'
import type { IndexDay, SessionIndex } from './sessionIndex/sessionIndex.ts'
import { ShelfLost, type Shelf } from './shelf.ts'
import type { SiteLog } from './siteLog.ts'
import { rangeToRead } from './touches.ts'

/** Where the answers about a site come from. */
export interface AnswerSources {
  log: SiteLog
  shelf: Shelf<Rollup>
  dayIndexes: DayIndexes
  /** Where sums are kept that pruning leaves. */
  kept?: KeptShelf | undefined
  /** Sums of other products. */
  imported?: ImportedShelf | undefined
}

/** Sums that are asked for, and the home days that are still to be added to them. */
interface Open {
  sums: AskedSums
  /** Undefined where visits have to be looked at. */
  rollupQuery: RollupQuery | undefined
  days: Set<string>
}

/** How often stored values may turn out to be gone before their days are told from hits. */
const maxLost = 3

/**
 * Answers a query from what tells each home day with the least work: rollups where no visit has to be looked at, then
 * session indexes, and hits for what these do not say. A day is told as it stands when it is asked for.
 */
export async function answerQuery(sources: AnswerSources, query: Query): Promise<QueryResult> {
  const answer = createAnswer(query)
  const days = spansOf(sources.log, rangeToRead(query)).map(({ day }) => day)
  const open = answer.asked.map((sums) => ({ sums, rollupQuery: compileRollupQuery(sums.query), days: new Set(days) }))
  // A question that kept sums answer needs no hit of their days; any other has what is left of these.
  const { told, before } = sources.kept ? await addKept(sources.kept, answer, query) : { told: [] }
  for (const each of open) for (const day of told) each.days.delete(day)
  for (const each of open) await addRollups(sources.shelf, each)
  await addIndexes(sources, open)
  await addHits(sources.log, answer, open)
  const said = query.imports === true && sources.imported ? addImported(answer, query, await sources.imported.find(query.range)) : {}
  return { ...answer.result(), ...(before !== undefined && { prunedBefore: before }), ...said }
}

async function addRollups(shelf: Shelf<Rollup>, { sums, rollupQuery, days }: Open): Promise<void> {
  if (rollupQuery === undefined || days.size === 0) return
  const found = await shelf.findRollups([...days].toSorted(compareText), rollupQuery.canTell)
  const byRollup = new Map(found.map((each) => [each.rollup, each]))
  const untold = await rollupQuery.addTo(sums.rows, [...byRollup.keys()])
  for (const { rollup, error } of untold) {
    if (error !== undefined) shelf.lose(rollup, error)
    byRollup.delete(rollup)
  }
  for (const told of byRollup.values()) for (const day of told.days) days.delete(day)
}

/** Stored ones tell many days at once; what they lack is told from an index that is made of the day as it stands. */
async function addIndexes({ shelf, dayIndexes }: AnswerSources, open: readonly Open[]): Promise<void> {
  const asking = open.flatMap((each): Asking[] => {
    const indexQuery = compileIndexQuery(each.sums.query)
    return indexQuery === undefined || each.days.size === 0 ? [] : [{ ...each, indexQuery }]
  })
  for (let lost = 0; lost < maxLost && !(await addStored(shelf, asking)); lost++);
  for (const day of daysOf(asking)) {
    const found = await dayIndexes.find(day)
    if (found === undefined) continue
    for (const each of asking) if (each.days.has(day)) await addSums(each, day, found.rollup)
    await addIndex(asking, found.index, found.index.days)
  }
}

/** What nothing is filtered from, which several questions of a moment ask. */
async function addSums({ sums, rollupQuery, days }: Asking, day: string, rollup: Rollup): Promise<void> {
  if (rollupQuery?.canTell(rollup) !== true) return
  const untold = await rollupQuery.addTo(sums.rows, [rollup])
  if (untold.length === 0) days.delete(day)
}

/** False if a value was lost that had been found: then others may have taken its place. */
async function addStored(shelf: Shelf<Rollup>, asking: readonly Asking[]): Promise<boolean> {
  const stored = [...(await shelf.findIndexes(daysOf(asking))).values()]
  let isWhole = true
  for (const [index, found] of groupBy(stored, (each) => each.index)) {
    try {
      await addIndex(asking, index, found.map(({ day }) => day))
    } catch (error) {
      if (!(error instanceof ShelfLost)) throw error
      isWhole = false
    }
  }
  return isWhole
}

interface Asking extends Open {
  indexQuery: IndexQuery
}

async function addIndex(asking: readonly Asking[], index: SessionIndex, days: readonly IndexDay[]): Promise<void> {
  for (const { sums, indexQuery, days: left } of asking) {
    const told = days.filter((day) => left.has(day.day) && indexQuery.canTell(day))
    if (told.length === 0) continue
    await indexQuery.addTo(sums.rows, index, told)
    for (const { day } of told) left.delete(day)
  }
}

async function addHits(log: SiteLog, answer: Answer, open: readonly Open[]): Promise<void> {
  for (const day of daysOf(open)) {
    const to = open.filter(({ days }) => days.has(day)).map(({ sums }) => sums)
    answer.addHits(readDay(await log.readDay(day), log.marks), to)
  }
}

/** In order, since touches are followed from day to day. */
function daysOf(open: readonly Open[]): string[] {
  return [...new Set(open.flatMap(({ days }) => [...days]))].toSorted(compareText)
}
