import { decodeHit, idTime, isRefusal, verifyUser } from '@treadlight/protocol'
import { createTracking, type Answer, type HitOverrides, type Tracking, type TrackingOptions } from '@treadlight/server'
import { createValues } from '@treadlight/store'
import { serve } from 'srvx'
import { createStorage } from 'unstorage'
import { expect, onTestFinished, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'
import { createTestCollector } from '../collector/collector.ts'
import { createRecordingSender, type RecordingSender } from './recordingSender.ts'

const noon = Date.parse('2026-11-21T12:00:00.000Z')
const secret = 'a secret of at least thirty-two characters'

interface Tried {
  tracking: Tracking
  sender: RecordingSender
  errors: unknown[]
}

function tryTracking(options: Partial<TrackingOptions> = {}): Tried {
  const sender = createRecordingSender()
  const errors: unknown[] = []
  const tracking = createTracking({ sender, collector: 'https://stats.example', now: () => noon, onError: (error) => errors.push(error), ...options })
  return { tracking, sender, errors }
}

function ask(path = '/', headers: Record<string, string> = {}, init: RequestInit = {}): Request {
  return new Request(new URL(path, 'https://shop.example'), { ...init, headers: { 'sec-fetch-dest': 'document', ...headers } })
}

function answer(status = 200, headers: Record<string, string> = {}, more: Partial<Answer> = {}): Answer {
  return { status, headers: new Headers({ 'content-type': 'text/html', ...headers }), ...more }
}

/** One request from its beginning to its end; then one that surely arrives, so that what has not come will not come. */
async function visit({ tracking }: Tried, request: Request, given: Answer = answer()): Promise<string[]> {
  const begun = await tracking.begin(request, { address: '192.0.2.7' })
  const headers = begun?.headersFor(given) ?? []
  begun?.end(given)
  await tracking.hit(request, { type: 'event', name: 'last' })
  return headers.map(([name, value]) => `${name}: ${value}`)
}

function views({ sender }: Tried): string[] {
  return sender.hits.filter(({ name }) => name !== 'last').map(({ type, name, url }) => `${name ?? type} ${new URL(url).pathname}`)
}

test('SS19 PV09: a page that was answered is one pageview, which the collector understands', async () => {
  const tried = tryTracking()
  const request = ask('/cart?utm_source=news', { referer: 'https://r.example/', 'user-agent': 'Mozilla/5.0', 'accept-language': 'de-DE,de;q=0.9', 'sec-gpc': '1' })
  const begun = (await tried.tracking.begin(request, { address: '192.0.2.7' }))!
  begun.end(answer(200, {}, { html: '<title>Cart &amp; more</title>' }))
  const [hit] = await tried.sender.arrived(1)
  expect(hit).toEqual({
    id: begun.view,
    type: 'pageview',
    url: 'https://shop.example/cart?utm_source=news',
    title: 'Cart & more',
    referrer: 'https://r.example/',
    timestamp: '2026-11-21T12:00:00.000Z',
    client: { address: '192.0.2.7', userAgent: 'Mozilla/5.0', headers: { 'accept-language': 'de-DE,de;q=0.9', 'sec-gpc': '1' } },
  })
  expect(idTime(hit!.id)).toBe(noon)
  expect(isRefusal(decodeHit(hit))).toBe(false)
})

test.each<[why: string, expected: string[], options: Partial<TrackingOptions>, path: string, status: number, headers?: Record<string, string>]>([
  ['SS20 M094: what lies under admin/ by default', [], {}, '/admin/x', 200],
  ['SS20, by whole segment: /admin itself', [], {}, '/admin', 200],
  ['SS20: /administrator', ['pageview /administrator'], {}, '/administrator', 200],
  ['SS20 M098: by case', ['pageview /Admin/x'], {}, '/Admin/x', 200],
  ['SS20: /%61dmin is /admin', [], {}, '/%61dmin/x', 200],
  ['AR03: with a slash', [], { exclude: ['/page1'] }, '/page1/x', 200],
  ['AR03: without', [], { exclude: ['page1/'] }, '/page1/x', 200],
  ['AR03: /page10', ['pageview /page10'], { exclude: ['/page1'] }, '/page10', 200],
  ['AR03: a blank one excludes nothing', ['pageview /page1'], { exclude: ['', ' '] }, '/page1', 200],
  ['AR03: / excludes everything', [], { exclude: ['/'] }, '/page1', 200],
  ['SS20: own prefixes replace the default', ['pageview /admin/x'], { exclude: [] }, '/admin/x', 200],
  ['SS21 M104: 404 by default', [], {}, '/x', 404],
  ['SS21 M105: 404 where it is wanted', ['exception /x'], { notFound: true }, '/x', 404],
  ['SS21: 404 is no error', [], { errors: true }, '/x', 404],
  ['SS21 M106 overridden: 404 under admin/', [], { notFound: true }, '/admin/x', 404],
  ['SS22 M107: 500 by default', [], { notFound: true }, '/x', 500],
  ['SS22 M108: 500 where it is wanted', ['exception /x'], { errors: true }, '/x', 500],
  ['SS22 M109: 403 too', ['exception /x'], { errors: true }, '/x', 403],
  ['SS23 M112: 500 of XHR', [], { errors: true }, '/x', 500, { 'x-requested-with': 'XMLHttpRequest' }],
  ['SS23 M112: 500 of fetch', [], { errors: true }, '/x', 500, { 'sec-fetch-dest': 'empty' }],
  ['SS23 M113: 500 of XHR where it is wanted', ['exception /x'], { errors: true, xhrExceptions: true }, '/x', 500, { 'x-requested-with': 'XMLHttpRequest' }],
  ['a prefetched 404', [], { notFound: true }, '/x', 404, { 'sec-purpose': 'prefetch' }],
  ['PV20: who has opted out', [], {}, '/x', 200, { cookie: 'treadlight-optout=1' }],
])('%s → %j', async (_, expected, options, path, status, headers) => {
  const tried = tryTracking(options)
  await visit(tried, ask(path, headers), answer(status))
  expect(views(tried)).toEqual(expected)
})

test.each([
  [404, 'Not Found', { description: 'Not Found', fatal: false }],
  [500, '', { description: 'HTTP 500', fatal: true }],
  [403, undefined, { description: 'HTTP 403', fatal: true }],
])('SS21 SS22: an exception for %d %s', async (status, reason, props) => {
  const tried = tryTracking({ notFound: true, errors: true })
  ;(await tried.tracking.begin(ask()))!.end(answer(status, {}, { reason }))
  expect(await tried.sender.arrived(1)).toMatchObject([{ type: 'event', name: 'exception', props }])
})

test('end counts once', async () => {
  const tried = tryTracking()
  const begun = (await tried.tracking.begin(ask()))!
  begun.end(answer())
  begun.end(answer())
  await tried.tracking.hit(ask(), { title: 'last' })
  expect(tried.sender.hits.map(({ title }) => title)).toEqual(['', 'last'])
})

test('a request that is begun twice is one visit', async () => {
  const { tracking } = tryTracking()
  const request = ask()
  const native = {}
  const begun = await tracking.begin(request, { native })
  expect(await tracking.begin(request)).toBe(begun)
  expect(tracking.visitOf(request)).toBe(begun)
  expect(tracking.visitOf(native)).toBe(begun)
})

test('SS37 SS38: a sender that fails is told and counted, and disturbs nobody', async () => {
  const tried = tryTracking()
  tried.sender.fail(new Error('no route to the collector'))
  const begun = (await tried.tracking.begin(ask()))!
  begun.end(answer())
  expect(await tried.tracking.hit(ask())).toBeNull()
  expect(tried.errors.map(String)).toEqual(['Error: no route to the collector', 'Error: no route to the collector'])
  expect(tried.tracking.counts()).toEqual({ taken: 0, withheld: 0, failed: 2 })
})

test('SS37: what reports errors may fail as well', async () => {
  const tried = tryTracking({
    onError: () => {
      throw new Error('the log is full')
    },
  })
  tried.sender.fail(new Error('no route'))
  expect(await tried.tracking.hit(ask())).toBeNull()
})

test('SS35: beforeSend changes a hit, drops it, and drops it where it throws', async () => {
  const tried = tryTracking({
    beforeSend: (hit, request) => {
      if (request.url.endsWith('/secret')) return null
      if (request.url.endsWith('/broken')) throw new Error('cannot tell')
      return { ...hit, url: hit.url.replace(/email=[^&]*/, 'email=') }
    },
  })
  await tried.tracking.hit(ask('/a?email=ada@example.org'))
  expect(await tried.tracking.hit(ask('/secret'))).toBeNull()
  expect(await tried.tracking.hit(ask('/broken'))).toBeNull()
  expect(tried.sender.hits.map(({ url }) => url)).toEqual(['https://shop.example/a?email='])
  expect(tried.tracking.counts()).toEqual({ taken: 1, withheld: 1, failed: 1 })
})

test('AR05: a view is counted without anybody waiting; waitUntil keeps the runtime for it', async () => {
  const tried = tryTracking()
  const kept: Promise<unknown>[] = []
  const begun = (await tried.tracking.begin(ask(), { waitUntil: (promise) => kept.push(promise) }))!
  expect(begun.end(answer())).toBeUndefined()
  await Promise.all(kept)
  expect(tried.sender.hits).toHaveLength(1)
  expect(tried.sender.flushes).toBe(1)
})

test('AR12 SS36: a hit is made by hand where no page is: no cookies, an excluded path, a POST', async () => {
  const tried = tryTracking()
  const request = new Request('https://shop.example/admin/api/order', { method: 'POST', headers: { 'user-agent': 'app/1.0' } })
  const hit = await tried.tracking.hit(request, { type: 'event', name: 'order', props: { total: 12 } }, { address: '198.51.100.3' })
  expect(hit).toMatchObject({ type: 'event', name: 'order', props: { total: 12 }, client: { address: '198.51.100.3', userAgent: 'app/1.0' } })
  expect(tried.sender.hits).toEqual([hit])
})

test('PV16 PV17: user and session are vouched for by a token', async () => {
  const tried = tryTracking({ userSecret: secret })
  const begun = (await tried.tracking.begin(ask()))!
  begun.identify({ user: 'ada', session: 's1' })
  begun.end(answer())
  const [hit] = await tried.sender.arrived(1)
  expect(await verifyUser(hit!.user!, { secrets: [secret], time: noon })).toEqual({ claims: { user: 'ada', session: 's1', expires: noon + 86_400_000 } })
  expect(hit!.session).toBeUndefined()
})

test('PV16: without a secret a user is not named, the session is, and the log says why', async () => {
  const tried = tryTracking()
  await tried.tracking.hit(ask(), {}, { user: 'ada', session: 's1' })
  await tried.tracking.hit(ask(), {}, { user: 'ada' })
  expect(tried.sender.hits.map(({ user, session }) => [user, session])).toEqual([[undefined, 's1'], [undefined, undefined]])
  expect(tried.errors.map(String)).toEqual([expect.stringContaining('set userSecret')])
})

test('a user that cannot be signed costs no hit', async () => {
  const tried = tryTracking({ userSecret: secret })
  expect(await tried.tracking.hit(ask(), {}, { user: 'x'.repeat(300) })).not.toBeNull()
  expect(tried.errors.map(String)).toEqual([expect.stringContaining('user must have at most 255')])
})

test('PV20: of an impersonated user nothing is counted, and there is no tag', async () => {
  const tried = tryTracking({ userSecret: secret, errors: true })
  const sent: Promise<unknown>[] = []
  const begun = (await tried.tracking.begin(ask(), { waitUntil: (promise) => sent.push(promise) }))!
  expect(await begun.tag({ user: 'ada', impersonator: 'staff' })).toBe('')
  begun.track('signup')
  begun.end(answer())
  expect(await tried.tracking.hit(ask(), {}, { user: 'ada', impersonator: 'staff' })).toBeNull()
  await Promise.all(sent)
  expect(tried.sender.hits).toEqual([])
})

test('events of a page name its view, those of an API none', async () => {
  const tried = tryTracking()
  const page = (await tried.tracking.begin(ask()))!
  page.track('signup', { plan: 'pro' })
  ;(await tried.tracking.begin(ask('/api', { 'sec-fetch-dest': 'empty' })))!.track('api')
  await tried.sender.arrived(2)
  expect(tried.sender.hits.map(({ name, view, props }) => [name, view, props])).toEqual([
    ['signup', page.view, { plan: 'pro' }],
    ['api', undefined, undefined],
  ])
})

test.each([
  [{ visitor: 'cookie' }, /visitor must be none, session or consent/],
  [{ secret: 'short' }, /secret must have at least 32/],
  [{ userSecret: 'short' }, /secret must have at least 32/],
  [{ addresses: 'half' }, /addresses must be/],
  [{ origin: 'shop.example' }, /origin must be a URL/],
  [{ trustProxies: ['10.0.0.0/33'] }, /"10\.0\.0\.0\/33" is no address/],
  [{ trustProxies: ['nginx'] }, /"nginx" is no address/],
])('a setting that cannot hold is named: %j', (options, message) => {
  expect(() => tryTracking(options as object)).toThrow(message)
})

test.each<[overrides: HitOverrides, stored: object]>([
  [{}, { source: 'x', medium: 'm', campaign: '' }],
  [{ source: 'Partner ' }, { source: 'partner', medium: 'm' }],
  [{ source: '', medium: '' }, { source: '', medium: '' }],
  [{ campaign: 'Spring' }, { source: 'x', medium: 'm', campaign: 'spring' }],
])('PV01 PV10: what a server sends, the collector stores with the attribution of any hit: %j', async (overrides, stored) => {
  const collector = createTestCollector()
  const tried = tryTracking()
  await tried.tracking.hit(ask('/?utm_source=x&utm_medium=m'), overrides)
  expect((await collector.post(tried.sender.hits)).status).toBe(201)
  expect(await collector.stored()).toMatchObject([{ type: 'pageview', ...stored }])
})

test.each<[addresses: TrackingOptions['addresses'], expected: string | undefined]>([
  [undefined, '192.0.2.7'],
  ['cut', '192.0.2.0'],
  ['none', undefined],
])('SS31: the address with the setting %s', async (addresses, expected) => {
  const tried = tryTracking(addresses === undefined ? {} : { addresses })
  const hit = await tried.tracking.hit(ask('/', { 'user-agent': 'x' }), {}, { address: '192.0.2.7' })
  expect(hit!.client).toEqual({ ...(expected === undefined ? {} : { address: expected }), userAgent: 'x' })
})

test('PV01: with collector and token alone a view arrives as the visitor’s own', async () => {
  const values = createValues(createStorage())
  const { token } = await createTokens(values, () => noon).create('shop', ['hits'])
  const collector = createTestCollector({ values })
  // The sender says when it sends by the machine's clock.
  collector.clock.now = Date.now()
  const server = serve({ fetch: collector.collector.fetch, port: 0, hostname: '127.0.0.1', silent: true })
  onTestFinished(() => server.close(true))
  await server.ready()
  const tracking = createTracking({ collector: server.url!, token })
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const begun = (await tracking.begin(ask('/cart', { 'user-agent': userAgent, 'accept-language': 'de-CH' }), { address: '203.0.113.9' }))!
  begun.end(answer(200, {}, { title: 'Cart' }))
  await tracking.hit(ask('/cart'), { type: 'event', name: 'order' })
  await tracking.close()
  expect(tracking.sender.counts()).toMatchObject({ delivered: 2, dead: 0 })
  expect(await collector.stored()).toMatchObject(expect.arrayContaining([expect.objectContaining({ id: begun.view, origin: 'server', title: 'Cart', browser: 'Firefox', language: 'de-CH' })]))
})

test('who says neither sender nor collector is told so', () => {
  expect(() => createTracking({})).toThrow('say where hits go')
})
