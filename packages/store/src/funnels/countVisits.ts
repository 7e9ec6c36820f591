import type { AnswerSources } from '../answerQuery.ts'
import { compareText } from '../byTime.ts'
import { spansOf } from '../daySpans.ts'
import { readDay } from '../factSet.ts'
import { groupBy } from '../groupBy.ts'
import { prunedBefore } from '../kept/tellsKept.ts'
import { canTell } from '../sessionIndex/compileIndexQuery.ts'
import { compileIndexPlan, type IndexPlan } from '../sessionIndex/indexPlan.ts'
import { ShelfLost } from '../shelf.ts'
import { rangeToRead } from '../touches.ts'
import { createVisitPicker } from './pickVisits.ts'
import { tallyVisits } from './tallyVisits.ts'
import type { VisitCounter } from './visitCounter.ts'
import { queryOf, type VisitQuestion } from './visitQuestion.ts'

type Sources = Pick<AnswerSources, 'log' | 'shelf' | 'dayIndexes' | 'kept'>

/** How often stored values may turn out to be gone before their days are told from others. */
const maxLost = 3

/**
 * Counts visits from what tells each home day with the least work: stored session indexes, then an index that is made of
 * the day as it stands, and hits for what these do not say. No sums are kept of what visits did: of days that were pruned
 * the rest counts, and `prunedBefore` says so.
 *
 * @throws RangeError for a pattern that does not compile
 */
export async function countVisits<Result extends object>(sources: Sources, question: VisitQuestion, counter: VisitCounter<Result>): Promise<Result & { prunedBefore?: number }> {
  const query = queryOf(question)
  const days = new Set(spansOf(sources.log, rangeToRead(question)).map(({ day }) => day))
  // Before anything is counted, so that it fails at once.
  const pick = createVisitPicker(question)
  const plan = compileIndexPlan(query)
  if (plan !== undefined) await addIndexes(sources, plan, counter, days)
  for (const day of inOrder(days)) counter.addVisits(pick(readDay(await sources.log.readDay(day), sources.log.marks)))
  const pruned = (await sources.kept?.find(query.range)) ?? []
  const before = prunedBefore(pruned.map(({ whole }) => whole), query.timezone)
  return { ...counter.result(), ...(before !== undefined && { prunedBefore: before }) }
}

/** @param days that are left: those that are told are taken out of it */
async function addIndexes({ shelf, dayIndexes }: Sources, plan: IndexPlan, counter: VisitCounter<unknown>, days: Set<string>): Promise<void> {
  for (let lost = 0; lost < maxLost && !(await addStored(shelf, plan, counter, days)); lost++);
  for (const day of inOrder(days)) {
    const { index } = (await dayIndexes.find(day)) ?? {}
    if (index === undefined || !index.days.every((each) => canTell(each, plan))) continue
    await tallyVisits(counter, plan, index, index.days)
    days.delete(day)
  }
}

/** False if a value was lost that had been found: then others may have taken its place. */
async function addStored(shelf: Sources['shelf'], plan: IndexPlan, counter: VisitCounter<unknown>, days: Set<string>): Promise<boolean> {
  const found = [...(await shelf.findIndexes(inOrder(days))).values()].filter(({ day }) => canTell(day, plan))
  let isWhole = true
  for (const [index, its] of groupBy(found, (each) => each.index)) {
    try {
      await tallyVisits(counter, plan, index, its.map(({ day }) => day))
      for (const { day } of its) days.delete(day.day)
    } catch (error) {
      if (!(error instanceof ShelfLost)) throw error
      isWhole = false
    }
  }
  return isWhole
}

function inOrder(days: ReadonlySet<string>): string[] {
  return [...days].toSorted(compareText)
}
