import { createAnswer, type Answer, type AskedSums } from './answer.ts'
import { compareText } from './byTime.ts'
import type { DayIndexes } from './dayIndexes.ts'
import { readDay } from './factSet.ts'
import { spansOf } from './daySpans.ts'
import { groupBy } from './groupBy.ts'
import type { Query, QueryResult } from './query.ts'
import { compileIndexQuery } from './sessionIndex/compileIndexQuery.ts'
import type { IndexQuery } from './sessionIndex/indexQuery.ts'
import type { IndexDay, SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { Shelf } from './shelf.ts'
import type { SiteLog } from './siteLog.ts'
import { rangeToRead } from './touches.ts'

/** Where the answers about a site come from. */
export interface AnswerSources {
  log: SiteLog
  shelf: Shelf
  dayIndexes: DayIndexes
}

/** One of the sums that are asked for, and the home days that are still to be added to it. */
interface Open {
  sums: AskedSums
  /** Undefined where an index cannot tell. */
  indexQuery?: IndexQuery | undefined
  days: Set<string>
}

/**
 * Answers a query from what tells each home day with the least work: rollups where no visit has to be looked at, session
 * indexes, and the hits themselves for the rest.
 */
export async function answerQuery(sources: AnswerSources, query: Query): Promise<QueryResult> {
  const answer = createAnswer(query)
  const days = spansOf(sources.log, rangeToRead(query)).map(({ day }) => day)
  const open = answer.asked.map((sums) => ({ sums, indexQuery: compileIndexQuery(sums.query), days: new Set(days) }))
  await addIndexes(sources, open)
  await addHits(sources.log, answer, open)
  return answer.result()
}

/** Stored ones tell many days at once; what they do not tell is told from an index that is made for the day as it stands. */
async function addIndexes({ shelf, dayIndexes }: AnswerSources, open: readonly Open[]): Promise<void> {
  const asking = open.flatMap(({ indexQuery, ...rest }) => (indexQuery === undefined ? [] : [{ ...rest, indexQuery }]))
  const stored = [...(await shelf.findIndexes(daysOf(asking))).values()]
  for (const [index, found] of groupBy(stored, ({ index }) => index)) {
    await addIndex(asking, index, found.map(({ day }) => day))
  }
  for (const day of daysOf(asking)) {
    const index = await dayIndexes.find(day)
    if (index !== undefined) await addIndex(asking, index, index.days)
  }
}

async function addIndex(asking: readonly Required<Open>[], index: SessionIndex, days: readonly IndexDay[]): Promise<void> {
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
