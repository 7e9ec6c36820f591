import type { FunnelQuery, JourneyQuery, JourneyStep, StoredHit, VisitQuestion, VisitStep } from '@treadlight/store'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateHits } from '../../../bench/generateHits.ts'
import { createFunnel } from '../../../packages/store/src/funnels/funnel.ts'
import { createJourneys } from '../../../packages/store/src/funnels/journeys.ts'
import { runVisits } from '../../../packages/store/src/funnels/runVisits.ts'
import { tallyVisits } from '../../../packages/store/src/funnels/tallyVisits.ts'
import type { VisitCounter } from '../../../packages/store/src/funnels/visitCounter.ts'
import { queryOf } from '../../../packages/store/src/funnels/visitQuestion.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import { canTell } from '../../../packages/store/src/sessionIndex/compileIndexQuery.ts'
import { compileIndexPlan } from '../../../packages/store/src/sessionIndex/indexPlan.ts'
import { noon } from '../makeHit.ts'
import { byDay, dayLength, days, filter, goals, range, timezone } from '../sessionIndex/arbitraryQuestion.ts'
import { joinIndexes } from '../sessionIndex/joinIndexes.ts'

type Tick = 1 | 60_000

/** Asks an index and the hits; of the former what it can tell. @returns the days that it could not */
async function expectSame<Question extends VisitQuestion>(
  question: Question,
  create: (question: Question) => VisitCounter<unknown>,
  hits: ReadonlyMap<string, StoredHit[]>,
  tick: Tick,
  together: boolean,
): Promise<string[]> {
  const plan = compileIndexPlan(queryOf(question))!
  const indexes = [...hits].map(([day, its]) => buildIndex(columnsOfHits(day, its)!, { tick })!)
  const counter = create(question)
  const untold: string[] = []
  for (const index of together ? [await joinIndexes(indexes)] : indexes) {
    untold.push(...index.days.filter((day) => !canTell(day, plan)).map(({ day }) => day))
    await tallyVisits(counter, plan, index, index.days.filter((day) => canTell(day, plan)))
  }
  const told = [...hits].filter(([day]) => !untold.includes(day)).map(([, its]) => its)
  expect(counter.result()).toEqual(await runVisits(told, question, create(question)))
  return untold
}

const word = fc.constantFrom('', 'a', 'b', '__proto__', 'x\udc00')
const step: fc.Arbitrary<VisitStep> = fc.oneof(
  fc.oneof(word, fc.constantFrom('*', 'a*', '*b')).map((page) => ({ page })),
  word.map((event) => ({ event })),
  fc.constantFrom('a', 'b', 'All', 'Names').map((goal) => ({ goal })),
)
const place: fc.Arbitrary<JourneyStep> = fc.oneof(word.map((page) => ({ page })), word.map((event) => ({ event })))
const visits = { site: fc.constant('shop'), range, timezone, filters: fc.array(filter, { maxLength: 2 }), goals }
const funnel = fc.record({ ...visits, steps: fc.array(step, { minLength: 2, maxLength: 8 }) }) as fc.Arbitrary<FunnelQuery>
const journeys = fc.record({
  ...visits,
  from: fc.option(step, { nil: undefined }),
  direction: fc.constantFrom('after', 'before'),
  along: fc.array(place, { maxLength: 2 }),
  events: fc.boolean(),
  depth: fc.integer({ min: 3, max: 5 }),
  branches: fc.integer({ min: 1, max: 3 }),
}) as fc.Arbitrary<JourneyQuery>

describe('a session index is asked what visits did: it says what the hits say', () => {
  const [ticks, numRuns] = [fc.constantFrom<Tick>(1, 60_000), Number(process.env['KERNEL_RUNS'] ?? 500)]

  test('how far they came', async () => {
    const answer = fc.asyncProperty(days, funnel, ticks, fc.boolean(), async (hits, asked, tick, together) => {
      fc.pre(hits.size > 0)
      const untold = await expectSame(asked, createFunnel, hits, tick, together)
      if (tick === 1) expect(untold).toEqual([])
    })
    await fc.assert(answer, { numRuns })
  }, 600_000)

  test('what they did next', async () => {
    const answer = fc.asyncProperty(days, journeys, ticks, fc.boolean(), async (hits, asked, tick, together) => {
      fc.pre(hits.size > 0)
      await expectSame(asked, createJourneys, hits, tick, together)
    })
    await fc.assert(answer, { numRuns })
  }, 600_000)

  const generated = [...generateHits({ hits: 20_000, days: 1, sessionIds: 0.5 })].flat()
  for (const [at, hit] of generated.entries()) {
    // Some tabs are shared by several people.
    if (at % 40 === 0) hit.session = `tab ${at % 7}`
    if (at % 90 === 0) hit.path = `/never before ${at}`
  }
  const many = byDay(generated)
  const [first] = [...many.keys()]
  const noonOfFirst = Date.parse(first!) + dayLength / 2
  const everything = { site: 'shop', range: { from: 0, to: noon + 400 * dayLength } }
  const shapes: Partial<VisitQuestion>[] = [
    {},
    { filters: [['is', 'visit:country', ['DE', 'US']], ['is', 'event:page', ['/blog/*']]] },
    { range: { from: noonOfFirst, to: noonOfFirst + dayLength }, filters: [['has_not_done', ['is', 'event:goal', ['signup']]]] },
  ]

  test.each(shapes)('of thousands of visits, batch after batch: %j', async (shape) => {
    for (const together of [true, false]) {
      await expectSame({ ...everything, ...shape, steps: [{ page: '/*' }, { page: '/blog*' }, { page: '*' }, { goal: 'signup' }] }, createFunnel, many, 60_000, together)
      await expectSame({ ...everything, ...shape, from: { page: '/' }, along: [{ page: '/pricing' }], branches: 5, depth: 4 }, createJourneys, many, 60_000, together)
    }
  }, 60_000)
})
