import { describe, expect, test } from 'vitest'
import { noon } from '../collector.ts'
import { bytesOf, chrome, createDialectCollector, type DialectCollector, type Told } from './sendAs.ts'

/** Matomo's image: a GIF of 43 bytes. */
const image = '4749463839610100010080000000000000000021f90401000000002c00000000010001000002024401003b'
const aliases = { '7': 'shop' }
const page = 'idsite=7&rec=1&url=https%3A%2F%2Fshop.example%2Fa'

function track({ send }: DialectCollector, query: string, headers: Record<string, string> = {}): Promise<Told> {
  return send(`/matomo.php?${query}`, { headers })
}

function post({ send }: DialectCollector, body: unknown, headers: Record<string, string> = {}): Promise<Told> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return send('/matomo.php', { method: 'POST', body: text, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', ...headers } })
}

const inQuery = (fields: Record<string, string>): string => `${page}&${new URLSearchParams(fields).toString()}`

describe('Matomo: what becomes of a request', () => {
  test.each<[name: string, fields: Record<string, string>, expected: object]>([
    ['a page', { action_name: 'Cart', urlref: 'https://r.example/x', res: '1920x1080', _id: '0123456789abcdef', pv_id: 'AbC123', apiv: '1', rand: '1', h: '1', m: '2', s: '3', cookie: '1' }, { type: 'pageview', title: 'Cart', url: 'https://shop.example/a', referrerHost: 'r.example', screen: '1920x1080', session: '' }],
    ['dimensions and custom variables', { dimension2: 'gold', dimension0: 'x', dimension1000: 'x', _cvar: '{"1":["plan","pro"]}', cvar: '{"1":["tag","news"],"2":["",1],"3":7}' }, { type: 'pageview', props: { plan: 'pro', tag: 'news', dimension2: 'gold' } }],
    ['custom variables that are no JSON', { cvar: '{"1":', _cvar: '[]' }, { type: 'pageview' }],
    ['a page of a product', { _pks: 'SKU1', _pkn: 'Shoe', _pkc: 'Shoes', _pkp: '12.5' }, { type: 'pageview', props: { sku: 'SKU1', product: 'Shoe', category: 'Shoes', price: 12.5 } }],
    ['an event', { e_c: 'Video', e_a: ' play ', e_n: 'Intro', e_v: '3.5', ca: '1' }, { type: 'event', name: 'play', props: { category: 'Video', label: 'Intro', value: 3.5 } }],
    ['an event with a value that is none', { e_c: 'Video', e_a: 'play', e_v: 'much' }, { type: 'event', name: 'play', props: { category: 'Video' } }],
    ['a link', { link: 'https://other.example/x?token=1#y' }, { type: 'event', name: 'Outbound Link: Click', props: { url: 'https://other.example/x' }, url: 'https://shop.example/a' }],
    ['a download', { download: 'https://shop.example/a.pdf?s=1' }, { type: 'event', name: 'File Download', props: { url: 'https://shop.example/a.pdf' } }],
    ['a search', { search: 'shoes', search_cat: 'sale', search_count: '0' }, { type: 'event', name: 'search', props: { term: 'shoes', category: 'sale', results: 0 } }],
    ['a content that was seen', { c_n: 'Ad', c_p: 'ad.png', c_t: 'https://x.example/' }, { type: 'event', name: 'content', interactive: false, props: { content: 'Ad', piece: 'ad.png', target: 'https://x.example/' } }],
    ['a content that was clicked', { c_n: 'Ad', c_i: 'click' }, { type: 'event', name: 'content', props: { content: 'Ad', interaction: 'click' } }],
    ['a goal', { idgoal: '3', revenue: '10.00' }, { type: 'event', name: 'Goal 3', revenue: { amount: '10.00', currency: 'XXX' } }],
    ['a goal without revenue', { idgoal: '3' }, { type: 'event', name: 'Goal 3' }],
    ['an order', { idgoal: '0', ec_id: 'A1', revenue: '30.1', ec_st: '25', ec_tx: '2.1', ec_sh: '3', ec_dt: '0', currency: 'chf', ec_items: '[["s1","Shoe","Shoes",10,2],["s2","Sock","",5]]' }, { type: 'event', name: 'purchase', revenue: { amount: '30.1', currency: 'CHF' }, props: { order: 'A1', subtotal: 25, tax: 2.1, shipping: 3, discount: 0, items: 3 } }],
    ['an order that is an event too', { idgoal: '0', ec_id: 'A1', revenue: '5', currency: 'EUR', e_c: 'Shop', e_a: 'checkout' }, { type: 'event', name: 'checkout', revenue: { amount: '5', currency: 'EUR' }, props: { category: 'Shop', order: 'A1' } }],
    ['a cart', { idgoal: '0', revenue: '30', ec_items: '{' }, { type: 'event', name: 'cart', props: { total: 30 } }],
    ['no goal', { idgoal: 'x', action_name: 'Cart' }, { type: 'pageview', title: 'Cart' }],
    ['a crash', { ca: '1', cra: 'x is not a function', cra_tp: 'TypeError', cra_ru: 'https://shop.example/a.js', cra_rl: '7' }, { type: 'event', name: 'exception', interactive: false, props: { description: 'x is not a function', type: 'TypeError', file: 'https://shop.example/a.js', line: 7 } }],
    ['another user agent and language', { ua: chrome, lang: 'de-CH,de;q=0.9' }, { browser: 'Chrome', language: 'de-CH' }],
    ['an address of a stranger', { cip: '203.0.113.9', uid: 'u1' }, { user: '', browser: 'Firefox' }],
    ['an hour ago', { cdt: String(noon / 1000 - 3600) }, { time: noon - 3_600_000 }],
    ['a time in words', { cdt: '2026-11-21 11:00:00' }, { time: noon - 3_600_000 }],
    ['some seconds ago', { cdo: '90' }, { time: noon - 90_000 }],
    ['some seconds before a time', { cdt: '2026-11-21 11:00:00', cdo: '90' }, { time: noon - 3_690_000 }],
  ])('%s', async (_, fields, expected) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await track(collector, inQuery(fields))
    expect([status, headers.get('content-type')]).toEqual([200, 'image/gif'])
    const stored = await collector.of('shop')
    expect(stored).toMatchObject([expected])
    if (!('revenue' in expected)) expect(stored[0]!.revenue).toBeUndefined()
    if (!('props' in expected)) expect(stored[0]!.props).toBeUndefined()
  })

  test('with a token the visitor is who the server says, and when', async () => {
    const collector = await createDialectCollector({ aliases })
    const fields = { token_auth: collector.token, cip: '203.0.113.9', ua: chrome, uid: 'u1', cdt: String(noon / 1000 - 6 * 86_400) }
    await track(collector, inQuery({ ...fields, _id: '0123456789abcdef' }))
    await track(collector, inQuery({ ...fields, _id: 'fedcba9876543210', cip: '203.0.113.10' }))
    const stored = await collector.of('shop')
    expect(stored).toMatchObject(Array.from({ length: 2 }, () => ({ origin: 'server', user: 'u1', browser: 'Chrome', time: noon - 6 * 86_400_000 })))
    expect(stored[0]!.visitor).not.toBe(stored[1]!.visitor)
  })

  test('a beat is fifteen seconds of the view that it names', async () => {
    const collector = await createDialectCollector({ aliases })
    await track(collector, inQuery({ pv_id: 'AbC123' }))
    for (const _ of [1, 2]) {
      collector.clock.now += 15_000
      const { status } = await track(collector, inQuery({ pv_id: 'AbC123', ping: '1' }))
      expect(status).toBe(200)
    }
    const [view, ...beats] = await collector.of('shop')
    expect(beats).toMatchObject([1, 2].map(() => ({ type: 'engagement', engagedDelta: 15_000, view: view!.view })))
    const { rows } = await collector.store.query({ site: 'shop', timezone: 'UTC', range: { from: noon - 1000, to: noon + 60_000 }, metrics: ['time_on_page', 'pageviews'] })
    expect(rows.map(({ metrics }) => metrics)).toEqual([[30, 1]])
  })

  test('a click whose page is what it leads to, as the documentation has it, is one of the page before', async () => {
    const collector = await createDialectCollector({ aliases })
    const link = 'https://other.example/x'
    await track(collector, new URLSearchParams({ idsite: '7', rec: '1', url: link, link }).toString(), { referer: 'https://shop.example/b' })
    expect(await collector.of('shop')).toMatchObject([{ url: 'https://shop.example/b', props: { url: link } }])
  })

  test('an image without a URL is of the page that shows it', async () => {
    const collector = await createDialectCollector({ aliases })
    await track(collector, 'idsite=7&rec=1', { referer: 'https://shop.example/c?d=1' })
    await track(collector, 'idsite=7&rec=1', { referer: '' })
    expect((await collector.of('shop')).map(({ url }) => url).toSorted()).toEqual(['https://shop.example/', 'https://shop.example/c?d=1'])
  })

  test('what Matomo says itself is no view, and counts with a plugin only, is not stored', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await track(collector, inQuery({ ca: '1', ma_id: 'x' }))).status).toBe(200)
    expect(await collector.of('shop')).toEqual([])
  })
})

describe('Matomo: answers', () => {
  test('an image; nothing with send_image=0; both without being kept', async () => {
    const { request, send } = await createDialectCollector({ aliases })
    const response = await request(`/piwik.php?${page}`, { headers: { 'user-agent': chrome } })
    expect([await bytesOf(response), response.headers.get('cache-control'), response.headers.get('access-control-allow-origin')]).toEqual([image, 'no-store', '*'])
    const silent = await send(`/matomo.php?${page}&send_image=0`)
    expect([silent.status, silent.body]).toEqual([204, ''])
  })

  test.each<[query: string, reason: string]>([
    ['', 'idsite: is required'],
    ['rec=1', 'idsite: is required'],
    ['idsite=7', 'rec: must be 1'],
    [`${page}&cdt=tomorrow`, 'cdt: '],
    [`${page}&cdo=x`, 'cdt: '],
    [`${page}&cdt=${noon / 1000 - 7 * 86_400}`, 'time: '],
    [`${page}&cdt=2200-01-01 00:00:00`, 'time: '],
    ['idsite=7&rec=1&url=javascript:1', 'url: '],
    ['idsite=7&rec=1&url=shop.example/a', 'url: '],
  ])('%s is answered 400', async (query, reason) => {
    const collector = await createDialectCollector({ aliases })
    const told = await track(collector, query)
    expect([told.status, told.body.startsWith(reason), told.body]).toEqual([400, true, told.body])
    expect(await collector.of('shop')).toEqual([])
  })

  test('a token that there is not is answered 401', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await track(collector, `${page}&token_auth=${'0'.repeat(32)}`)).status).toBe(401)
    expect((await post(collector, { requests: [`?${page}`], token_auth: '0'.repeat(32) })).status).toBe(401)
    expect(await collector.of('shop')).toEqual([])
  })

  test('a robot is answered as anybody, and not stored; why is in a header of ours', async () => {
    const collector = await createDialectCollector({ aliases })
    const told = await track(collector, page, { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' })
    expect([told.status, told.headers.get('x-hit-dropped')]).toEqual([200, 'bot'])
    expect((await track(collector, page)).headers.get('x-hit-dropped')).toBeNull()
    collector.clock.now += 1
    const many = await post(collector, { requests: [`?${page}`, `?${page}`] }, { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' })
    expect([many.body, many.headers.get('x-hit-dropped')]).toEqual(['{"status":"success","tracked":2,"invalid":0}', 'bot'])
    expect(await collector.of('shop')).toHaveLength(1)
  })

  test('a driven browser is not stored', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await track(collector, page, { 'user-agent': `${chrome} HeadlessChrome/143.0.0.0` })).headers.get('x-hit-dropped')).toMatch(/^(bot|automation)$/)
    expect(await collector.of('shop')).toEqual([])
  })

  test('a form; what the query says counts before it', async () => {
    const collector = await createDialectCollector({ aliases })
    const told = await collector.send('/matomo.php?action_name=Query', { method: 'POST', body: `${page}&action_name=Form`, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://shop.example' } })
    expect(told.status).toBe(200)
    const allowed = ['access-control-allow-origin', 'access-control-allow-credentials', 'vary'].map((name) => told.headers.get(name))
    expect(allowed).toEqual(['https://shop.example', 'true', 'origin'])
    expect(await collector.of('shop')).toMatchObject([{ title: 'Query' }])
  })

  test('no more than a thousand parameters are read, as PHP has it', async () => {
    const collector = await createDialectCollector({ aliases })
    const more = Array.from({ length: 997 }, (_, index) => `x${index}=`).join('&')
    await post(collector, `${page}&${more}&action_name=Late`)
    await post(collector, `${page}&${more.slice(4)}&action_name=Early`)
    expect((await collector.of('shop')).map(({ title }) => title).toSorted()).toEqual(['', 'Early'])
  })

  test('of a refusal a page may read too what it says: else matomo.js would send again', async () => {
    const { send } = await createDialectCollector({ limits: { perAddress: 1, burst: 1, total: 0 } })
    const beacon = { method: 'POST', body: page, headers: { origin: 'https://shop.example' } }
    await send('/matomo.php', beacon)
    const told = await send('/matomo.php', beacon)
    expect([told.status, told.headers.get('access-control-allow-origin'), told.headers.get('access-control-allow-credentials')]).toEqual([429, 'https://shop.example', 'true'])
  })

  test('PUT is answered 405', async () => {
    const { send } = await createDialectCollector()
    const told = await send('/matomo.php', { method: 'PUT', body: page })
    expect([told.status, told.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS'])
  })
})

describe('Matomo: bulk', () => {
  test('requests as URLs and as objects, in their order, each judged by itself', async () => {
    const collector = await createDialectCollector({ aliases })
    const requests = [`?${page}&action_name=1`, 'https://m.example/matomo.php', { idsite: 7, rec: 1, url: 'https://shop.example/b', action_name: '2' }, 7, '?idsite=7', `?${page}&ca=1`, `?${page}&action_name=3`]
    const told = await post(collector, { requests })
    expect([told.status, told.headers.get('content-type'), told.body]).toEqual([200, 'application/json', '{"status":"success","tracked":4,"invalid":3}'])
    expect((await collector.of('shop')).map(({ title }) => title)).toEqual(['1', '2', '3'])
  })

  test('with a token it says which were invalid, and takes the visitor’s address and time', async () => {
    const collector = await createDialectCollector({ aliases })
    const requests = ['203.0.113.9', '203.0.113.10'].map((cip) => `?${page}&${new URLSearchParams({ cip, ua: chrome, cdt: String(noon / 1000 - 5 * 86_400) }).toString()}`)
    const told = await post(collector, { requests: [...requests, '?rec=1'], token_auth: collector.token })
    expect(told.body).toBe('{"status":"success","tracked":2,"invalid":1,"invalid_indices":[2]}')
    const stored = await collector.of('shop')
    expect(stored).toMatchObject([{ browser: 'Chrome', origin: 'server' }, { browser: 'Chrome' }])
    expect(stored[0]!.visitor).not.toBe(stored[1]!.visitor)
  })

  test('without a token each may name a user agent, and none of them is the sender’s then', async () => {
    const collector = await createDialectCollector({ aliases })
    await post(collector, { requests: [`?${inQuery({ ua: chrome })}`, `?${page}`] }, { 'sec-ch-ua-platform': '"macOS"' })
    expect(await collector.of('shop')).toMatchObject([{ browser: 'Chrome', os: 'Windows' }, { browser: 'Firefox' }])
  })

  test.each<[name: string, body: unknown, status: number, told: string]>([
    ['none', { requests: [] }, 200, '{"status":"success","tracked":0,"invalid":0}'],
    ['nobody wants an answer', { requests: [`?${page}`], send_image: 0 }, 204, ''],
    ['requests that are no list', { requests: {} }, 400, 'idsite: is required'],
    ['too many', { requests: Array.from({ length: 1001 }, () => `?${page}`) }, 413, 'There must be at most 1000 requests'],
    ['too large', 'x'.repeat(1_000_001), 413, 'The body is too large'],
  ])('%s', async (_, body, status, said) => {
    const told = await post(await createDialectCollector({ aliases }), body)
    expect([told.status, told.body]).toEqual([status, said])
  })
})
