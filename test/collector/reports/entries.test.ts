import { createReferenceStore, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reach, readEntries, type Entry } from '../../../packages/collector/src/reports/entries.ts'
import { sessionKey } from '../../../packages/collector/src/reports/sessionKey.ts'
import { deriveEngagement } from '../../../packages/store/src/engagement.ts'
import { day, makeEngagement, makeEvent, makeHit, minute, noon, second } from '../../store/makeHit.ts'
import { entriesIn, listAll } from './readEntries.ts'

/** Seconds since noon, and seconds of engaged time. */
const placed = (entries: readonly Entry[]): [number, number][] => entries.map(({ time, engaged }) => [(time - noon) / second, engaged / second])
const at = (seconds: number): { time: number; received: number } => ({ time: noon + seconds * second, received: noon + seconds * second })
const beat = (seconds: number, fields: Partial<StoredHit> = {}): StoredHit => makeEvent('pagetimer', { ...at(seconds), ...fields })

describe('PT06 what an entry says', () => {
  test('P001: of nobody without a session', async () => {
    const [entry] = await entriesIn([beat(0, { path: '/something/random', visitor: '' })])
    expect(entry).toEqual({ time: noon, engaged: minute, username: 'anonymous', session: 'None', address: '', path: '/something/random' })
  })

  test('of a known user', async () => {
    const hit = beat(0, { user: 'ann', session: 's1', address: '203.0.113.0' })
    expect(await entriesIn([hit])).toEqual([{ time: noon, engaged: minute, username: 'ann', session: sessionKey(hit), address: '203.0.113.0', path: '/' }])
  })

  test('of a view it says what the pageview says, also where reports say less', async () => {
    const view = makeHit({ path: '/a', user: 'ann', session: 's1' })
    const entries = await entriesIn([view, makeEngagement(view, { user: '', session: '', ...at(200), engaged: 200 * second })])
    expect(entries.map(({ username, session }) => [username, session])).toEqual(Array.from({ length: 4 }, () => ['ann', sessionKey(view)]))
  })
})

describe('PT07 the key of a session', () => {
  const session = { site: 'shop', session: 'sessionkey', visitor: 'v1' }

  test('P029: none', () => expect(sessionKey({ ...session, session: '', visitor: '' })).toBe('None'))

  test('P030: of 28 characters, no one’s key but the session’s, and not the session', () => {
    const keys = [session, { ...session, session: 'sessionkez' }, { ...session, site: 'blog' }, { ...session, session: '' }, { ...session, session: '', visitor: 'sessionkey' }].map(sessionKey)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{28}$/)
    expect(new Set(keys).size).toBe(keys.length)
    expect(sessionKey({ ...session, visitor: 'v2' })).toBe(keys[0])
  })
})

describe('PT19 engaged time becomes entries', () => {
  type Report = [seconds: number, fields: { engaged?: number; engagedDelta?: number }]
  const cases: [name: string, reports: Report[], expected: [number, number][]][] = [
    ['a view that nobody told more of', [], [[0, 0]]],
    ['less than an interval: the view’s own entry', [[30, { engaged: 30 }]], [[0, 30]]],
    ['an interval', [[60, { engaged: 60 }]], [[0, 60]]],
    ['a second more begins another', [[60, { engaged: 60 }], [61, { engaged: 61 }]], [[0, 60], [60, 1]]],
    ['running totals', [[60, { engaged: 60 }], [120, { engaged: 120 }], [150, { engaged: 150 }]], [[0, 60], [60, 60], [120, 30]]],
    ['one that was lost costs nothing', [[120, { engaged: 120 }], [150, { engaged: 150 }]], [[0, 60], [60, 60], [120, 30]]],
    ['nor does one that is repeated, or late', [[120, { engaged: 120 }], [130, { engaged: 60 }], [140, { engaged: 120 }]], [[0, 60], [60, 60]]],
    ['deltas of other protocols', [[40, { engagedDelta: 40 }], [90, { engagedDelta: 50 }]], [[0, 60], [60, 30]]],
    ['a total and a delta', [[40, { engaged: 40 }], [90, { engagedDelta: 50 }]], [[0, 60], [60, 30]]],
    ['a short rest makes no entry', [[60, { engaged: 60 }], [130, { engaged: 90 }]], [[0, 60], [100, 30]]],
    ['what was engaged behind a long rest lies where it was', [[30, { engaged: 30 }], [3600, { engaged: 50 }]], [[0, 30], [3580, 20]]],
    ['a tab that was opened in the background', [[600, { engaged: 20 }]], [[0, 0], [580, 20]]],
    ['more than there was time for, by two clocks', [[30, { engaged: 90 }]], [[0, 60], [60, 30]]],
    ['told with the view itself', [], [[0, 60], [60, 60], [120, 5]]],
  ]
  test.each(cases)('%s', async (name, reports, expected) => {
    const view = makeHit(name === 'told with the view itself' ? { engaged: 125 * second } : {})
    const inMs = ({ engaged, engagedDelta }: Report[1]) => ({
      ...(engaged !== undefined && { engaged: engaged * second }),
      ...(engagedDelta !== undefined && { engagedDelta: engagedDelta * second }),
    })
    const hits = [view, ...reports.map(([seconds, fields]) => makeEngagement(view, { ...at(seconds), ...inMs(fields) }))]
    expect(placed(await entriesIn(hits))).toEqual(expected)
  })

  test('beats of the original’s protocol are entries as they are; other events are none', async () => {
    expect(placed(await entriesIn([beat(0), beat(61), makeEvent('signup')]))).toEqual([[0, 60], [61, 60]])
  })

  test('PT03 the interval is a setting', async () => {
    const view = makeHit()
    const hits = [view, makeEngagement(view, { ...at(25), engaged: 25 * second }), beat(40)]
    expect(placed(await entriesIn(hits, { interval: 10 * second }))).toEqual([[0, 10], [10, 10], [20, 5], [40, 10]])
  })

  test('PT20 ten minutes of reading are ten rows, and a hit a minute in the store', async () => {
    const view = makeHit()
    const hits = [view, ...Array.from({ length: 10 }, (_, index) => makeEngagement(view, { ...at((index + 1) * 60), engaged: (index + 1) * minute }))]
    const store = createReferenceStore()
    await store.append(hits)
    expect(await listAll(store.hits({ site: 'shop' }))).toHaveLength(11)
    expect(await entriesIn(hits)).toHaveLength(10)
    expect(await entriesIn(Array.from({ length: 10 }, (_, index) => beat(index * 60)))).toHaveLength(10)
  })
})

describe('PT13 the stream of entries', () => {
  /** Views over three days, with reports that lie within their day, and beats. */
  const history = fc
    .array(
      fc.record({
        start: fc.integer({ min: 0, max: 3 * 24 * 60 }),
        kind: fc.constantFrom('view', 'orphan', 'beat'),
        reports: fc.array(fc.record({ after: fc.integer({ min: 0, max: 300 }), total: fc.boolean(), engaged: fc.integer({ min: 0, max: 20 * minute }) }), { maxLength: 4 }),
      }),
      { maxLength: 12 },
    )
    .map((views) =>
      views.flatMap(({ start, kind, reports }) => {
        const view = makeHit({ ...at(start * 60), path: `/${start % 3}` })
        if (kind === 'beat') return [beat(start * 60)]
        const told = reports.flatMap(({ after, total, engaged }) => {
          const time = at((start + after) * 60)
          const isHome = new Date(time.time).toISOString().slice(0, 10) === view.day
          return makeEngagement(view, { ...(isHome ? time : { time: view.time }), ...(total ? { engaged } : { engagedDelta: engaged }) })
        })
        return kind === 'orphan' ? told : [view, ...told]
      }),
    )

  const interval = minute

  /** Somebody may tell of a view that is not there, or not yet. */
  function missingViews(hits: readonly StoredHit[]): StoredHit[] {
    const known = new Set(hits.filter(({ type }) => type === 'pageview').map(({ view }) => view))
    const orphans = new Map(hits.filter(({ type, view }) => type === 'engagement' && !known.has(view)).map((hit) => [hit.view, hit]))
    return Array.from(orphans, ([id, { day, time }]) => makeHit({ id, view: id, day, time }))
  }

  test('is in order, and all of the engaged time is in it, in no more entries than intervals were begun', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (hits) => {
        const entries = await entriesIn(hits)
        expect(entries.map(({ time }) => time)).toEqual(entries.map(({ time }) => time).toSorted((a, b) => a - b))
        const told = [...deriveEngagement([...hits, ...missingViews(hits)]).values()].map(({ engaged = 0 }) => engaged)
        const beats = hits.filter(({ type }) => type === 'event').length
        const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
        expect(sum(entries.map(({ engaged }) => engaged))).toBe(sum(told) + beats * interval)
        for (const { engaged } of entries) expect(engaged).toBeLessThanOrEqual(interval)
        // Each rest may have an entry begun anew.
        expect(entries.length).toBeLessThanOrEqual(sum(told.map((engaged) => Math.ceil(engaged / interval))) + hits.length)
      }),
    )
  })

  test('of two ranges that touch is that of both together', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 0, max: 3 * 24 * 60 }), async (hits, minutes) => {
        const middle = noon + minutes * minute
        const [from, to] = [noon - day, noon + 6 * day]
        const parts = [...(await entriesIn(hits, { from, to: middle })), ...(await entriesIn(hits, { from: middle, to }))]
        expect(parts).toEqual(await entriesIn(hits))
      }),
    )
  })

  test('keeps what is older than 25 hours no longer: a year of views is given out as it is read', async () => {
    let read = 0
    async function* views(): AsyncGenerator<StoredHit> {
      for (; read < 365 * 24; read++) yield makeHit(at(read * 3600))
    }
    let given = 0
    for await (const batch of readEntries(views(), { interval })) {
      given += batch.length
      if (read < 365 * 24) expect(read - given).toBeLessThanOrEqual(reach / (60 * minute) + 1)
    }
    expect(given).toBe(365 * 24)
  })
})
