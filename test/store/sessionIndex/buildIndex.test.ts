import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredHit } from '@treadlight/store'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import type { SessionIndex } from '../../../packages/store/src/sessionIndex/sessionIndex.ts'
import { makeEngagement, makeEvent, makeHit, minute, noon, testId } from '../makeHit.ts'
import { arbitraryHits, home } from './arbitraryDay.ts'
import { sayHits, sayIndex } from './sayDay.ts'

function indexOf(hits: readonly StoredHit[], tick: 1 | 60_000 = 1): SessionIndex | undefined {
  const columns = columnsOfHits(home, hits)
  return columns && buildIndex(columns, { tick })
}

async function expectSame(hits: readonly StoredHit[], tick: 1 | 60_000 = 1): Promise<void> {
  expect(await sayIndex(indexOf(hits, tick)!)).toEqual([sayHits(home, hits, tick)])
}

describe('an index says what the hits say', () => {
  test.each([1, 60_000] as const)('of any day, with ticks of %d ms', async (tick) => {
    await fc.assert(fc.asyncProperty(arbitraryHits, (hits) => expectSame(hits, tick)), { numRuns: 500 })
  })

  const view = makeHit({ time: noon, visitor: 'a' })
  const odd: [string, StoredHit[]][] = [
    ['a day without hits', []],
    ['engagement alone', [makeEngagement(view, { engaged: 5 })]],
    ['nobody known: every view is a visit', [makeHit({ visitor: '' }), makeHit({ visitor: '' })]],
    ['a view and an event of it, nobody known', [{ ...view, visitor: '' }, makeEvent('x', { view: view.id, visitor: '' })]],
    ['an event whose id is a view', [{ ...view, visitor: '' }, makeEvent('x', { id: testId(9), visitor: '' }), makeHit({ visitor: '', view: testId(9) })]],
    ['several visitors in a session', ['a', 'b', 'a'].map((visitor, at) => makeHit({ visitor, session: 's', time: noon + at }))],
    ['a visitor in a session with another and alone', [...['a', 'b'].map((visitor) => makeHit({ visitor, session: 's' })), makeHit({ visitor: 'b' }), makeHit({ visitor: 'c' })]],
    ['a visitor with two sessions that are his alone', ['s', 't', ''].map((session) => makeHit({ visitor: 'a', session }))],
    ['the same time', Array.from({ length: 5 }, (_, at) => makeHit({ path: `/${at}`, id: testId(5 - at) }))],
    ['half an hour without a sign', [0, 30, 59, 89].map((at) => makeHit({ time: noon + at * minute }))],
    ['engagement that keeps a visit alive', [view, makeEngagement(view, { time: noon + 20 * minute }), makeHit({ visitor: 'a', time: noon + 40 * minute })]],
    ['70,000 paths', Array.from({ length: 70_000 }, (_, at) => makeHit({ visitor: `v${at % 9000}`, path: `/${at}`, time: noon + at }))],
    ['a visit of 70,000 hits, upside down', Array.from({ length: 70_000 }, (_, at) => makeHit({ time: noon - at * 7 }))],
    ['lone surrogates and __proto__', ['\ud800', '__proto__', '\udc00'].map((odd) => makeHit({ visitor: odd, path: odd, country: odd, source: odd }))],
  ]
  test.each(odd)('%s', (_, hits) => expectSame(hits))

  test.each([
    ['a time between two milliseconds', { time: noon + 0.5 }],
    ['no time', { time: NaN }],
    ['another day', { day: '2026-11-22' }],
    ['a path that is none', { path: 7 }],
    ['a country that is none', { country: {} }],
    ['revenue that is none', { revenue: null }],
    ['an amount that is a number', { revenue: { amount: 5, currency: 'EUR' } }],
    ['an unknown kind of hit', { type: '__proto__' }],
    ['an engaged time with a fraction', { engaged: 1.5 }],
    ['an engaged time before 0', { engagedDelta: -1 }],
    ['a scroll depth beyond all measure', { scroll: 2 ** 32 }],
  ])('or nothing: %s', (_, fields) => {
    expect(indexOf([makeHit(), { ...makeHit(), ...fields } as StoredHit])).toBeUndefined()
  })

  test('or nothing: a day of 50 days', () => {
    expect(indexOf([makeHit({ day: home }), makeHit({ day: home, time: noon + 50 * 86_400_000 })])).toBeUndefined()
  })
})
