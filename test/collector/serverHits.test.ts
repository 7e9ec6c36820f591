import { createId, signUser, type Client, type Hit, type HitAnswer } from '@treadlight/protocol'
import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createTokens, type Scope, type Tokens } from '../../packages/collector/src/admin/tokens.ts'
import type { CollectorOptions } from '../../packages/collector/src/collector.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'
import { userAgents } from './enrich/userAgents.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const page = { url: 'https://shop.example/cart?a=1', title: '', referrer: '' }

let values: Values
let listings: number
let collector: TestCollector
let tokens: Tokens
/** Those of the test's own process, so that the collector has to look. */
const token = async (...scopes: Scope[]): Promise<string> => (await createTokens(values, () => noon).create('shop', scopes)).token

function open(options: Partial<CollectorOptions> = {}): void {
  const all = createValues(createStorage())
  listings = 0
  values = { ...all, list: (prefix) => (listings += Number(prefix === 'token:'), all.list(prefix)) }
  tokens = createTokens(all, () => noon)
  collector = createTestCollector({ values, ...options })
}
beforeEach(() => open())

/** Posts as a program at an address does. */
async function send(hits: unknown, { key, address = '198.51.100.7', userAgent = 'node' }: { key?: string; address?: string; userAgent?: string } = {}): Promise<Response> {
  const headers = { 'user-agent': userAgent, 'accept-language': 'en', ...(key !== undefined && { authorization: `Bearer ${key}` }) }
  const request = new Request('http://localhost/hit', { method: 'POST', headers, body: JSON.stringify(hits) })
  return collector.collector.fetch(Object.assign(request, { ip: address }))
}
const answerOf = async (response: Response): Promise<HitAnswer> => (await response.json()) as HitAnswer
const visit = (client?: Client, more: Partial<Hit> = {}) => ({ id: createId(noon), ...page, ...(client && { client }), ...more })

describe('with a token of scope hits', () => {
  test('PV09: a hit is the server’s, and of the visitor that it names', async () => {
    open({ settings: { address: 'cut' } })
    const client = { address: '203.0.113.9', userAgent: firefox, headers: { 'accept-language': 'de-CH,de;q=0.9' } }
    expect((await send(visit(client), { key: await token('hits') })).status).toBe(201)
    expect(await collector.stored()).toMatchObject([{ origin: 'server', browser: 'Firefox', os: 'Linux', language: 'de-CH', address: '203.0.113.0' }])
  })

  test('PV09: server and browser have one visitor, and their facts of one id are one view, with the browser’s title and the server’s user', async () => {
    open({ userSecrets: ['0123456789abcdef0123456789abcdef'] })
    const user = await signUser({ user: 'ann', expires: noon + 60_000 }, '0123456789abcdef0123456789abcdef')
    const id = createId(noon)
    const client = { address: '2001:db8:1:2::9', userAgent: firefox, headers: {} }
    await send({ id, ...page, user, client }, { key: await token('hits') })
    await send({ id: createId(noon + 1), ...page }, { address: '2001:db8:1:2:3:4:5:6', userAgent: firefox })
    const [fromServer, fromBrowser] = await collector.stored()
    expect(fromServer!.visitor).toBe(fromBrowser!.visitor)
    await send({ id, ...page, title: 'Cart', screen: '800x600' }, { address: '2001:db8:1:2:3:4:5:6', userAgent: firefox })
    const stored = await collector.stored()
    expect(stored).toHaveLength(2)
    expect(stored[0]).toMatchObject({ id, origin: 'server', title: 'Cart', screen: '800x600', user: 'ann', visitor: fromBrowser!.visitor })
  })

  test.each<[what: string, clients: (Client | undefined)[], visitors: number]>([
    ['addresses', [{ address: '203.0.113.9' }, { address: '203.0.113.10' }, { address: '203.0.113.9' }], 2],
    ['user agents', [{ address: '203.0.113.9', userAgent: 'a' }, { address: '203.0.113.9', userAgent: 'b' }], 2],
    ['IPv6 networks', [{ address: '2001:db8:1:2::1' }, { address: '2001:db8:1:2:3::1' }, { address: '2001:db8:1:3::1' }], 2],
    ['mapped addresses', [{ address: '::ffff:203.0.113.9' }, { address: '203.0.113.9' }], 1],
    ['ports that a proxy has left', [{ address: '203.0.113.9:1234' }, { address: '203.0.113.9' }, { address: '[2001:db8::1]:443' }, { address: '2001:db8::1' }], 2],
    ['what is no address', [{ address: 'unknown' }, {}, { address: '' }, { address: 7 as never }, { address: '1'.repeat(65) }], 1],
    ['the server itself', [undefined, { address: '198.51.100.7', userAgent: 'node' }, {}], 2],
  ])('visitors are told apart hit by hit: %s', async (_, clients, visitors) => {
    const hits = clients.map((client) => visit(client))
    expect(await answerOf(await send(hits, { key: await token('hits') }))).toMatchObject({ stored: clients.length })
    expect(new Set((await collector.stored()).map(({ visitor }) => visitor)).size).toBe(visitors)
  })

  test('a batch of many visitors in turn: each has its own device, language and place in one answer', async () => {
    const clients = [
      { address: '203.0.113.1', userAgent: firefox, headers: { 'accept-language': 'de' } },
      { address: '203.0.113.2', userAgent: userAgents.googlebot },
      { address: '203.0.113.3', userAgent: firefox, headers: { 'sec-gpc': '1' } },
      { address: '203.0.113.4', userAgent: firefox, headers: { 'sec-purpose': 'prefetch;prerender' } },
      { address: '203.0.113.5', headers: { 'accept-language': 'fr' } },
    ]
    open({ respect: { gpc: 'counting', dnt: false } })
    const response = await send([...clients, ...clients].map((client) => visit(client)), { key: await token('hits') })
    expect(response.headers.get('x-hit-dropped')).toBe('bot, gpc, prefetch')
    expect(await answerOf(response)).toMatchObject({ stored: 4, dropped: 6 })
    const stored = await collector.stored()
    expect(stored.map(({ language, browser }) => `${language} ${browser}`).toSorted()).toEqual(['de Firefox', 'de Firefox', 'fr undefined', 'fr undefined'])
  })

  test('of headers only those of visitors’ browsers are read, each to a bound', async () => {
    const headers = { 'accept-language': `de;${'x'.repeat(2000)}`, origin: 'https://evil.example', cookie: 'a', 'cf-ipcountry': 'CH' }
    open({ settings: { hosts: ['shop.example'] }, place: { headers: 'cloudflare' } })
    await send(visit({ headers: headers as never, userAgent: firefox + ' x'.repeat(5000), address: '203.0.113.9' }), { key: await token('hits') })
    const [hit] = await collector.stored()
    expect(hit).toMatchObject({ language: 'de' })
    expect(hit!.country).toBeUndefined()
  })

  test.each<[client: unknown]>([[7], ['text'], [[]], [{ headers: 'x', userAgent: 1, address: null }], [{ headers: { 'accept-language': ['de'], evil: {} } }]])(
    'a client %j that is malformed costs no hit',
    async (client) => {
      expect((await send(visit(client as never), { key: await token('hits') })).status).toBe(201)
    },
  )

  test.each(['node', '', 'shop-bot/1.0', 'Jobs spider', 'HeadlessChrome'])('AR12: what has no visitor counts as the server’s own, also from user agent %j', async (userAgent) => {
    const job = { type: 'event', name: 'invoice sent', url: 'https://shop.example/', id: createId(noon) }
    expect((await send(job, { key: await token('hits'), userAgent })).status).toBe(201)
    expect(await collector.stored()).toMatchObject([{ origin: 'server', name: 'invoice sent', visitor: expect.stringMatching(/^[0-9a-f]{16}$/) }])
  })

  test('the owner’s excluded addresses are those of visitors', async () => {
    open({ settings: { exclude: { paths: [], addresses: ['203.0.113.9'] } } })
    const response = await send([visit({ address: '203.0.113.9' }), visit({ address: '203.0.113.10' })], { key: await token('hits') })
    expect(response.headers.get('x-hit-dropped')).toBe('address')
    expect(await collector.stored()).toHaveLength(1)
  })

  test('a retry is stored once', async () => {
    const key = await token('hits')
    const hits = [visit({ address: '203.0.113.9' }), visit({ address: '203.0.113.10' })]
    expect(await answerOf(await send(hits, { key }))).toMatchObject({ stored: 2, duplicate: 0 })
    expect(await answerOf(await send(hits, { key }))).toMatchObject({ stored: 0, duplicate: 2 })
    expect(await collector.stored()).toHaveLength(2)
  })

  test('without an id: a retry is stored once, and two visitors at the same moment are two', async () => {
    const key = await token('hits')
    const timestamp = new Date(noon - 1000).toISOString()
    const of = (address: string, language: string) => ({ ...page, timestamp, client: { address, userAgent: firefox, headers: { 'accept-language': language } } })
    await send([of('203.0.113.9', 'de'), of('203.0.113.10', 'de')], { key })
    expect(await answerOf(await send([of('203.0.113.9', 'fr'), of('203.0.113.10', 'fr')], { key }))).toMatchObject({ duplicate: 2 })
    expect(await collector.stored()).toHaveLength(2)
  })
})

describe('without a good token', () => {
  test('a client is not believed, and the hit is a browser’s', async () => {
    await send(visit({ address: '203.0.113.9', userAgent: firefox }))
    await send(visit())
    const [claimed, plain] = await collector.stored()
    expect(claimed).toMatchObject({ origin: 'browser', visitor: plain!.visitor })
    expect(claimed!.browser).toBeUndefined()
  })

  test.each<[what: string, key: () => Promise<string>]>([
    ['that there is not', async () => 'tl_wrong'],
    ['that is empty in the program', async () => 'undefined'],
    ['of other scopes', () => token('stats', 'metrics', 'tasks')],
  ])('a token %s is answered 401 with the remedy, and nothing is stored', async (_, key) => {
    const response = await send([visit(), visit()], { key: await key() })
    expect(response.status).toBe(401)
    expect(response.headers.get('x-hit')).toBe(String(noon))
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await answerOf(response)).toMatchObject({ stored: 0, refused: [{ field: 'authorization', reason: expect.stringContaining('treadlight token create --name NAME --scope hits') }] })
    expect(await collector.stored()).toEqual([])
  })

  test('a token that is revoked is refused within ten seconds', async () => {
    const key = await token('hits')
    expect((await send(visit(), { key })).status).toBe(201)
    await tokens.revoke((await tokens.list())[0]!.id)
    collector.clock.now += 10_000
    expect((await send(visit(), { key })).status).toBe(401)
    collector.clock.now += 10_000
    expect((await send(visit(), { key })).status).toBe(401)
  })

  test('503 while the storage cannot say which tokens there are', async () => {
    const key = await token('hits')
    const failing = { ...values, list: async (prefix: string) => (prefix === 'token:' ? Promise.reject(new Error('disk')) : values.list(prefix)) }
    collector = createTestCollector({ values: failing })
    const response = await send(visit(), { key })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
  })

  test('browsers may not send one: the preflight does not allow the header', async () => {
    const { headers } = await collector.request('/hit', { method: 'OPTIONS' })
    expect(headers.get('access-control-allow-headers')).toBe('content-type')
  })
})

describe('limits', () => {
  test('of one address do not hold for a server that is known', async () => {
    open({ limits: { perAddress: 1, burst: 2, total: 0 } })
    const key = await token('hits')
    for (let request = 0; request < 20; request++) expect((await send(visit(), { key })).status).toBe(201)
    const statuses = []
    for (let request = 0; request < 3; request++) statuses.push((await send(visit())).status)
    expect(statuses).toEqual([201, 429, 429])
  })

  test('of all together do', async () => {
    open({ limits: { perAddress: 1, burst: 1, total: 1 } })
    const key = await token('hits')
    const statuses = new Set<number>()
    for (let request = 0; request < 12; request++) statuses.add((await send(visit(), { key })).status)
    expect([...statuses]).toEqual([201, 429])
  })

  test('strangers’ tokens are limited before they are looked up, and do not ask the storage each time', async () => {
    open({ limits: { perAddress: 1, burst: 5, total: 0 } })
    const statuses = []
    for (let request = 0; request < 10; request++) statuses.push((await send(visit(), { key: `tl_guess${request}` })).status)
    expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(5).fill(429)])
    expect(listings).toBe(1)
  })
})

test('without an id, and of a day whose salt is gone: the address has no part in the id, where nothing would hide it', async () => {
  const timestamp = new Date(noon - 5 * 86_400_000).toISOString()
  const hits = ['203.0.113.9', '203.0.113.10'].map((address) => Object.assign({ timestamp, client: { address, userAgent: firefox } }, page))
  expect(await answerOf(await send(hits, { key: await token('hits') }))).toMatchObject({ stored: 1, duplicate: 1 })
})
