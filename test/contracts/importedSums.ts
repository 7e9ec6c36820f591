import type { HitStore, ImportedSums, Query } from '@treadlight/store'
import { afterEach, describe, expect, test } from 'vitest'
import { day, makeHit, minute, noon, testId } from '../store/makeHit.ts'

const midnight = noon - day / 2
const name = (at: number): string => new Date(at).toISOString().slice(0, 10)
const [first, second] = [midnight - 10 * day, midnight - 9 * day]
const range = { from: midnight - 30 * day, to: midnight + day }
const all: Query = { site: 'shop', range, timezone: 'UTC', metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration', 'views_per_visit'], imports: true }
const byDay: Query = { ...all, metrics: ['visitors', 'pageviews'], dimensions: ['time:day'], orderBy: [['time:day', 'asc']] }
const bySource: Query = { ...all, metrics: ['visitors', 'percentage'], dimensions: ['visit:source'] }

/** Two days of 40 and 10 visitors. */
const sums: ImportedSums = {
  title: 'shop_example_20260101.zip',
  sums: {
    all: ['visitors', 'visits', 'pageviews', 'entered', 'enteredViews', 'enteredTime', 'bounced'],
    'visit:source': ['visitors', 'visits', 'entered', 'bounced'],
    'event:page': ['visitors', 'pageviews'],
    'visit:country': ['visitors'],
  },
  days: [
    { day: name(first), from: first, to: first + day, rows: { all: [['', 40, 50, 100, 50, 100, 500_000, 25]], 'visit:source': [['Google', 30, 35, 35, 5], ['Direct / None', 10, 15, 15, 15]], 'event:page': [['/a', 40, 90], ['/b', 5, 10]], 'visit:country': [['DE', 40]] } },
    { day: name(second), from: second, to: second + day, rows: { all: [['', 10, 10, 20, 10, 20, 100_000, 5]], 'visit:source': [['Google', 10, 10, 10, 5]], 'event:page': [['/a', 10, 20]], 'visit:country': [['DE', 9], ['FR', 1]] } },
  ],
}
const own = makeHit({ id: testId(1), time: noon, visitor: 'v1', referrer: 'https://www.google.com/', referrerHost: 'google.com', path: '/a' })

/** What every store must do that keeps the figures of other products. Pass a function that opens an empty one, with `keepSums`. */
export function testImportedSums(kind: string, open: (options: { now: () => number }) => Promise<HitStore>): void {
  let time = noon
  const opened: HitStore[] = []

  async function openStore(): Promise<Required<HitStore>> {
    time = noon
    const store = await open({ now: () => time })
    opened.push(store)
    return store as Required<HitStore>
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })

  describe(`${kind}: imported sums`, () => {
    test('are told to whoever asks for them, beside the hits, and it is said until when', async () => {
      const store = await openStore()
      await store.append([own])
      expect(await store.importSums('shop', sums)).toBe('stored')
      expect(await store.query(all)).toEqual({ rows: [{ dimensions: [], metrics: [51, 61, 121, 51, 10, 1.98] }], totalRows: 1, importedBefore: second + day })
      expect((await store.query(byDay)).rows).toEqual([
        { dimensions: [name(first)], metrics: [40, 100] },
        { dimensions: [name(second)], metrics: [10, 20] },
        { dimensions: [name(midnight)], metrics: [1, 1] },
      ])
      expect((await store.query(bySource)).rows).toEqual([
        { dimensions: ['Google'], metrics: [41, 80.4] },
        { dimensions: ['Direct / None'], metrics: [10, 19.6] },
      ])
      expect((await store.query({ ...bySource, dimensions: ['visit:country_name'] })).rows).toContainEqual({ dimensions: ['Germany'], metrics: [49, 96.1] })
      const without = await store.query({ ...all, imports: false })
      expect(without).toEqual({ rows: [{ dimensions: [], metrics: [1, 1, 1, 100, 0, 1] }], totalRows: 1 })
    })

    test.each<[string, Partial<Query>]>([
      ['a filter on another dimension', { filters: [['is', 'event:page', ['/a']]] }],
      ['two dimensions', { metrics: ['visitors'], dimensions: ['visit:source', 'visit:country'] }],
      ['hours', { metrics: ['visitors'], dimensions: ['time:hour'] }],
      ['what the product has not said', { metrics: ['visitors'], dimensions: ['visit:browser'] }],
      ['a count that it has not said of it', { metrics: ['visits'], dimensions: ['visit:country'] }],
      ['revenue', { metrics: ['total_revenue'] }],
      ['days of another time zone', { metrics: ['visitors'], dimensions: ['time:day'], timezone: 'Asia/Tokyo' }],
    ])('are left out of %s, which says so', async (_, question) => {
      const store = await openStore()
      await store.append([own])
      await store.importSums('shop', sums)
      const { rows } = await store.query({ ...all, ...question, imports: false })
      expect(await store.query({ ...all, ...question })).toEqual({ rows, totalRows: rows.length, importsSkippedBefore: second + day })
    })

    test('are left out of a part of a day', async () => {
      const store = await openStore()
      await store.importSums('shop', sums)
      const answer = await store.query({ ...all, metrics: ['visitors'], range: { from: first + minute, to: midnight } })
      expect(answer).toEqual({ rows: [{ dimensions: [], metrics: [10] }], totalRows: 1, importedBefore: second + day, importsSkippedBefore: first + day })
    })

    test('filters on the dimension that is asked for, or by one of its values, are no hindrance', async () => {
      const store = await openStore()
      await store.importSums('shop', sums)
      const fromGoogle = { metrics: ['visitors', 'bounce_rate'], filters: [['is', 'visit:source', ['Google']]] } as const
      expect((await store.query({ ...all, ...fromGoogle })).rows).toEqual([{ dimensions: [], metrics: [40, 22] }])
      expect((await store.query({ ...all, ...fromGoogle, dimensions: ['visit:source'] })).rows).toEqual([{ dimensions: ['Google'], metrics: [40, 22] }])
    })

    test('a day with hits of its own is told by these alone, and by the sums again once they are gone without a trace', async () => {
      const store = await openStore()
      await store.importSums('shop', sums)
      await store.append([makeHit({ id: testId(2), time: second + minute, visitor: '', user: '', session: 's' })])
      expect((await store.query(byDay)).rows).toEqual([{ dimensions: [name(first)], metrics: [40, 100] }, { dimensions: [name(second)], metrics: [1, 1] }])
      await store.erase({ site: 'shop', session: 's' })
      expect((await store.query(byDay)).rows[1]).toEqual({ dimensions: [name(second)], metrics: [10, 20] })
    })

    test('and so is one whose hits were pruned and whose own sums were kept', async () => {
      const store = await openStore()
      await store.importSums('shop', sums)
      await store.append([makeHit({ id: testId(3), time: first + minute })])
      await store.prune({ anonymous: 5 * day, authenticated: 5 * day })
      expect((await store.query(byDay)).rows).toEqual([{ dimensions: [name(first)], metrics: [1, 1] }, { dimensions: [name(second)], metrics: [10, 20] }])
    })

    test('are imported once, listed and removed; no pruning and no erasure takes them', async () => {
      const store = await openStore()
      expect(await store.imports('shop')).toEqual([])
      await store.importSums('shop', sums)
      expect(await store.importSums('shop', { ...structuredClone(sums), title: 'again.zip' })).toBe('duplicate')
      time += day
      const later = { title: 'later', sums: { all: ['visitors'] }, days: [{ ...sums.days[1]!, rows: { all: [['', 7]] } }, { day: name(second + day), from: second + day, to: second + 2 * day, rows: { all: [['', 3]] } }] } satisfies ImportedSums
      await store.importSums('shop', later)
      const listed = await store.imports('shop')
      expect(listed).toMatchObject([{ title: sums.title, at: noon, days: 2, first: name(first), last: name(second) }, { title: 'later', at: noon + day, days: 2, last: name(second + day) }])
      // A day that both have is told by the first.
      const visitors = async () => (await store.query({ ...byDay, metrics: ['visitors'] })).rows.map(({ metrics }) => metrics[0])
      expect(await visitors()).toEqual([40, 10, 3])
      await store.prune({ anonymous: 0, authenticated: 0 })
      await store.erase({ site: 'shop', user: 'ada' })
      await store.maintain({ force: true })
      expect(await visitors()).toEqual([40, 10, 3])
      expect(await store.removeImport('shop', listed[0]!.id)).toBe(true)
      expect(await store.removeImport('shop', listed[0]!.id)).toBe(false)
      expect(await visitors()).toEqual([7, 3])
      time += day
      expect(await store.importSums('shop', sums)).toBe('stored')
      expect(await visitors()).toEqual([40, 7, 3])
      expect(await store.imports('other')).toEqual([])
    })

    test.each<[string, Partial<ImportedSums>]>([
      ['no days', { days: [] }],
      ['a day that is none', { days: [{ ...sums.days[0]!, day: '1.2.2026' }] }],
      ['a negative sum', { days: [{ ...sums.days[0]!, rows: { all: [['', -1]] } }] }],
    ])('with %s are refused', async (_, bad) => {
      const store = await openStore()
      await expect(store.importSums('shop', { ...sums, ...bad })).rejects.toThrow(RangeError)
    })
  })
}
