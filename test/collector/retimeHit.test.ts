import { createId, idTime, isId, type HitAnswer } from '@treadlight/protocol'
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
  return retimeHit(hit, { site: 'default', timezone: 'UTC', received, sentAt, sender: 'a' }) as TestHit | undefined
}
const timesOf = ({ id, timestamp }: TestHit): number[] => [idTime(id), Date.parse(timestamp)]

describe('retimeHit', () => {
  const clocks: [name: string, skew: number][] = [
    ['behind by 20 days', -20 * day],
    ['ahead by 3 days', 3 * day],
    ['of 2004', 2 ** 40 - noon],
    ['of 2100', Date.parse('2100-01-01T00:00:00Z') - noon],
  ]
  test.each(clocks)('a clock %s: the hit keeps its distance to the sender’s now, in whole minutes', (_, skew) => {
    const off = Math.round(skew / minute) * minute
    const hit = makeHit(noon + off - 2 * hour)
    const moved = retime(hit, { sentAt: noon + off })!
    expect(timesOf(moved)).toEqual([noon - 2 * hour, noon - 2 * hour])
    expect(isId(moved.id)).toBe(true)
    expect(moved.id.slice(13)).toBe(hit.id.slice(13))
    expect({ ...moved, id: hit.id, timestamp: hit.timestamp }).toEqual(hit)
  })

  test('each try makes the same of it, though one takes longer than another', () => {
    const hit = makeHit(noon - 20 * day)
    const tries = [0, 5, 20, 29].map((delay) => retime(hit, { sentAt: noon - 20 * day + hour, received: noon + hour + delay * second })!)
    expect(new Set(tries.map(({ id, timestamp }) => id + timestamp)).size).toBe(1)
    expect(tries[0]!.id).not.toBe(hit.id)
  })

  test('what a clock ahead has made since it was put right, or says no more of, happened now', () => {
    for (const sentAt of [noon, undefined, noon + minute]) {
      const moved = retime(makeHit(noon + 30 * day), { sentAt, received: noon + 12_345 })!
      expect(timesOf(moved)).toEqual([noon, noon])
    }
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

  test('its view moves with it, as the view’s own hit does', () => {
    const view = makeHit(noon - 20 * day)
    const event = makeHit(noon - 20 * day + 90 * second, { type: 'event', name: 'signup', view: view.id })
    const sentAt = noon - 20 * day + 5 * minute
    const [movedView, movedEvent] = [view, event].map((hit) => retime(hit, { sentAt })!)
    expect(movedEvent!.view).toBe(movedView!.id)
    expect(idTime(movedEvent!.id) - idTime(movedView!.id)).toBe(90 * second)
  })

  const partial: [name: string, hit: object][] = [
    ['no timestamp', { id: createId(noon - 20 * day), url: 'https://shop.example/' }],
    ['no id', { timestamp: new Date(noon - 20 * day).toISOString(), url: 'https://shop.example/' }],
    ['an id in capitals', { id: createId(noon - 20 * day).toUpperCase(), url: 'https://shop.example/' }],
  ]
  test.each(partial)('a hit with %s has none after', (_, hit) => {
    const moved = retime(hit, { sentAt: noon - 20 * day })!
    expect(Object.keys(moved).sort()).toEqual(Object.keys(hit).sort())
    if (moved.id) expect([isId(moved.id), idTime(moved.id)]).toEqual([true, noon])
    if (moved.timestamp) expect(Date.parse(moved.timestamp)).toBe(noon)
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

  test.each([-20 * day, -9 * day, 2 * day, 400 * day])('by %d ms: refused, and accepted as the answer has it', async (skew) => {
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
    expect(stored.every(({ time, day }) => Math.abs(time - noon) < minute && day === '2026-11-21')).toBe(true)
    expect(stored.find(({ type }) => type === 'event')!.view).toBe(stored.find(({ type }) => type === 'pageview')!.id)
  })

  test('sent twice it is a duplicate, whether the answer or the refusal was lost', async () => {
    const collector = createTestCollector()
    const sentAt = noon - 20 * day
    const hit = makeHit(sentAt - hour)
    const [, first] = await send(collector, sentAt, [hit])
    // The refusal was lost: the page asks again, and is told the same.
    const [, again] = await send(collector, sentAt + 2 * second, [hit])
    expect(again.retimed).toEqual(first.retimed)
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
})
