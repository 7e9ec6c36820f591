import type { StoredHit } from '../hit.ts'
import { createFunnel, type FunnelQuery, type FunnelResult } from './funnel.ts'
import { createJourneys, type JourneyQuery, type JourneyResult } from './journeys.ts'
import { createVisitPicker } from './pickVisits.ts'
import type { VisitCounter } from './visitCounter.ts'
import type { VisitQuestion } from './visitQuestion.ts'

type Parts = AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>

/**
 * Says how far visits came, from all visible hits of the site as `runQuery` takes them.
 * @throws RangeError as `HitStore.funnel` does
 */
export async function runFunnel(parts: Parts, query: FunnelQuery): Promise<FunnelResult> {
  return runVisits(parts, query, createFunnel(query))
}

/** Says what visits did next, in the same way. @throws RangeError as `HitStore.journeys` does */
export async function runJourneys(parts: Parts, query: JourneyQuery): Promise<JourneyResult> {
  return runVisits(parts, query, createJourneys(query))
}

/** Counts the visits that a question is about: see `runQuery`. @throws RangeError for a pattern that does not compile */
export async function runVisits<Result>(parts: Parts, question: VisitQuestion, counter: VisitCounter<Result>): Promise<Result> {
  const pick = createVisitPicker(question)
  for await (const hits of parts) counter.addVisits(pick(hits))
  return counter.result()
}
