import { createId, decodeHit, idTime, isId, isRefusal, type HitAnswer } from '@treadlight/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retimeHit } from '../../packages/collector/src/hit/retimeHit.ts'
import { createTestCollector, noon } from './collector.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

interface TestHit {
  id: string
  timestamp: string
  type?: string
  name?: string
  view?: string
  url: string
  title: string
}

/** A hit by a clock that says `time`. */
function makeHit(time: number, fields: Partial<TestHit> = {}): TestHit {
  return { id: createId(time), url: 'https://shop.example/', title: 'Shop', timestamp: new Date(time).toISOString(), ...fields }
}

function retime(hit: object, { sentAt, received = noon }: { sentAt?: number | undefined; received?: number } = {}): TestHit | undefined {
  return retimeHit(hit, { received, sentAt }) as TestHit | undefined
}
const timesOf = ({ id, timestamp }: TestHit): number[] => [idTime(id), Date.parse(timestamp)]

/** What ids move by is a multiple of this. */
const step = 15 * minute
const stepsOf = (skew: number): number => Math.round(skew / step) * step

describe('retimeHit', () => {
  const clocks: [name: string, skew: number][] = [
    ['behind by 20 days', -20 * day],
    ['behind by 20 days and 5 minutes', -20 * day - 5 * minute],
    ['ahead by 3 days', 3 * day],
    ['ahead by 3 days, 7 minutes and 29 seconds', 3 * day + 7 * minute + 29 * second],
    ['ahead by 3 days, 7 minutes and 31 seconds', 3 * day + 7 * minute + 31 * second],
    ['of 2004', 2 ** 40 - noon],
    ['of 2100', Date.parse('2100-01-01T00:00:00Z') - noon],
  ]
  test.each(clocks)('a clock %s: the id moves by whole quarters of an hour, the timestamp by what the clock is off', (_, skew) => {
    const hit = makeHit(noon + skew - 2 * hour)
    const moved = retime(hit, { sentAt: noon + skew })!
    expect(timesOf(moved)).toEqual([noon - 2 * hour + skew - stepsOf(skew), noon - 2 * hour])
    expect(isId(moved.id)).toBe(true)
    expect(moved.id.slice(13)).toBe(hit.id.slice(13))
    expect({ ...moved, id: hit.id, timestamp: hit.timestamp }).toEqual({ ...hit, retimed: true })
  })

  const tries: [name: string, made: number, sentAt: number, delays: readonly number[]][] = [
    ['one takes longer than another', -20 * day, -20 * day, [0, 5 * second, 29 * second, 31 * second, 59 * second]],
    ['they are hours apart', -20 * day, -20 * day, [0, hour, 7 * hour]],
    ['the page’s clock goes on from one minute to the next', 20 * day - 3 * second, 20 * day - second, [0, 2 * second, 5 * second]],
    ['it was made before the clock was put right, in the same hour', 3 * day, 0, [0, 5 * second, 59 * minute]],
  ]
  test.each(tries)('each try makes the same id of it: %s', (_, made, sentAt, delays) => {
    const hit = makeHit(noon + made)
    // The page's clock goes on, and the last seconds are what the request takes.
    const moved = delays.map((delay) => retime(hit, { sentAt: noon + sentAt + delay - (delay % minute), received: noon + delay })!)
    expect(new Set(moved.map(({ id }) => id)).size).toBe(1)
    expect(moved[0]!.id).not.toBe(hit.id)
  })

  test('rarely it is another id: where one try is rounded up and another down', () => {
    const skew = -20 * day - 7.5 * minute
    const hit = makeHit(noon + skew)
    const ids = [-1, 1].map((delay) => idTime(retime(hit, { sentAt: noon + skew, received: noon + delay * second })!.id))
    expect(Math.abs(ids[0]! - ids[1]!)).toBe(step)
  })

  test('what a clock ahead has made before it was put right, or says no more of, is of this hour', () => {
    for (const sentAt of [noon, undefined, noon + minute]) {
      const moved = retime(makeHit(noon + 30 * day), { sentAt, received: noon + 12 * minute + 345 })!
      expect(timesOf(moved)).toEqual([noon, noon])
    }
  })

  test('only what would still be refused is', () => {
    // By its clock it is of ten minutes from now: no reason to think that the clock is wrong by more.
    const moved = retime(makeHit(noon + 20 * day + 10 * minute), { sentAt: noon + 20 * day })!
    expect(timesOf(moved)).toEqual([noon + 10 * minute, noon + 10 * minute])
    // Its view is from before the clock was set back.
    const report = makeHit(noon - 3 * day, { type: 'engagement', view: createId(noon + 3 * hour) })
    expect(retime(report, { sentAt: noon - 3 * day })!.view).toBe(report.view)
  })

  const waited: [name: string, time: number, sentAt: number | undefined, outcome: 'too old' | 'moved'][] = [
    ['8 days', noon - 8 * day, noon, 'moved'],
    ['more than 8 days', noon - 8 * day - minute, noon, 'too old'],
    ['more than 8 days by a clock that is behind', noon - 30 * day, noon - 20 * day, 'too old'],
    ['7 days by a clock that is behind', noon - 27 * day, noon - 20 * day, 'moved'],
    ['since 1970, and no word of the clock', 0, undefined, 'too old'],
  ]
  test.each(waited)('one that has waited %s', (_, time, sentAt, outcome) => {
    expect(retime(makeHit(time), { sentAt }) === undefined ? 'too old' : 'moved').toBe(outcome)
  })

  const views: [name: string, made: number, sentAt: number][] = [
    ['a clock that is behind', -20 * day, -20 * day],
    ['a clock that is ahead', 20 * day + 11 * minute, 20 * day + 11 * minute],
    ['a clock that was ahead', 20 * day, 0],
  ]
  test.each(views)('its view moves with it, as the view’s own hit does in another request: %s', (_, made, sentAt) => {
    const view = makeHit(noon + made)
    const event = makeHit(noon + made + 90 * second, { type: 'event', name: 'signup', view: view.id })
    const movedView = retime(view, { sentAt: noon + sentAt, received: noon + second })!
    const movedEvent = retime(event, { sentAt: noon + sentAt + 10 * minute, received: noon + 10 * minute + 4 * second })!
    expect(movedEvent.view).toBe(movedView.id)
    if (sentAt !== 0) expect(idTime(movedEvent.id) - idTime(movedView.id)).toBe(90 * second)
  })

  const partial: [name: string, hit: object][] = [
    ['no timestamp', { id: createId(noon - 20 * day), url: 'https://shop.example/' }],
    ['no id', { timestamp: new Date(noon - 20 * day).toISOString(), url: 'https://shop.example/' }],
    ['an id in capitals', { id: createId(noon - 20 * day).toUpperCase(), url: 'https://shop.example/' }],
  ]
  test.each(partial)('a hit with %s has none after', (_, hit) => {
    const moved = retime(hit, { sentAt: noon - 20 * day })!
    expect(Object.keys(moved).sort()).toEqual([...Object.keys(hit), 'retimed'].sort())
    if (moved.id) expect([isId(moved.id), idTime(moved.id)]).toEqual([true, noon])
    if (moved.timestamp) expect(Date.parse(moved.timestamp)).toBe(noon)
  })

  test('without an id the timestamp is the same for each try: the id is made of it', () => {
    const hit = { timestamp: new Date(noon - 20 * day).toISOString(), url: 'https://shop.example/' }
    const tries = [0, 4 * second].map((delay) => retime(hit, { sentAt: noon - 20 * day + 8 * minute, received: noon + delay })!)
    expect(tries[1]).toEqual(tries[0])
  })

  const absurd: [name: string, hit: Partial<TestHit>, sentAt: number][] = [
    ['a view of long before 1970', { view: createId(day) }, noon + 20 * day],
    ['a timestamp of the end of time', { timestamp: '9999-12-31T23:59:59Z' }, noon - 20 * day],
    ['a timestamp of the beginning', { timestamp: '0001-01-01T00:00:00Z' }, noon + 20 * day],
  ]
  test.each(absurd)('%s stays one that can be read', (_, fields, sentAt) => {
    expect(isRefusal(decodeHit(retime(makeHit(sentAt, fields), { sentAt })))).toBe(false)
  })

  test.each([8.64e15, noon + 20 * day, noon - 3 * day, 0, -8.64e15])('what a clock that says %d cannot have said is left: it was set since', (sentAt) => {
    const view = makeHit(noon)
    expect(retime(view, { sentAt })).toEqual({ ...view, retimed: true })
  })

  test('one that was timed anew already is not moved again by the clock of its sender', () => {
    const retimed = (time: number): object => ({ ...makeHit(time), retimed: true })
    expect(retime(retimed(noon - 9 * day), { sentAt: noon - 20 * day })).toBeUndefined()
    expect(timesOf(retime(retimed(noon + 2 * day), { sentAt: noon - 20 * day })!)).toEqual([noon, noon])
  })

  test('the hit that was sent is left as it is', () => {
    const hit = Object.freeze(makeHit(noon - 20 * day))
    expect(retime(hit, { sentAt: noon - 20 * day })).not.toBe(hit)
  })
})

describe('POST /hit of a page whose clock is days off', () => {
  async function send({ post }: ReturnType<typeof createTestCollector>, sentAt: number, hits: object[]): Promise<[status: number, answer: HitAnswer]> {
    const response = await post({ sentAt, hits })
    return [response.status, (await response.json()) as HitAnswer]
  }

  const idsOf = ({ retimed = [] }: HitAnswer): string[] => (retimed as TestHit[]).map(({ id }) => id)

  test.each([-20 * day, -9 * day, -3 * day, -25 * hour, 25 * hour, 2 * day, 400 * day])('by %d ms: refused, and accepted as the answer has it', async (skew) => {
    const collector = createTestCollector()
    const sentAt = noon + skew
    const view = makeHit(sentAt - 10 * second)
    const event = makeHit(sentAt - 5 * second, { type: 'event', name: 'signup', view: view.id })
    const [status, refusal] = await send(collector, sentAt, [view, event])
    expect([status, refusal.refused.map(({ index, reason }) => [index, reason])]).toEqual([400, [[0, 'clock'], [1, 'clock']]])
    expect(refusal.retimed).toHaveLength(2)
    expect(await collector.stored()).toEqual([])

    // A few seconds later; the page's clock goes on being wrong.
    collector.clock.now += 3 * second
    expect(await send(collector, sentAt + 3 * second, refusal.retimed!)).toMatchObject([201, { stored: 2, duplicate: 0, refused: [] }])
    const stored = await collector.stored()
    expect(stored.every(({ time, day }) => noon - time < minute && time < noon && day === '2026-11-21')).toBe(true)
    expect(stored.find(({ type }) => type === 'event')!.view).toBe(stored.find(({ type }) => type === 'pageview')!.id)
  })

  test('sent twice it is a duplicate, whether the answer or the refusal was lost', async () => {
    const collector = createTestCollector()
    const sentAt = noon - 20 * day
    const hit = makeHit(sentAt - hour)
    const [, first] = await send(collector, sentAt, [hit])
    // The refusal was lost: the page asks again, and is told the same.
    const [, again] = await send(collector, sentAt + 2 * second, [hit])
    expect(idsOf(again)).toEqual(idsOf(first))
    await send(collector, sentAt, first.retimed!)
    // The answer was lost.
    expect(await send(collector, sentAt, first.retimed!)).toMatchObject([201, { stored: 0, duplicate: 1 }])
    expect(await collector.stored()).toHaveLength(1)
  })

  test('beside good hits only it is refused', async () => {
    const collector = createTestCollector()
    const [status, answer] = await send(collector, noon, [makeHit(noon), makeHit(noon + 3 * day), makeHit(noon)])
    expect([status, answer.stored, answer.refused.map(({ index }) => index), answer.retimed?.length]).toEqual([201, 2, [1], 1])
  })

  test('one that has waited for too long has no other time: the sender forgets it', async () => {
    const [status, answer] = await send(createTestCollector(), noon, [makeHit(noon - 9 * day)])
    expect([status, answer.refused]).toEqual([400, [{ index: 0, field: 'id', reason: 'clock' }]])
    expect(answer).not.toHaveProperty('retimed')
  })

  test('nor has one that is refused for anything else', async () => {
    const [status, answer] = await send(createTestCollector(), noon, [{ ...makeHit(noon), url: 'x' }])
    expect([status, answer.retimed]).toEqual([400, undefined])
  })

  test('time on page of a view from the future is sent anew too', async () => {
    const collector = createTestCollector()
    const engagement = { ...makeHit(noon), type: 'engagement', view: createId(noon + 3 * day), engaged: 5000 }
    const [, refusal] = await send(collector, noon, [engagement])
    expect(refusal).toMatchObject({ refused: [{ field: 'view', reason: 'clock' }], retimed: [{ engaged: 5000 }] })
    expect(await send(collector, noon, refusal.retimed!)).toMatchObject([201, { stored: 1 }])
  })

  test.each([-23 * hour, -16 * minute, 0, 3 * hour, 23 * hour])('by %d ms, less than a day: taken, with its own id', async (skew) => {
    const collector = createTestCollector()
    const hit = makeHit(noon + skew)
    expect(await send(collector, noon + skew, [hit])).toMatchObject([201, { stored: 1, refused: [] }])
    expect((await collector.stored()).map(({ id }) => id)).toEqual([hit.id])
  })

  test.each([noon + 20 * day, noon - 3 * day, 0])('a clock that was set to %d since costs no hit', async (sentAt) => {
    const collector = createTestCollector()
    const hit = makeHit(noon - hour)
    expect(await send(collector, sentAt, [hit])).toMatchObject([201, { stored: 1, refused: [] }])
    expect((await collector.stored()).map(({ id, time }) => [id, time])).toEqual([[hit.id, noon - hour]])
  })

  const untimed: [name: string, hit: object, outcome: object][] = [
    ['neither id nor timestamp is of the moment when it comes', { url: 'https://shop.example/' }, [201, { stored: 1 }]],
    ['only a view is refused', { url: 'https://shop.example/', name: 'signup', view: createId(noon - 3 * day) }, [400, { refused: [{ field: 'sentAt', reason: 'clock' }], retimed: [{ retimed: true }] }]],
    ['only a timestamp is refused', { url: 'https://shop.example/', timestamp: new Date(noon - 3 * day).toISOString() }, [400, { refused: [{ field: 'sentAt', reason: 'clock' }] }]],
  ]
  test.each(untimed)('by three days: what says %s', async (_, hit, outcome) => {
    expect(await send(createTestCollector(), noon - 3 * day, [hit])).toMatchObject(outcome)
  })

  test.each([-3 * day, -hour])('by %d ms: a hit that says no time is stored with the collector’s', async (skew) => {
    const collector = createTestCollector()
    await send(collector, noon + skew, [{ url: 'https://shop.example/' }])
    expect((await collector.stored()).map(({ time }) => time)).toEqual([noon])
  })

  test('nobody can say so without sentAt', async () => {
    const collector = createTestCollector()
    const hit = makeHit(noon - 3 * day)
    expect((await collector.post([hit])).status).toBe(201)
    expect((await collector.stored()).map(({ id, time }) => [id, time])).toEqual([[hit.id, noon - 3 * day]])
  })

  test('what was timed anew is stored as it says, whatever the clock of its sender', async () => {
    const collector = createTestCollector()
    const hit = { ...makeHit(noon - hour), retimed: true }
    expect(await send(collector, noon - 5 * hour, [hit])).toMatchObject([201, { stored: 1 }])
    expect((await collector.stored()).map(({ time }) => time)).toEqual([noon - hour])
    expect(await collector.stored()).not.toMatchObject([{ retimed: true }])
  })

  test('what was timed anew, and has waited for too long since, is forgotten', async () => {
    const collector = createTestCollector()
    const [, { retimed }] = await send(collector, noon - 20 * day, [makeHit(noon - 20 * day)])
    collector.clock.now += 9 * day
    const [status, answer] = await send(collector, noon - 11 * day, retimed!)
    expect([status, answer.refused, answer.retimed]).toEqual([400, [{ index: 0, field: 'id', reason: 'clock' }], undefined])
  })

  test('whatever the clock, the network and the retries: each hit is stored once, with its view', async () => {
    const latency = fc.integer({ min: 0, max: 5 * second })
    const longest = 5 * second
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: -9 * day, max: 9 * day }), fc.integer({ min: -500 * day, max: 500 * day })),
        fc.array(fc.record({ after: fc.integer({ min: 0, max: 3 * hour }), latency, adopts: fc.boolean(), again: latency }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: hour }),
        async (skew, tries, age) => {
          // `skew` as the collector sees it lies anywhere up to `longest` behind: what is said to be rare.
          fc.pre(stepsOf(-skew) === stepsOf(longest - skew) && Math.abs(Math.abs(skew) - day) > longest)
          const collector = createTestCollector()
          const view = makeHit(noon + skew)
          const report = makeHit(noon + skew + age, { type: 'engagement', view: view.id })
          let clock = noon + age
          for (const { after, latency, adopts, again } of tries) {
            // Each try is of a tab that knows nothing of the others.
            clock += after
            collector.clock.now = clock + latency
            const [, { retimed }] = await send(collector, clock + skew, [view, report])
            collector.clock.now = clock + latency + again
            if (retimed && adopts) await send(collector, clock + skew, retimed)
          }
          // The last one gets through.
          const [, { retimed = [] }] = await send(collector, collector.clock.now + skew, [view, report])
          if (retimed.length > 0) await send(collector, collector.clock.now + skew, retimed)
          const stored = await collector.stored()
          expect(stored.map(({ type }) => type).sort()).toEqual(['engagement', 'pageview'])
          expect(new Set(stored.map(({ view }) => view)).size).toBe(1)
        },
      ),
      { numRuns: 300 },
    )
  })
})
