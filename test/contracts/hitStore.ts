import type { HitFilter, HitPageFilter, HitStore, Query, StoredHit } from '@treadlight/store'
import { afterEach, describe, expect, test } from 'vitest'
import { day, makeEngagement, makeEvent, makeHit, minute, noon, testId } from '../store/makeHit.ts'
import { funnelCases, journeyCases } from './funnelCases.ts'
import { queryCases } from './queryCases.ts'

const policy = { anonymous: 90 * day, authenticated: 365 * day }
const everything: Query = {
  site: 'shop',
  range: { from: 0, to: noon + 400 * day },
  timezone: 'UTC',
  metrics: ['visitors', 'pageviews', 'events'],
}

const dayOfNoon = { from: noon - 12 * 60 * minute, to: noon + 12 * 60 * minute }

/**
 * What every `HitStore` must do. Pass a function that opens an empty one.
 *
 * @example
 * testHitStore('mine', async ({ now }) => createMine({ now }))
 */
export function testHitStore(name: string, open: (options: { now: () => number }) => Promise<HitStore>): void {
  let time = noon
  const opened: HitStore[] = []

  async function openStore(): Promise<HitStore> {
    time = noon
    const store = await open({ now: () => time })
    opened.push(store)
    return store
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })

  describe(`${name}: append`, () => {
    test('says what became of each hit, in order, over several sites', async () => {
      const store = await openStore()
      const [a, b] = [makeHit(), makeHit({ site: 'other' })]
      expect(await store.append([a, b, a])).toEqual(['stored', 'stored', 'duplicate'])
      expect(await store.append([makeHit(), b])).toEqual(['stored', 'duplicate'])
      expect(await store.append([])).toEqual([])
      expect(await idsOf(store, { site: 'shop' })).toHaveLength(2)
    })

    test('gives back what it was given', async () => {
      const store = await openStore()
      const full = makeEvent('buy', {
        title: 'Ça – "quoted"\\ 𝒳 \u2028',
        props: { plan: 'pro', seats: 3, trial: false },
        revenue: { amount: '9.99', currency: 'EUR' },
        interactive: false,
        webdriver: true,
        forwarding: false,
        term: 'red shoes',
        content: 'banner "a"',
        clickIds: { gclid: 'Cj0"\\', mc_cid: 'ü' },
        channel: 'Paid Search',
        browser: 'Firefox',
        browserVersion: '140',
        os: 'Android',
        osVersion: '15',
        device: 'Mobile',
        country: 'DE',
        region: 'DE-BY',
        city: 'München',
        address: '203.0.113.0',
        navigation: 'reload',
        scroll: 0,
        user: 'u1',
        session: 's1',
      })
      await store.append([full])
      expect(await listAll(store, { site: 'shop' })).toEqual([full])
    })

    test('one id of one site is nobody else’s', async () => {
      const store = await openStore()
      const hit = makeHit()
      expect(await store.append([hit, { ...hit, site: 'other' }])).toEqual(['stored', 'stored'])
    })

    test('many at once: each is stored once', async () => {
      const store = await openStore()
      const hits = Array.from({ length: 50 }, () => makeHit())
      const outcomes = await Promise.all([...hits, ...hits].map((hit) => store.append([hit])))
      expect(outcomes.flat().filter((outcome) => outcome === 'stored')).toHaveLength(50)
      expect(await idsOf(store, { site: 'shop' })).toHaveLength(50)
    })

    test.each(['', 'A', 'a:b', '../x', 'a/b', 'é', 'x'.repeat(65)])('refuses the site id %j', async (site) => {
      const store = await openStore()
      await expect(store.append([makeHit({ site })])).rejects.toThrow(RangeError)
    })

    test.each([[0, 1], [1, 0]])('of a retry with another content the one received first counts, in order %i %i', async (...order) => {
      const store = await openStore()
      const id = testId(1)
      const facts = [makeHit({ id, title: 'first', received: noon + 1 }), makeHit({ id, title: 'second', received: noon + 2 })]
      for (const index of order) await store.append([facts[index]!])
      expect((await listAll(store, { site: 'shop' })).map(({ title }) => title)).toEqual(['first'])
    })

    test.each([[0, 1, 2], [2, 1, 0], [1, 2, 0]])('facts of three origins make one hit, in order %i %i %i', async (...order) => {
      const store = await openStore()
      const id = testId(1)
      const facts = [
        makeHit({ id, origin: 'server', user: 'u1', visitor: 'server', title: '', time: noon, received: noon + 9 }),
        makeHit({ id, origin: 'browser', visitor: 'browser', title: 'Cart', screen: '390x844', time: noon + 500, received: noon + 7 }),
        makeHit({ id, origin: 'import', title: 'old', campaign: 'may', language: 'de', received: noon + 8 }),
      ]
      const outcomes = []
      for (const index of order) outcomes.push(...(await store.append([facts[index]!])))
      expect(outcomes).toEqual(['stored', 'duplicate', 'duplicate'])
      expect(await listAll(store, { site: 'shop' })).toEqual([
        { ...facts[0], title: 'Cart', screen: '390x844', campaign: 'may', language: 'de', received: noon + 7 },
      ])
    })

    test('what the caller does to its hit afterwards is its own affair', async () => {
      const store = await openStore()
      const hit = makeHit({ title: 'before' })
      await store.append([hit])
      hit.title = 'after'
      for await (const listed of store.hits({ site: 'shop' })) listed.title = 'after'
      expect((await listAll(store, { site: 'shop' }))[0]?.title).toBe('before')
    })
  })

  describe(`${name}: hits`, () => {
    const hits = [
      makeHit({ id: testId(3), time: noon, user: 'u1', session: 's1' }),
      makeHit({ id: testId(2), time: noon, session: 's1', visitor: 'v2' }),
      makeHit({ id: testId(1), time: noon + minute, user: 'u2' }),
      makeEvent('buy', { id: testId(4), time: noon + 2 * minute, user: 'u1' }),
    ]
    const rows: [string, Omit<HitFilter, 'site'>, number[]][] = [
      ['PV24 newest first by default, ties by id', {}, [4, 1, 3, 2]],
      ['oldest first', { order: 'oldest' }, [2, 3, 1, 4]],
      ['PV29 of a user, the newest', { user: 'u1', limit: 1 }, [4]],
      ['of a session', { session: 's1' }, [3, 2]],
      ['of a visitor', { visitor: 'v2' }, [2]],
      ['of a type', { type: 'event' }, [4]],
      ['anonymous ones', { user: '' }, [2]],
      ['from inclusive, to exclusive', { from: noon, to: noon + minute }, [3, 2]],
      ['behind a cursor', { after: { time: noon, id: testId(3) } }, [2]],
      ['behind a cursor, oldest first', { after: { time: noon, id: testId(3) }, order: 'oldest' }, [1, 4]],
      ['behind a cursor that the filter leaves out', { after: { time: noon + minute, id: testId(1) }, user: 'u1' }, [3]],
      ['behind a cursor that is gone', { after: { time: noon + 90_000, id: testId(5) } }, [1, 3, 2]],
      ['PV25 that contain a text, whatever its case', { search: 'U1' }, [4, 3]],
      ['PV25 of an id', { search: testId(2).slice(-4) }, [2]],
      ['PV25 of none', { search: 'nowhere' }, []],
      ['PV28 of a filter on hits', { filters: [['is', 'event:name', ['buy']]] }, [4]],
      ['PV28 of a filter on visits', { filters: [['is', 'visit:entry_page', ['/']], ['is_not', 'event:name', ['buy']]], user: 'u2' }, [1]],
      ['no more than asked for', { limit: 2 }, [4, 1]],
      ['none', { limit: 0 }, []],
    ]
    test.each(rows)('%s', async (_, filter, expected) => {
      const store = await openStore()
      await store.append(hits)
      expect(await idsOf(store, { site: 'shop', ...filter })).toEqual(expected.map((number) => testId(number)))
    })
  })

  describe(`${name}: page`, () => {
    const hits = [
      makeHit({ id: testId(3), time: noon, user: 'u1', session: 's1', source: 'google', medium: 'cpc', title: 'Ä' }),
      makeHit({ id: testId(2), time: noon, session: 's1', visitor: 'v2', url: 'https://shop.example/?q=Ünder', campaign: 'spring' }),
      makeHit({ id: testId(1), time: noon + minute, user: 'u2', path: '/a', title: 'Z' }),
      makeEvent('buy', { id: testId(4), time: noon + day, user: 'u1', source: 'news', title: '\u{1F600}' }),
      makeHit({ id: 'no-uuid', time: noon - day, session: 's1', title: '\uFF5E' }),
    ]
    const rows: [string, Omit<HitPageFilter, 'site'>, (number | string)[], total?: number][] = [
      ['PV24 newest first by default, ties by id', {}, [4, 1, 3, 2, 'no-uuid']],
      ['PV24 a page in the middle', { offset: 1, limit: 2 }, [1, 3], 5],
      ['PV24 the last', { offset: 4, limit: 2 }, ['no-uuid'], 5],
      ['PV24 behind the last', { offset: 5, limit: 2 }, [], 5],
      ['how many there are', { limit: 0 }, [], 5],
      ['PV26 oldest first', { descending: false }, ['no-uuid', 2, 3, 1, 4]],
      ['PV26 by address, what has the same newest first', { orderBy: 'url', descending: false }, [4, 3, 'no-uuid', 2, 1]],
      ['PV26 by address, from its end', { orderBy: 'url', offset: 1, limit: 3 }, [2, 4, 3], 5],
      ['PV26 by source', { orderBy: 'source', limit: 2 }, [4, 3], 5],
      ['PV26 by user', { orderBy: 'user', descending: false }, [2, 'no-uuid', 4, 3, 1]],
      ['PV26 by session', { orderBy: 'session' }, [3, 2, 'no-uuid', 4, 1]],
      ['PV26 by medium', { orderBy: 'medium', limit: 1 }, [3], 5],
      ['by title, by code units', { orderBy: 'title', descending: false }, [2, 1, 3, 4, 'no-uuid']],
      ['PV25 a text in any of the fields, whatever its case', { search: 'GOOG' }, [3]],
      ['PV25 a text beyond ASCII', { search: 'üNDER' }, [2]],
      ['PV25 of a campaign none', { search: 'spring' }, []],
      ['PV25 a piece of an id', { search: testId(2).slice(-4) }, [2]],
      ['PV25 of an id with its hyphens', { search: testId(4).slice(10).toUpperCase() }, [4]],
      ['PV25 of an id that is no UUID', { search: 'O-UUI' }, ['no-uuid']],
      ['PV25 a hyphen', { search: '-' }, [4, 1, 3, 2, 'no-uuid']],
      ['PV25 of a user', { search: 'u1' }, [4, 3]],
      ['PV25 two texts at once are none', { search: 'googlenews' }, []],
      ['PV28 by source', { source: 'google' }, [3]],
      ['PV28 without source', { source: '' }, [1, 2, 'no-uuid']],
      ['PV28 by medium', { medium: 'cpc' }, [3]],
      ['PV28 anonymous ones', { known: false }, [2, 'no-uuid']],
      ['PV28 of known users', { known: true }, [4, 1, 3]],
      ['PV28 of a user', { user: 'u1' }, [4, 3]],
      ['PV28 by date', { from: noon, to: noon + minute }, [3, 2]],
      ['by name and path', { name: 'buy', path: '/' }, [4]],
      ['without a name', { name: '', limit: 1 }, [1], 4],
      ['PV28 of a filter on visits', { filters: [['is', 'visit:utm_source', ['news']]] }, [4]],
      ['several at once', { search: 'shop', known: true, orderBy: 'title', limit: 1 }, [4], 3],
    ]
    const names = (expected: readonly (number | string)[]) => expected.map((each) => (typeof each === 'string' ? each : testId(each)))
    test.each(rows)('%s', async (_, filter, expected, total = expected.length) => {
      const store = await openStore()
      await store.append(hits)
      const page = await store.page({ site: 'shop', ...filter })
      expect({ ...page, hits: page.hits.map(({ id }) => id) }).toEqual({ hits: names(expected), total })
    })

    test('PV24 45 hits are three pages', async () => {
      const store = await openStore()
      await store.append(Array.from({ length: 45 }, (_, index) => makeHit({ time: noon - index * 3_600_000 })))
      const pages = await Promise.all([0, 20, 40].map((offset) => store.page({ site: 'shop', offset })))
      expect(pages.map(({ hits: { length }, total }) => [length, total])).toEqual([[20, 45], [20, 45], [5, 45]])
    })

    test('a log-in changes whose hits they are', async () => {
      const store = await openStore()
      await store.append(hits)
      expect(await store.page({ site: 'shop', known: false })).toMatchObject({ total: 2 })
      await store.identify({ site: 'shop', session: 's1', user: 'u9', time: noon })
      expect(await store.page({ site: 'shop', known: false })).toMatchObject({ total: 0 })
      expect(await store.page({ site: 'shop', search: 'u9', orderBy: 'user' })).toMatchObject({ total: 2, hits: [{ id: testId(2), user: 'u9' }, { id: 'no-uuid', user: 'u9' }] })
    })

    test('PV27 one hit by its id, with all its fields', async () => {
      const store = await openStore()
      await store.append(hits)
      for (const hit of hits) expect(await store.find('shop', hit.id)).toEqual(hit)
      expect(await store.find('shop', testId(9))).toBeUndefined()
      expect(await store.find('other', testId(1))).toBeUndefined()
    })

    test('an id that two days have is that of the day next to it', async () => {
      const store = await openStore()
      const [here, there] = [makeHit({ id: testId(7), time: noon }), makeHit({ id: testId(7), time: noon + 2 * day })]
      await store.append([there, here])
      expect(await store.find('shop', testId(7))).toEqual(here)
    })

    test('what is no place in a listing is refused', async () => {
      const store = await openStore()
      await expect(store.page({ site: 'shop', offset: -1 })).rejects.toThrow('offset')
      await expect(store.page({ site: 'shop', limit: 1.5 })).rejects.toThrow('limit')
      await expect(store.page({ site: 'shop', limit: 0, filters: [['is', 'first:source', ['google']]] })).rejects.toThrow('first:')
    })

    test('what the caller does to a hit of a page is its own affair', async () => {
      const store = await openStore()
      await store.append(hits)
      for (const hit of (await store.page({ site: 'shop' })).hits) hit.url = 'changed'
      expect(await store.page({ site: 'shop', search: 'changed' })).toEqual({ hits: [], total: 0 })
    })
  })

  describe(`${name}: hits of many days`, () => {
    test.each([0, 1, 7, 100, 400])('a limit of %i gives the first of all', async (limit) => {
      const store = await openStore()
      const hits = Array.from({ length: 400 }, (_, index) => makeHit({ time: noon - ((index * 7919) % 400) * 3_600_000 }))
      await store.append(hits)
      const oldest = hits.toSorted((a, b) => a.time - b.time).map(({ id }) => id)
      expect(await idsOf(store, { site: 'shop', order: 'oldest', limit })).toEqual(oldest.slice(0, limit))
      expect(await idsOf(store, { site: 'shop', limit })).toEqual(oldest.toReversed().slice(0, limit))
    })

    test('a cursor may lie far outside the range', async () => {
      const store = await openStore()
      const [early, late] = [makeHit({ time: noon - minute }), makeHit({ time: noon })]
      await store.append([early, late])
      expect(await idsOf(store, { site: 'shop', to: noon + minute, after: { time: noon + 5 * day, id: testId(1) } })).toEqual([late.id, early.id])
    })

    const edges = [
      ['Pacific/Kiritimati, its first moment', Date.UTC(2026, 10, 20, 10)],
      ['Pacific/Pago_Pago, its last', Date.UTC(2026, 10, 22, 11) - 1],
      ['a day of 25 hours west of it, its last', Date.UTC(2026, 10, 22, 13) - 1],
    ] as const
    test.each(edges)('a range finds a hit wherever in its home day it was: %s', async (_, at) => {
      const store = await openStore()
      const hit = makeHit({ time: at, day: '2026-11-21' })
      await store.append([hit])
      const range = { from: at, to: at + 1 }
      expect(await idsOf(store, { site: 'shop', ...range })).toEqual([hit.id])
      expect((await store.query({ ...everything, range })).rows).toEqual([{ dimensions: [], metrics: [1, 1, 1] }])
    })

    test('a visit that the range cuts is known whole', async () => {
      const store = await openStore()
      await store.append([makeHit({ time: noon }), makeHit({ time: noon + minute })])
      const range = { from: noon, to: noon + 1 }
      const { rows } = await store.query({ ...everything, range, metrics: ['visits', 'bounce_rate', 'visit_duration'] })
      expect(rows).toEqual([{ dimensions: [], metrics: [1, 0, 60] }])
    })
  })

  describe(`${name}: identify`, () => {
    const link = { site: 'shop', session: 's1', user: 'u1', time: noon }

    test('PV18 gives a session’s anonymous hits to the user, past and to come, and no others', async () => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' }), makeHit({ session: 's1', user: 'u2' }), makeHit({ session: 's2' }), makeHit()])
      expect(await store.identify(link)).toBe(true)
      await store.append([makeHit({ session: 's1' })])
      expect(await idsOf(store, { site: 'shop', user: 'u1' })).toHaveLength(2)
      expect(await idsOf(store, { site: 'shop', user: 'u2' })).toHaveLength(1)
      expect(await idsOf(store, { site: 'shop', user: '' })).toHaveLength(2)
    })

    test('PV18 once: the same again changes nothing', async () => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' })])
      expect([await store.identify(link), await store.identify(link), await store.identify({ ...link, time: noon + 1 })]).toEqual([true, false, false])
    })

    test.each([[0, 1], [1, 0]])('of two users of one session the earlier link counts, in order %i %i', async (...order) => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' })])
      const links = [link, { ...link, user: 'u0', time: noon + 1 }]
      for (const index of order) await store.identify(links[index]!)
      expect(await idsOf(store, { site: 'shop', user: 'u1' })).toHaveLength(1)
    })

    test.each([[0, 1], [1, 0]])('at the same millisecond the smaller user counts, in order %i %i', async (...order) => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' })])
      const links = [link, { ...link, user: 'u0' }]
      for (const index of order) await store.identify(links[index]!)
      expect(await idsOf(store, { site: 'shop', user: 'u0' })).toHaveLength(1)
    })

    test('PV19 without a link nothing changes hands', async () => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' }), makeHit({ session: 's1', user: 'u1' })])
      expect(await idsOf(store, { site: 'shop', user: '' })).toHaveLength(1)
    })

    test('a link to nobody or of no session is refused', async () => {
      const store = await openStore()
      await expect(store.identify({ ...link, user: '' })).rejects.toThrow(RangeError)
      await expect(store.identify({ ...link, session: '' })).rejects.toThrow(RangeError)
    })
  })

  describe(`${name}: erase`, () => {
    const subjects = [{ user: 'u1' }, { session: 's1' }, { visitor: 'v1' }]
    test.each(subjects)('by %o: gone from lists and figures, for ever, also when sent again', async (subject) => {
      const store = await openStore()
      const mine = makeHit({ user: 'u1', session: 's1', visitor: 'v1' })
      const theirs = makeHit({ user: 'u2', session: 's2', visitor: 'v2' })
      await store.append([mine, theirs, makeEngagement(mine), { ...mine, site: 'other' }])
      expect(await store.erase({ site: 'shop', ...subject }, { dryRun: true })).toEqual({ erased: 2, pageviews: 1, events: 0, engagement: 1 })
      expect(await idsOf(store, { site: 'shop' })).toHaveLength(3)
      expect(await store.erase({ site: 'shop', ...subject })).toEqual({ erased: 2, pageviews: 1, events: 0, engagement: 1 })
      await store.append([mine, { ...mine, origin: 'server' }])
      await store.maintain()
      expect(await store.append([mine])).toEqual(['duplicate'])
      expect(await idsOf(store, { site: 'shop' })).toEqual([theirs.id])
      expect((await store.query(everything)).rows).toEqual([{ dimensions: [], metrics: [1, 1, 1] }])
      expect(await idsOf(store, { site: 'other' })).toHaveLength(1)
      expect(await store.erase({ site: 'shop', ...subject })).toMatchObject({ erased: 0 })
    })

    test('hits until that moment, not those after it', async () => {
      const store = await openStore()
      await store.erase({ site: 'shop', user: 'u1' })
      await store.append([makeHit({ user: 'u1', time: noon }), makeHit({ user: 'u1', time: noon + 1, id: testId(7) })])
      expect(await idsOf(store, { site: 'shop' })).toEqual([testId(7)])
    })

    test('includes hits that a link made theirs, before or after', async () => {
      const store = await openStore()
      await store.append([makeHit({ session: 's1' }), makeHit({ session: 's2' })])
      await store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
      expect(await store.erase({ site: 'shop', user: 'u1' })).toMatchObject({ erased: 1 })
      await store.identify({ site: 'shop', session: 's2', user: 'u1', time: noon })
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })

    test('a retry that no longer names the person does not come back either', async () => {
      const store = await openStore()
      const hit = makeHit({ origin: 'server', user: 'u1' })
      await store.append([hit])
      await store.erase({ site: 'shop', user: 'u1' })
      await store.maintain()
      await store.append([{ ...hit, origin: 'browser', user: '' }])
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })

    test('a hit of which any origin says that it was the person’s goes whole', async () => {
      const store = await openStore()
      const hit = makeHit({ origin: 'server', user: 'u2' })
      await store.append([hit, { ...hit, origin: 'browser', user: 'u1' }, makeHit({ user: 'u2' })])
      expect(await store.erase({ site: 'shop', user: 'u1' })).toMatchObject({ erased: 1 })
      expect(await idsOf(store, { site: 'shop' })).toHaveLength(1)
    })

    test('ends the person’s links: what their session sends on is nobody’s until the next log-in', async () => {
      const store = await openStore()
      const link = { site: 'shop', session: 's1', user: 'u1', time: noon }
      await store.append([makeHit({ session: 's1' })])
      await store.identify(link)
      expect(await store.erase({ site: 'shop', user: 'u1' })).toMatchObject({ erased: 1 })
      time = noon + minute
      // One late hit of before, one of after.
      await store.append([makeHit({ session: 's1', time: noon - minute }), makeHit({ session: 's1', time: noon + minute })])
      await store.maintain()
      expect(await idsOf(store, { site: 'shop', user: '' })).toHaveLength(1)
      expect(await store.identify({ ...link, time: noon + minute })).toBe(true)
      expect(await idsOf(store, { site: 'shop', user: 'u1' })).toHaveLength(1)
    })

    test('nobody is refused', async () => {
      const store = await openStore()
      await expect(store.erase({ site: 'shop', user: '' })).rejects.toThrow(RangeError)
    })
  })

  describe(`${name}: prune`, () => {
    const aged = (age: number, fields: Partial<StoredHit> = {}) => makeHit({ time: noon - age, ...fields })

    test('PV22 anonymous hits after 90 days, authenticated ones after 365, strictly older', async () => {
      const store = await openStore()
      const kept = [aged(90 * day), aged(365 * day, { user: 'u1' }), aged(91 * day, { user: 'u1' })]
      await store.append([...kept, aged(90 * day + 1), aged(365 * day + 1, { user: 'u1' }), aged(400 * day)])
      expect(await store.prune(policy, { dryRun: true })).toEqual({ anonymous: 2, authenticated: 1, others: 0 })
      expect(await idsOf(store, { site: 'shop' })).toHaveLength(6)
      expect(await store.prune(policy)).toEqual({ anonymous: 2, authenticated: 1, others: 0 })
      expect((await idsOf(store, { site: 'shop' })).toSorted()).toEqual(kept.map(({ id }) => id).toSorted())
      expect(await store.prune(policy)).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
    })

    test('PV23 two settings, and a clock of one’s own', async () => {
      const store = await openStore()
      await store.append([aged(0), aged(0, { user: 'u1' })])
      const settings = { anonymous: day, authenticated: 2 * day }
      expect(await store.prune(settings, { now: noon + day })).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
      expect(await store.prune(settings, { now: noon + day + 1 })).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
      time = noon + 2 * day + 1
      expect(await store.prune(settings)).toEqual({ anonymous: 0, authenticated: 1, others: 0 })
    })

    test('PV22 a hit that a link gave to a user is authenticated', async () => {
      const store = await openStore()
      await store.append([aged(100 * day, { session: 's1' })])
      await store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
      expect(await store.prune(policy)).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
    })

    test('all facts of a hit go together', async () => {
      const store = await openStore()
      const hit = aged(100 * day, { origin: 'server' })
      await store.append([hit, makeHit({ ...hit, origin: 'browser', time: noon })])
      expect(await store.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })

    test('events and engagement go too, and are counted apart: the sentence speaks of pageviews', async () => {
      const store = await openStore()
      const view = aged(100 * day)
      await store.append([view, aged(100 * day, { type: 'event', name: 'buy' }), aged(100 * day, { type: 'engagement', view: view.id })])
      expect(await store.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 2 })
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })

    test('one site or all', async () => {
      const store = await openStore()
      await store.append([aged(100 * day), aged(100 * day, { site: 'other' }), aged(100 * day, { site: 'third' })])
      expect(await store.prune(policy, { site: 'other' })).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
      expect(await store.prune(policy)).toEqual({ anonymous: 2, authenticated: 0, others: 0 })
    })

    test('erased hits go uncounted', async () => {
      const store = await openStore()
      await store.append([aged(100 * day, { session: 's1' })])
      await store.erase({ site: 'shop', session: 's1' })
      expect(await store.prune(policy)).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
    })

    test('PT17 keeps the newest of each site, by time and id', async () => {
      const store = await openStore()
      const hits = [aged(4 * minute), aged(3 * minute, { user: 'u1' }), aged(2 * minute), aged(minute), aged(minute)]
      await store.append([...hits, aged(9 * minute, { site: 'other' })])
      const newest = (count: number) => ({ anonymous: Infinity, authenticated: Infinity, newest: count })
      expect(await store.prune(newest(5))).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
      expect(await store.prune(newest(2), { dryRun: true })).toEqual({ anonymous: 2, authenticated: 1, others: 0 })
      expect(await store.prune(newest(2))).toEqual({ anonymous: 2, authenticated: 1, others: 0 })
      expect(await idsOf(store, { site: 'shop', order: 'oldest' })).toEqual(hits.slice(3).map(({ id }) => id).toSorted())
      expect(await idsOf(store, { site: 'other' })).toHaveLength(1)
      expect(await store.prune(newest(0), { site: 'shop' })).toEqual({ anonymous: 2, authenticated: 0, others: 0 })
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })

    test('a hit that comes again after it was pruned is a new one, until the next time', async () => {
      const store = await openStore()
      const hit = aged(100 * day)
      await store.append([hit])
      await store.prune(policy)
      time = noon + minute
      expect(await store.append([{ ...hit, received: time }])).toEqual(['stored'])
      expect(await idsOf(store, { site: 'shop' })).toEqual([hit.id])
      expect(await store.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
    })

    test('what was received before it was pruned does not come back late', async () => {
      const store = await openStore()
      await store.append([aged(100 * day)])
      await store.prune(policy)
      await store.append([aged(101 * day)])
      expect(await idsOf(store, { site: 'shop' })).toEqual([])
    })
  })

  describe(`${name}: query`, () => {
    test.each(queryCases)('$name', async ({ hits, query, rows, totalRows }) => {
      const store = await openStore()
      await store.append(hits)
      const range = { from: noon - 12 * 60 * minute, to: noon + 12 * 60 * minute }
      const result = await store.query({ site: 'shop', timezone: 'UTC', range, ...query })
      expect(result).toEqual({
        rows: rows.map(([dimensions, metrics, currency]) => (currency === undefined ? { dimensions, metrics } : { dimensions, metrics, currency })),
        totalRows: totalRows ?? rows.length,
      })
    })

    test.each(funnelCases)('funnel: $name', async ({ hits, query, all: [visits, visitors], steps }) => {
      const store = await openStore()
      await store.append(hits)
      expect(await store.funnel({ site: 'shop', range: dayOfNoon, ...query })).toEqual({ visits, visitors, steps: steps.map(([visits, visitors]) => ({ visits, visitors })) })
    })

    test.each(journeyCases)('journeys: $name', async ({ hits, query, visits, started, columns }) => {
      const store = await openStore()
      await store.append(hits)
      expect(await store.journeys({ site: 'shop', range: dayOfNoon, ...query })).toEqual({ visits, started, columns })
    })

    test('funnels and journeys of sizes that there are not are refused', async () => {
      const store = await openStore()
      const asked = { site: 'shop', range: dayOfNoon }
      for (const count of [0, 1, 9]) await expect(store.funnel({ ...asked, steps: Array.from({ length: count }, () => ({ page: '/' })) })).rejects.toThrow(/2 to 8 steps/)
      for (const limits of [{ depth: 0 }, { depth: 6 }, { depth: 1.5 }, { branches: 0 }, { branches: 101 }, { depth: 1, along: [{ page: '/' }] }]) {
        await expect(store.journeys({ ...asked, ...limits })).rejects.toThrow(RangeError)
      }
      await expect(store.funnel({ ...asked, steps: [{ page: '/' }, { page: '/' }], filters: [['matches', 'event:page', ['(']]] })).rejects.toThrow(RangeError)
    })

    test('touches split figures, not listings: a listing that asks for them is refused', async () => {
      const store = await openStore()
      await store.append([makeHit({ session: 'tab' })])
      await expect(idsOf(store, { site: 'shop', filters: [['not', ['or', [['is', 'last:source', ['news']]]]]] })).rejects.toThrow(RangeError)
    })

    test('a listing is filtered as a query is: by goals, by patterns, by what visits have done in its range', async () => {
      const store = await openStore()
      const [home, cart, later] = [makeHit({ path: '/' }), makeHit({ path: '/cart', time: noon + minute }), makeHit({ path: '/cart', time: noon + 90 * minute })]
      await store.append([home, cart, later])
      const goals = [{ name: 'Cart', page: '/c*' }]
      expect(await idsOf(store, { site: 'shop', goals, filters: [['is', 'event:goal', ['Cart']]] })).toEqual([later.id, cart.id])
      expect(await idsOf(store, { site: 'shop', filters: [['is', 'event:goal', ['Cart']]] })).toEqual([])
      expect(await idsOf(store, { site: 'shop', filters: [['matches', 'event:page', ['^/.+t$']], ['has_done', ['is', 'event:page', ['/']]]] })).toEqual([cart.id])
      expect(await idsOf(store, { site: 'shop', from: noon + minute, filters: [['has_not_done', ['is', 'event:page', ['/']]]] })).toEqual([later.id, cart.id])
      await expect(idsOf(store, { site: 'shop', filters: [['matches', 'event:page', ['(']]] })).rejects.toThrow(RangeError)
    })

    const refused: [Partial<Query>, string][] = [
      [{ filters: [['matches', 'event:page', ['a(b']]] }, 'the pattern "a(b"'],
      [{ filters: [['has_done', ['not', ['matches_not', 'visit:source', ['ok', '(?!no)']]]]] }, 'the pattern "(?!no)"'],
      [{ metrics: ['conversion_rate'] }, 'conversion_rate needs event:goal'],
      [{ orderBy: [['group_conversion_rate', 'desc']] }, 'group_conversion_rate needs event:goal'],
      [{ metrics: ['exit_rate'] }, 'exit_rate needs the dimension visit:exit_page'],
    ]
    test.each(refused)('%j is refused, without any hits too', async (query, message) => {
      const store = await openStore()
      const asked = store.query({ ...everything, ...query })
      await expect(asked).rejects.toThrow(RangeError)
      await expect(store.query({ ...everything, ...query })).rejects.toThrow(message)
    })

    test('an unknown time zone is refused', async () => {
      const store = await openStore()
      await expect(store.query({ ...everything, dimensions: ['time:day'], timezone: 'Mars/Base' })).rejects.toThrow(RangeError)
    })
  })

  test(`${name}: closed, it refuses everything and can be closed again`, async () => {
    const store = await openStore()
    await store.append([makeHit()])
    await store.close()
    await store.close()
    const calls = [
      () => store.append([makeHit()]),
      () => store.query(everything),
      () => listAll(store, { site: 'shop' }),
      () => store.identify({ site: 'shop', session: 's', user: 'u', time: noon }),
      () => store.erase({ site: 'shop', user: 'u' }),
      () => store.prune(policy),
      () => store.maintain(),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow('closed')
  })
}

async function listAll(store: HitStore, filter: HitFilter): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits(filter)) hits.push(hit)
  return hits
}

async function idsOf(store: HitStore, filter: HitFilter): Promise<string[]> {
  return (await listAll(store, filter)).map(({ id }) => id)
}
