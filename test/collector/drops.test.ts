import type { DropReason } from '@treadlight/protocol'
import { createReferenceStore, createValues, type Values } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDropCounts, type DayOfDrops } from '../../packages/collector/src/drops/dropCounts.ts'
import { createDropSamples } from '../../packages/collector/src/drops/dropSamples.ts'
import { createTestCollector, logInOwner, noon } from './collector.ts'

const day = 86_400_000
const shop = { id: 'shop', timezone: 'UTC', hosts: [] }
let values: Values
beforeEach(() => {
  values = createValues(createStorage())
})
const readAll = (): Promise<DayOfDrops[]> => createDropCounts({ values }).read('shop', '2000-01-01', '2100-01-01')

describe('counts', () => {
  test('each writes its own; a reader adds them up, by the site’s day', async () => {
    const [one, two] = [createDropCounts({ values, writer: 'a1' }), createDropCounts({ values, writer: 'b2' })]
    const tokyo = { ...shop, timezone: 'Asia/Tokyo' }
    one.drop(tokyo, 'bot', Date.parse('2026-11-21T14:59:59Z'))
    one.drop(tokyo, 'bot', Date.parse('2026-11-21T15:00:00Z'))
    two.drop(tokyo, 'bot', Date.parse('2026-11-21T15:00:00Z'))
    two.drop(tokyo, 'spam', Date.parse('2026-11-21T15:00:00Z'))
    two.refuse(tokyo, 'url', Date.parse('2026-11-21T15:00:00Z'))
    await one.flush()
    await two.flush()
    expect(await readAll()).toEqual([
      { day: '2026-11-21', reasons: { bot: 1 }, refused: {} },
      { day: '2026-11-22', reasons: { bot: 2, spam: 1 }, refused: { url: 1 } },
    ])
  })

  test('a value says all of its writer’s day, takes the place of the one before it, and is written only when there is news', async () => {
    const counts = createDropCounts({ values, writer: 'a1' })
    for (let round = 0; round < 3; round++) {
      counts.drop(shop, 'bot', noon)
      await counts.flush()
      await counts.flush()
    }
    expect(await values.list('shop:drop:')).toEqual(['shop:drop:2026-11-21:a1-3'])
    expect(await readAll()).toEqual([{ day: '2026-11-21', reasons: { bot: 3 }, refused: {} }])
  })

  test('what is not written yet is in the answer of the process that counted it', async () => {
    const counts = createDropCounts({ values })
    counts.drop(shop, 'bot', noon)
    await counts.flush()
    counts.drop(shop, 'bot', noon)
    expect(await counts.read('shop', '2026-11-21', '2026-11-21')).toMatchObject([{ reasons: { bot: 2 } }])
    expect(await readAll()).toMatchObject([{ reasons: { bot: 1 } }])
  })

  test('whatever fails between writing and removing, nothing is counted twice, and in the end nothing is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ drops: fc.nat(3), create: fc.constantFrom('works', 'fails', 'is said to fail'), removes: fc.boolean() }), { maxLength: 12 }), async (rounds) => {
        const storage = createValues(createStorage())
        let round = { create: 'works', removes: true }
        const unreliable: Values = {
          ...storage,
          async create(key, value) {
            if (round.create !== 'fails') await storage.create(key, value)
            if (round.create !== 'works') throw new Error('disk')
            return true
          },
          remove: (key) => (round.removes ? storage.remove(key) : Promise.reject(new Error('disk'))),
        }
        const counts = createDropCounts({ values: unreliable })
        const readSum = async (): Promise<number> => (await createDropCounts({ values: storage }).read('shop', '2026-01-01', '2026-12-31'))[0]?.reasons['bot'] ?? 0
        let dropped = 0
        for (round of rounds) {
          for (let hit = 0; hit < (round as (typeof rounds)[number]).drops; hit++) counts.drop(shop, 'bot', noon)
          dropped += (round as (typeof rounds)[number]).drops
          await counts.flush().catch(() => undefined)
          expect(await readSum()).toBeLessThanOrEqual(dropped)
        }
        round = { create: 'works', removes: true }
        counts.drop(shop, 'bot', noon)
        await counts.flush()
        expect(await readSum()).toBe(dropped + 1)
        expect(await storage.list('shop:drop:')).toHaveLength(1)
      }),
      { numRuns: 100 },
    )
  })

  test('days that are over are forgotten once they are written', async () => {
    const counts = createDropCounts({ values, writer: 'a1' })
    for (let age = 5; age >= 0; age--) {
      counts.drop(shop, 'bot', noon - age * day)
      await counts.flush()
    }
    for (const key of await values.list('shop:drop:')) await values.remove(key)
    expect((await counts.read('shop', '2000-01-01', '2100-01-01')).map((each) => each.day)).toEqual(['2026-11-20', '2026-11-21'])
  })
})

describe('samples', () => {
  const hit = (path: string, userAgent = 'bot/1') => ({ time: noon, url: `https://a.example${path}`, userAgent })

  test('of each reason the last five, newest first, cut, without query', () => {
    const samples = createDropSamples()
    for (let index = 1; index <= 7; index++) samples.add('shop', 'bot', hit(`/${index}?email=a@b.example#x`))
    samples.add('shop', 'spam', hit(`/${'x'.repeat(300)}`, 'y'.repeat(512)))
    const { bot, spam } = samples.list('shop')
    expect(bot!.map(({ path }) => path)).toEqual(['/7', '/6', '/5', '/4', '/3'])
    expect(bot![0]).toEqual({ time: '2026-11-21T12:00:00.000Z', host: 'a.example', path: '/7', userAgent: 'bot/1' })
    expect([spam![0]!.path.length, spam![0]!.userAgent.length]).toEqual([200, 200])
    expect(samples.list('blog')).toEqual({})
  })

  test.each(['gpc', 'dnt'] satisfies DropReason[])('who asks not to be counted (%s) is in none', (reason) => {
    const samples = createDropSamples()
    samples.add('shop', reason, hit('/'))
    expect(samples.list('shop')).toEqual({})
  })
})

describe('GET /api/drops', () => {
  test('says what was not stored and why, for the owner', async () => {
    const test_ = createTestCollector({ values })
    const cookie = await logInOwner(test_)
    const drops = async (query = ''): Promise<unknown> => (await test_.request(`/api/drops${query}`, { headers: { cookie } })).json()
    expect(await drops()).toEqual({ site_id: 'default', days: [], refused: {}, samples: {}, meanings: {}, unknown_hosts: [], capped: {} })

    await test_.post({ url: 'https://a.example/x?y', site: 'nowhere' }, { 'user-agent': 'Firefox' })
    await test_.post([{ url: 'https://a.example/', site: 'nowhere' }, { url: 'https://a.example/' }, { url: '' }, { url: 'https://a.example/', type: 'x' }])
    await test_.post('{')
    await test_.collector.flush()
    test_.clock.now += day
    await test_.post({ url: 'https://a.example/', site: 'nowhere' })
    expect(await drops()).toMatchObject({
      days: [{ day: '2026-11-21', reasons: { site: 2 } }, { day: '2026-11-22', reasons: { site: 1 } }],
      refused: { url: 1, type: 1, body: 1 },
      samples: { site: [{ path: '/' }, { path: '/' }, { time: '2026-11-21T12:00:00.000Z', host: 'a.example', path: '/x', userAgent: 'Firefox' }] },
    })
    expect(await drops('?days=1')).toMatchObject({ days: [{ day: '2026-11-22' }], refused: {} })
    for (const query of ['?days=0', '?days=91', '?days=x', '?days=1.5', '?site_id=other']) {
      expect((await test_.request(`/api/drops${query}`, { headers: { cookie } })).status).toBe(400)
    }
  })

  test('upkeep writes them, and after 90 days deletes them', async () => {
    const test_ = createTestCollector({ values, store: createReferenceStore() })
    await test_.post({ url: 'https://a.example/', site: 'nowhere' })
    await test_.collector.maintain()
    expect(await values.list('default:drop:')).toHaveLength(1)
    test_.clock.now += 90 * day
    await test_.collector.maintain()
    expect(await values.list('default:drop:')).toHaveLength(1)
    test_.clock.now += day
    await test_.collector.maintain()
    expect(await values.list('default:drop:')).toEqual([])
  })
})
