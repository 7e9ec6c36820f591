import { createId, idTime, textLimits, type HitAnswer } from '@treadlight/protocol'
import { createReferenceStore, createStore, createValues, StoreBusyError, type HitStore } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, test, vi } from 'vitest'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { createTestCollector, noon } from './collector.ts'

const page = { url: 'https://shop.example/cart', title: 'Cart', referrer: 'https://shop.example/', timestamp: '2026-11-21T11:59:58.000Z' }
const answer = async (response: Response): Promise<HitAnswer> => (await response.json()) as HitAnswer
const hour = 3_600_000
const day = 24 * hour

describe('answers', () => {
  test('201 once it is stored, with the collector’s clock', async () => {
    const { post, stored } = createTestCollector()
    const response = await post(page)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-hit')).toBe(String(noon))
    expect(await answer(response)).toEqual({ stored: 1, duplicate: 0, dropped: 0, refused: [] })
    expect(await stored()).toHaveLength(1)
  })

  test('201 also when it is there already', async () => {
    const { post, stored } = createTestCollector()
    const hit = { ...page, id: createId(noon - 2000) }
    await post(hit)
    const second = await post(hit)
    expect(second.status).toBe(201)
    expect(await answer(second)).toMatchObject({ stored: 0, duplicate: 1 })
    expect(await stored()).toHaveLength(1)
  })

  test('a batch: the bad ones are named, the others stored', async () => {
    const { post, stored } = createTestCollector()
    const response = await post({ sentAt: noon, hits: [page, { url: 'x' }, 7, { ...page, type: 'event' }, { ...page, title: 'Other' }] })
    expect(response.status).toBe(201)
    const body = await answer(response)
    expect(body).toMatchObject({ stored: 2, refused: [{ index: 1, field: 'url' }, { index: 2, field: 'hit' }, { index: 3, field: 'name' }] })
    expect(await stored()).toHaveLength(2)
  })

  test('400 when every hit was refused, naming field and reason', async () => {
    const { post } = createTestCollector()
    const response = await post([{ title: 'x' }, 1])
    expect(response.status).toBe(400)
    expect(await answer(response)).toMatchObject({ stored: 0, refused: [{ index: 0, field: 'url', reason: 'is required' }, { index: 1 }] })
  })

  test('200 and the reason for what is deliberately not stored', async () => {
    const { post, stored } = createTestCollector()
    const response = await post({ ...page, site: 'another' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-hit-dropped')).toBe('site')
    expect(await answer(response)).toMatchObject({ dropped: 1 })
    expect(await stored()).toHaveLength(0)
  })

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('405 for %s', async (method) => {
    const { request } = createTestCollector()
    const response = await request('/hit', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })

  test('input 1: 413 for a body of 65,537 bytes, 201 for one of 65,536', async () => {
    const { post } = createTestCollector()
    const fill = (bytes: number): string => {
      const empty = JSON.stringify({ ...page, props: { a: '' } })
      return JSON.stringify({ ...page, props: { a: 'x'.repeat(bytes - empty.length) } })
    }
    expect((await post(fill(65_536))).status).toBe(201)
    expect((await post(fill(65_537))).status).toBe(413)
  })

  test.each(['', 'null', '{"a":', '[]', '['.repeat(30_000)])('input 4: 400 for %.10j', async (body) => {
    const { post, errors } = createTestCollector()
    expect((await post(body)).status).toBe(400)
    expect(errors).toEqual([])
  })

  test('503 with Retry-After and nothing acknowledged when the store is busy', async () => {
    const store: HitStore = { ...createReferenceStore(), append: () => Promise.reject(new StoreBusyError('full', 7)) }
    const { post, errors } = createTestCollector({ store })
    const response = await post(page)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await answer(response)).toMatchObject({ stored: 0, duplicate: 0 })
    expect(errors).toEqual([])
  })

  test('a storage that fails: 503 for the sender, a log line a minute and bad health for the owner, until it is well', async () => {
    const failure = new Error('ENOSPC')
    const storage = createStorage()
    const set = vi.spyOn(storage, 'setItemRaw')
    const { post, request, errors, clock } = createTestCollector({ store: await createStore({ storage, durability: 'volatile' }) })
    const health = async (): Promise<unknown[]> => {
      const response = await request('/api/health')
      return [response.status, ((await response.json()) as { ok: boolean }).ok]
    }
    expect(await health()).toEqual([200, true])

    set.mockRejectedValue(failure)
    for (let attempt = 0; attempt < 3; attempt++) {
      const response = await post({ ...page, title: String(attempt) })
      expect(response.status).toBe(503)
      expect(await response.text()).not.toContain('ENOSPC')
    }
    expect(errors.map((error) => (error as Error).cause)).toEqual([failure])
    expect(await health()).toEqual([503, false])
    clock.now += 60_000
    await post(page)
    expect(errors).toHaveLength(2)

    set.mockRestore()
    expect((await post(page)).status).toBe(201)
    expect(await health()).toEqual([200, true])
  })

  test('the owner hears of it too when it is the day’s salt that cannot be had', async () => {
    const errors: unknown[] = []
    const storage = createStorage()
    vi.spyOn(storage, 'setItemRaw').mockRejectedValue(new Error('EROFS'))
    const collector = createCollector({
      store: createReferenceStore(),
      values: createValues(storage),
      timezone: 'UTC',
      onError: (error) => errors.push(error),
    })
    const response = await collector.fetch(new Request('http://localhost/hit', { method: 'POST', body: JSON.stringify({ url: page.url }) }))
    expect(response.status).toBe(503)
    expect(errors).toEqual([new Error('EROFS')])
  })

  test('408 for a body that breaks off, without a line in the log that strangers could fill', async () => {
    const { request, errors } = createTestCollector()
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) })
    const response = await request('/hit', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(408)
    expect(response.headers.get('x-hit')).toBe(String(noon))
    expect(errors).toEqual([])
  })

  test('every answer of ours says so and may be read by any page', async () => {
    const { post, request } = createTestCollector()
    const answers = [
      await post(page),
      await post({ ...page, site: 'another' }),
      await post('x'),
      await post('x'.repeat(70_000)),
      await request('/hit'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 400, 413, 405])
    for (const { headers } of answers) {
      expect(headers.get('x-hit')).toBe(String(noon))
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-expose-headers')).toBe('x-hit, x-hit-dropped, retry-after')
      expect(headers.has('access-control-allow-credentials')).toBe(false)
    }
  })

  test('a preflight lets JSON through', async () => {
    const { request } = createTestCollector()
    const response = await request('/hit', { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' } })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type')
  })

  test.each(['text/plain;charset=UTF-8', 'application/json', 'application/x-www-form-urlencoded', ''])(
    'JSON is read whatever the content type says: %j',
    async (type) => {
      const { post } = createTestCollector()
      expect((await post(page, type ? { 'content-type': type } : {})).status).toBe(201)
    },
  )
})

describe('what is stored', () => {
  test('PV01 one pageview with all that was read from it', async () => {
    const { post, stored } = createTestCollector()
    const id = createId(noon - 2000)
    await post({ ...page, id, url: 'https://www.shop.example/cart?utm_source=News&utm_medium=Email&utm_campaign=Spring#top', referrer: 'https://www.search.example/?q=x' })
    expect(await stored()).toEqual([
      {
        id,
        site: 'default',
        origin: 'browser',
        type: 'pageview',
        day: '2026-11-21',
        time: noon - 2000,
        received: noon,
        view: id,
        url: 'https://www.shop.example/cart?utm_source=News&utm_medium=Email&utm_campaign=Spring#top',
        title: 'Cart',
        referrer: 'https://www.search.example/?q=x',
        hostname: 'www.shop.example',
        path: '/cart',
        referrerHost: 'search.example',
        source: 'news',
        medium: 'email',
        campaign: 'spring',
        channel: 'Email',
        visitor: expect.stringMatching(/^[0-9a-f]{16}$/),
        session: '',
        user: '',
      },
    ])
  })

  test.each([
    ['https://shop.example/a#/cart', '/a#/cart'],
    ['https://shop.example/a#!cart', '/a#!cart'],
    ['https://shop.example/a#comments', '/a'],
    ['https://shop.example', '/'],
    ['https://shop.example/a?b=1', '/a'],
  ])('the path of %s is %s', async (url, path) => {
    const { post, stored } = createTestCollector()
    await post({ ...page, url })
    expect((await stored())[0]).toMatchObject({ path })
  })

  test.each([
    ['https://www.google.com/', 'google.com'],
    ['https://shop.example/other', ''],
    ['https://www.shop.example/other', ''],
    ['android-app://com.example', 'com.example'],
    ['not a url', ''],
    ['', ''],
  ])('from %j the outside referrer is %j', async (referrer, referrerHost) => {
    const { post, stored } = createTestCollector()
    await post({ ...page, referrer })
    expect((await stored())[0]).toMatchObject({ referrer, referrerHost })
  })

  test('PV07 A094 attribution is read from the whole URL, then both are cut', async () => {
    const { post, stored } = createTestCollector()
    const url = `https://shop.example/?pad=${'x'.repeat(3000)}&utm_source=${'s'.repeat(300)}`
    expect((await post({ ...page, url })).status).toBe(201)
    const [hit] = await stored()
    expect(hit?.url).toHaveLength(textLimits.url)
    expect(hit?.source).toBe('s'.repeat(200))
  })

  test('an event keeps its name, properties and view', async () => {
    const { post, stored } = createTestCollector()
    const view = createId(noon - 5000)
    await post({ ...page, type: 'event', name: 'add-to-cart', view, props: { size: 'L', count: 2, gift: true } })
    expect((await stored())[0]).toMatchObject({ type: 'event', name: 'add-to-cart', view, props: { size: 'L', count: 2, gift: true } })
  })

  test('edge 21: a browser that is driven says so, where it counts', async () => {
    const { post, stored } = createTestCollector({ settings: { bots: { crawlers: 'drop', automation: 'count' } } })
    await post({ sentAt: noon, hits: [{ ...page, webdriver: true }, { ...page, title: 'Other' }] })
    expect((await stored()).map(({ webdriver }) => webdriver).sort()).toEqual([true, undefined])
  })

  test('where nobody can vouch for a user the hit is stored without, and the owner is told once', async () => {
    const { post, stored, request, errors } = createTestCollector()
    const health = async (): Promise<object> => (await (await request('/api/health')).json()) as object
    expect(await health()).not.toHaveProperty('notes')
    for (const user of ['eyJhbGciOiJIUzI1NiJ9.e30.sig', 'ada']) {
      const response = await post({ sentAt: noon, hits: [{ ...page, title: `of ${user.length}`, user }, page] })
      expect([response.status, (await answer(response)).refused]).toEqual([201, []])
    }
    const hits = await stored()
    expect(hits.map(({ user }) => user)).toEqual(hits.map(() => ''))
    expect(JSON.stringify(hits)).not.toMatch(/eyJ|"ada"/)
    expect(errors.map((error) => (error as Error).message)).toEqual([expect.stringContaining('identify')])
    expect(await health()).toMatchObject({ ok: true, notes: [expect.stringMatching(/without their users/)] })
    expect(JSON.stringify([errors, await health()])).not.toMatch(/eyJ|"ada"/)
  })

  test('nothing of the address or the user agent rests in the store', async () => {
    const { collector, stored } = createTestCollector()
    const request = new Request('http://localhost/hit', { method: 'POST', body: JSON.stringify(page), headers: { 'user-agent': 'Agent/7' } })
    await collector.fetch(Object.assign(request, { ip: '203.0.113.9' }))
    expect(JSON.stringify(await stored())).not.toMatch(/203\.0\.113|Agent\/7/)
  })
})

describe('ids and clocks', () => {
  test('a hit with a time but no id gets the same id whenever it comes, another sender’s another', async () => {
    const { post, stored } = createTestCollector()
    await post(page, { 'user-agent': 'a' })
    expect(await answer(await post(page, { 'user-agent': 'a' }))).toMatchObject({ duplicate: 1 })
    expect(await answer(await post(page, { 'user-agent': 'b' }))).toMatchObject({ stored: 1 })
    const [hit] = await stored()
    expect(idTime(hit!.id)).toBe(noon - 2000)
  })

  test('such an id holds while the salt of its day lives, and cannot be led back to an address afterwards', async () => {
    const made = async (daysLater: number, address: string): Promise<string> => {
      const { collector, stored, clock } = test_
      clock.now = noon + daysLater * day
      const before = new Set((await stored()).map(({ id }) => id))
      await collector.fetch(Object.assign(new Request('http://localhost/hit', { method: 'POST', body: JSON.stringify(count++ % 2 ? page : { ...page, id: count % 3 ? null : '' }) }), { ip: address }))
      return (await stored()).map(({ id }) => id).find((id) => !before.has(id)) ?? 'known'
    }
    let count = 0
    const test_ = createTestCollector()
    const first = await made(0, '203.0.113.9')
    expect(await made(2, '203.0.113.9')).toBe('known')
    expect(await made(2, '203.0.113.10')).not.toBe('known')
    // With neither salt nor network: the same for all, and for ever.
    expect(await made(3, '203.0.113.9')).not.toBe(first)
    expect(await made(3, '203.0.113.10')).toBe('known')
    expect(await made(5, '203.0.113.9')).toBe('known')
    // Another store has other salts.
    const other = createTestCollector()
    await other.collector.fetch(Object.assign(new Request('http://localhost/hit', { method: 'POST', body: JSON.stringify(page) }), { ip: '203.0.113.9' }))
    expect((await other.stored())[0]!.id).not.toBe(first)
  })

  test('a hit with neither is stored once per request, at the collector’s time', async () => {
    const { post, stored } = createTestCollector()
    await post({ url: page.url })
    await post({ url: page.url })
    expect((await stored()).map(({ time }) => time)).toEqual([noon, noon])
  })

  test.each([
    [-(8 * day) - 1, 400],
    [-(8 * day), 201],
    [-hour, 201],
    [hour, 201],
    [day, 201],
    [day + 1, 400],
  ])('input 9: an id %d ms from now is answered %d', async (offset, status) => {
    const { post } = createTestCollector()
    const response = await post({ ...page, id: createId(noon + offset), timestamp: new Date(noon + offset).toISOString() })
    expect(response.status).toBe(status)
    if (status === 400) expect(await answer(response)).toMatchObject({ refused: [{ field: 'id', reason: 'clock' }] })
  })

  test('input 9: a time of 1970 or 9999 without an id is refused for its clock', async () => {
    const { post } = createTestCollector()
    for (const timestamp of ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
      expect(await answer(await post({ ...page, timestamp }))).toMatchObject({ refused: [{ field: 'timestamp', reason: 'clock' }] })
    }
  })

  test.each([
    ['10 minutes slow', -10 * 60_000, -10 * 60_000],
    ['an hour slow', -hour, 0],
    ['an hour fast', hour, 0],
  ])('a clock %s: small differences stay, large ones are corrected', async (_, offset, expected) => {
    const { post, stored } = createTestCollector()
    const time = noon + offset
    await post({ sentAt: time, hits: [{ ...page, id: createId(time), timestamp: new Date(time).toISOString() }] })
    expect((await stored())[0]).toMatchObject({ time: noon + expected, day: '2026-11-21' })
  })

  test('however large the correction, a hit stays in the home day of its id', async () => {
    const { post, stored } = createTestCollector()
    const time = noon - 20 * hour
    await post({ sentAt: time, hits: [{ ...page, id: createId(time), timestamp: new Date(time).toISOString() }] })
    expect((await stored())[0]).toMatchObject({ day: '2026-11-20', time })
  })

  test.each([8.64e15, -8.64e15, 1e18, 1e300, 0])('input 9: a sentAt of %d costs no hit', async (sentAt) => {
    const { post, stored, errors } = createTestCollector()
    expect((await post({ sentAt, hits: [page, { ...page, title: 'Other' }] })).status).toBe(201)
    expect((await stored()).map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-21'])
    expect(errors).toEqual([])
  })

  test('engagement of a view from the future asks for the clock, of one too old is refused', async () => {
    const { post } = createTestCollector()
    const engagement = (view: number): object => ({ ...page, type: 'engagement', view: createId(view) })
    expect(await answer(await post(engagement(noon + 2 * day)))).toMatchObject({ refused: [{ field: 'view', reason: 'clock' }] })
    expect(await answer(await post(engagement(noon - 9 * day)))).toMatchObject({ refused: [{ field: 'view', reason: 'too old' }] })
  })

  test('the home day is the site’s own', async () => {
    const { post, stored, clock } = createTestCollector({ timezone: 'Asia/Tokyo' })
    clock.now = Date.parse('2026-11-21T15:30:00Z')
    await post({ ...page, timestamp: '2026-11-21T15:29:00Z' })
    expect((await stored())[0]).toMatchObject({ day: '2026-11-22' })
  })

  test('engagement lives in the day of its view', async () => {
    const { post, stored, clock } = createTestCollector()
    clock.now = Date.parse('2026-11-22T00:00:10Z')
    const view = createId(Date.parse('2026-11-21T23:59:30Z'))
    await post({ ...page, type: 'engagement', id: createId(clock.now), timestamp: '2026-11-22T00:00:09Z', view, engaged: 39_000 })
    expect((await stored())[0]).toMatchObject({ day: '2026-11-21', view, engaged: 39_000 })
  })
})

describe('visitors', () => {
  const from = (test: ReturnType<typeof createTestCollector>, ip: string, agent = 'a'): Promise<Response> => {
    // Hits of one millisecond have no order.
    test.clock.now++
    const body = JSON.stringify({ url: page.url })
    const request = new Request('http://localhost/hit', { method: 'POST', body, headers: { 'user-agent': agent } })
    return Promise.resolve(test.collector.fetch(Object.assign(request, { ip })))
  }
  const visitors = async (test: ReturnType<typeof createTestCollector>): Promise<string[]> => (await test.stored()).map(({ visitor }) => visitor)

  test('one for one address and browser, others for others', async () => {
    const collector = createTestCollector()
    await from(collector, '203.0.113.9')
    await from(collector, '::ffff:203.0.113.9')
    await from(collector, '203.0.113.10')
    await from(collector, '203.0.113.9', 'b')
    const [first, mapped, neighbour, browser] = await visitors(collector)
    expect(mapped).toBe(first)
    expect(new Set([first, neighbour, browser]).size).toBe(3)
  })

  test('one for one IPv6 network of 64 bits', async () => {
    const collector = createTestCollector()
    await from(collector, '2001:db8:1:2::1')
    await from(collector, '2001:db8:1:2:ffff::2')
    await from(collector, '2001:db8:1:3::1')
    const [first, same, other] = await visitors(collector)
    expect(same).toBe(first)
    expect(other).not.toBe(first)
  })

  test('another every day: nobody is recognised tomorrow', async () => {
    const collector = createTestCollector()
    await from(collector, '203.0.113.9')
    collector.clock.now += day
    await from(collector, '203.0.113.9')
    const [today, tomorrow] = await visitors(collector)
    expect(tomorrow).not.toBe(today)
  })

  test('a hit that comes a day late meets its visitor', async () => {
    const collector = createTestCollector()
    await from(collector, '203.0.113.9')
    collector.clock.now += day
    const late = JSON.stringify({ ...page, timestamp: '2026-11-21T12:30:00Z' })
    const request = new Request('http://localhost/hit', { method: 'POST', body: late, headers: { 'user-agent': 'a' } })
    await collector.collector.fetch(Object.assign(request, { ip: '203.0.113.9' }))
    const [first, second] = await visitors(collector)
    expect(second).toBe(first)
  })
})
