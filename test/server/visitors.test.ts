import { verifyUser, type Hit } from '@treadlight/protocol'
import { createTracking, ownTraffic, type Tracking, type TrackingOptions } from '@treadlight/server'
import { parseSetCookie, stringifyCookie } from 'cookie'
import { expect, test } from 'vitest'
import { createRecordingSender, type RecordingSender } from './recordingSender.ts'

const noon = Date.parse('2026-11-21T12:00:00.000Z')
const secret = 'a secret of at least thirty-two characters'
const day = 86_400
const thirteenMonths = 395 * day

/** A browser of one visitor: keeps cookies as it is told, and ends sessions. */
class Browser {
  readonly cookies = new Map<string, { value: string; expires: number | undefined }>()
  /** The Set-Cookie headers of the last answer. */
  set: string[] = []
  readonly clock = { now: noon }
  readonly sender: RecordingSender = createRecordingSender()
  readonly errors: unknown[] = []
  readonly tracking: Tracking
  isNoticeDue = false

  constructor(options: Partial<TrackingOptions> = {}) {
    this.tracking = createTracking({ sender: this.sender, now: () => this.clock.now, onError: (error) => this.errors.push(error), secret, ...options })
  }

  request(url = 'https://shop.example/', headers: Record<string, string> = {}): Request {
    const live = [...this.cookies].filter(([, { expires }]) => expires === undefined || expires > this.clock.now)
    const cookie = stringifyCookie(Object.fromEntries(live.map(([name, { value }]) => [name, value])))
    return new Request(url, { headers: { 'sec-fetch-dest': 'document', ...(cookie ? { cookie } : {}), ...headers } })
  }

  /** Visits a page, and gives back the hit. */
  async visit({ url, headers = {}, status = 200, readsNotice = false }: { url?: string; headers?: Record<string, string>; status?: number; readsNotice?: boolean } = {}): Promise<Hit | undefined> {
    const visit = await this.tracking.begin(this.request(url))
    const head = { status, headers: new Headers({ 'content-type': 'text/html', ...headers }) }
    this.isNoticeDue = readsNotice && visit?.consentNotice() === true
    this.take((visit?.headersFor(head) ?? []).filter(([name]) => name === 'set-cookie').map(([, value]) => value))
    if (visit === undefined) return undefined
    const { length } = this.sender.hits
    visit.end(head)
    if (status >= 300) return undefined
    return (await this.sender.arrived(length + 1)).at(-1)
  }

  take(set: string[]): void {
    this.set = set
    for (const { name, value, maxAge } of set.map((cookie) => parseSetCookie(cookie)))
      if (maxAge !== undefined && maxAge <= 0) this.cookies.delete(name)
      else this.cookies.set(name, { value: value!, expires: maxAge === undefined ? undefined : this.clock.now + maxAge * 1000 })
  }

  /** All windows are closed. */
  restart(): void {
    for (const [name, { expires }] of this.cookies) if (expires === undefined) this.cookies.delete(name)
  }
}

test('without a setting no cookie is set, no id is sent, and there is nothing to notice', async () => {
  const browser = new Browser()
  const hit = await browser.visit({ readsNotice: true })
  expect(browser.set).toEqual([])
  expect(hit?.session).toBeUndefined()
  expect(browser.isNoticeDue).toBe(false)
})

test('SS28 SS29 M090: a random id, signed, in a cookie that ends with the browser’s session', async () => {
  const browser = new Browser({ visitor: 'session', cookies: { path: '/shop' } })
  const hit = await browser.visit()
  expect(hit?.session).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(browser.set).toHaveLength(1)
  expect(parseSetCookie(browser.set[0]!)).toEqual({
    name: 'treadlight-visitor',
    value: expect.stringMatching(new RegExp(`^${hit!.session}\\.[\\w-]{43}$`)),
    path: '/shop',
    httpOnly: true,
    secure: true,
    sameSite: 'lax',
  })
})

test('SS28: Secure where the visitor came by https, also where a proxy did so for the server', async () => {
  const plain = new Browser({ visitor: 'session' })
  await plain.visit({ url: 'http://shop.example/' })
  expect(plain.set[0]).not.toMatch(/secure/i)
  const behind = new Browser({ visitor: 'session', origin: 'https://shop.example' })
  await behind.visit({ url: 'http://localhost:3000/' })
  expect(behind.set[0]).toMatch(/; Secure/)
})

test('AR01 AR02 AR13: the same id on every request, and no cookie set again', async () => {
  const browser = new Browser({ visitor: 'session' })
  const first = await browser.visit()
  const second = await browser.visit()
  expect(second!.session).toBe(first!.session)
  expect(browser.set).toEqual([])
})

test('SS29: without consent the browser’s next session is somebody else', async () => {
  const browser = new Browser({ visitor: 'session' })
  const first = await browser.visit()
  browser.restart()
  expect((await browser.visit())!.session).not.toBe(first!.session)
})

test.each([
  ['M117: a wrong signature', (value: string) => value.replace(/.$/, (letter) => (letter === 'A' ? 'E' : 'A'))],
  ['another id under the signature', (value: string) => value.replace(/^./, (letter) => (letter === '0' ? '1' : '0'))],
  ['no signature', (value: string) => value.split('.')[0]!],
  ['AR02: the text None', () => 'None'],
])('SS28: %s makes a new id', async (_, change) => {
  const browser = new Browser({ visitor: 'session' })
  const first = await browser.visit()
  const cookie = browser.cookies.get('treadlight-visitor')!
  cookie.value = change(cookie.value)
  const second = await browser.visit()
  expect(second!.session).not.toBe(first!.session)
  expect(browser.set).toHaveLength(1)
})

test('SS28: without a secret the id is plain, and what is none is replaced', async () => {
  const sender = createRecordingSender()
  const tracking = createTracking({ sender, visitor: 'session' })
  const begin = async (cookie: string) => (await tracking.begin(new Request('https://shop.example/', { headers: { accept: 'text/html', cookie } })))!
  const id = crypto.randomUUID()
  const head = { status: 200, headers: new Headers() }
  expect((await begin(`treadlight-visitor=${id}`)).headersFor(head)).toEqual([])
  expect((await begin('treadlight-visitor=me')).headersFor(head)).toEqual([['set-cookie', expect.stringMatching(/^treadlight-visitor=[\da-f-]{36};/)]])
})

test('SS30: with mode consent there is no id before the visitor accepts, and 13 months of one afterwards', async () => {
  const browser = new Browser({ visitor: 'consent' })
  expect((await browser.visit())!.session).toBeUndefined()
  expect(browser.set).toEqual([])
  browser.take(browser.tracking.consentCookies('accept', browser.request()))
  const first = await browser.visit()
  expect(first!.session).toBeDefined()
  expect(parseSetCookie(browser.set[0]!)).toMatchObject({ name: 'treadlight-visitor', maxAge: thirteenMonths })
  browser.restart()
  browser.clock.now += 394 * day * 1000
  expect((await browser.visit())!.session).toBe(first!.session)
  expect(browser.set).toEqual([])
  browser.clock.now += day * 1000
  expect((await browser.visit())!.session).toBeUndefined()
})

test('SS30 M120: an id that has to be made again lives no longer than the consent', async () => {
  const browser = new Browser({ visitor: 'consent' })
  browser.take(browser.tracking.consentCookies('accept', browser.request()))
  await browser.visit()
  browser.clock.now += 100 * day * 1000
  browser.cookies.get('treadlight-visitor')!.value = 'broken'
  await browser.visit()
  expect(parseSetCookie(browser.set[0]!)).toMatchObject({ name: 'treadlight-visitor', maxAge: thirteenMonths - 100 * day })
})

test('SS30: who accepts keeps the id of the session, from then on for good', async () => {
  const browser = new Browser({ visitor: 'session' })
  const first = await browser.visit()
  browser.take(browser.tracking.consentCookies('accept', browser.request()))
  browser.restart()
  expect((await browser.visit())!.session).toBe(first!.session)
})

test('SS30 M118: the action of a script is read once and deleted: accept', async () => {
  const browser = new Browser({ visitor: 'session' })
  const first = await browser.visit()
  browser.cookies.set('treadlight-action', { value: 'accept', expires: undefined })
  const second = await browser.visit()
  expect(second!.session).toBe(first!.session)
  expect(browser.set.map((cookie) => parseSetCookie(cookie)).map(({ name, value, maxAge }) => [name, value?.split('.')[0], maxAge])).toEqual([
    ['treadlight-action', '', 0],
    ['treadlight-consent', `accept-${noon / 1000}`, thirteenMonths],
    ['treadlight-visitor', first!.session, thirteenMonths],
  ])
  await browser.visit()
  expect(browser.set).toEqual([])
})

test('SS30 M119: the action of a script is read once and deleted: refuse', async () => {
  const browser = new Browser({ visitor: 'session' })
  await browser.visit()
  browser.cookies.set('treadlight-action', { value: 'refuse', expires: undefined })
  expect((await browser.visit())!.session).toBeUndefined()
  expect([...browser.cookies.keys()]).toEqual(['treadlight-consent'])
  expect((await browser.visit())!.session).toBeUndefined()
  expect(browser.set).toEqual([])
})

test('SS30: a refusal on the site’s own route deletes the id', async () => {
  const browser = new Browser({ visitor: 'session' })
  await browser.visit()
  browser.take(browser.tracking.consentCookies('refuse', browser.request()))
  expect([...browser.cookies.keys()]).toEqual(['treadlight-consent'])
  expect((await browser.visit())!.session).toBeUndefined()
})

test.each([['refuse', false], ['accept', undefined]] as const)('SS30: who has said %s has hits, also by hand, with forwarding %s', async (choice, forwarding) => {
  const browser = new Browser({ visitor: 'session' })
  browser.take(browser.tracking.consentCookies(choice, browser.request()))
  expect((await browser.visit())!.forwarding).toBe(forwarding)
  expect((await browser.tracking.hit(browser.request(), { type: 'event', name: 'order' }))!.forwarding).toBe(forwarding)
})

test('an action that is none is deleted, and means nothing', async () => {
  const browser = new Browser({ visitor: 'consent' })
  browser.cookies.set('treadlight-action', { value: 'whatever', expires: undefined })
  await browser.visit()
  expect(browser.cookies.size).toBe(0)
})

test.each(['accept-99999999999', 'accept-1', 'accept', '1', 'accept-x'])('SS30: %s is no consent', async (value) => {
  const browser = new Browser({ visitor: 'consent' })
  browser.cookies.set('treadlight-consent', { value, expires: undefined })
  expect((await browser.visit())!.session).toBeUndefined()
})

test.each(['session', 'consent'] as const)('AR06: with mode %s the notice is due once', async (visitor) => {
  const browser = new Browser({ visitor })
  await browser.visit({ readsNotice: true })
  expect(browser.isNoticeDue).toBe(true)
  await browser.visit({ readsNotice: true })
  expect(browser.isNoticeDue).toBe(false)
  browser.restart()
  await browser.visit({ readsNotice: true })
  expect(browser.isNoticeDue).toBe(false)
})

test('AR06: it stays due until a page has shown it, and is not after an answer', async () => {
  const browser = new Browser({ visitor: 'consent' })
  await browser.visit()
  await browser.visit({ readsNotice: true, status: 404 })
  await browser.visit({ readsNotice: true })
  expect(browser.isNoticeDue).toBe(true)
  const answered = new Browser({ visitor: 'consent' })
  answered.take(answered.tracking.consentCookies('refuse', answered.request()))
  await answered.visit({ readsNotice: true })
  expect(answered.isNoticeDue).toBe(false)
})

test('AR06: a page that shows the notice is kept by no shared cache', async () => {
  const browser = new Browser({ visitor: 'consent' })
  const visit = (await browser.tracking.begin(browser.request()))!
  expect(visit.consentNotice()).toBe(true)
  expect(visit.headersFor({ status: 200, headers: new Headers({ 'cache-control': 'public, max-age=60' }) })[0]).toEqual(['cache-control', 'private, no-cache'])
})

test.each<[why: string, headers: Record<string, string>, status?: number]>([
  ['public', { 'cache-control': 'public' }],
  ['max-age', { 'cache-control': 'max-age=60' }],
  ['s-maxage', { 'cache-control': 's-maxage=60' }],
  ['a field that is private, which is not the page', { 'cache-control': 'private="x-user", max-age=60' }],
  ['a header for CDNs', { 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }],
  ['a header for nginx', { 'cache-control': 'private', 'x-accel-expires': '60' }],
  ['Expires in the future', { expires: new Date(Date.now() + 60_000).toUTCString() }],
  ['a static file', { 'content-type': 'image/png' }],
  ['a redirect', {}, 302],
  ['not modified', {}, 304],
])('AR13: no Set-Cookie on %s, and no id that the browser would not keep', async (_, headers, status) => {
  const browser = new Browser({ visitor: 'session' })
  const hit = await browser.visit({ headers, ...(status === undefined ? {} : { status }) })
  expect(browser.set).toEqual([])
  expect(hit?.session).toBeUndefined()
})

test.each(['0', '-1', new Date(Date.now() - 60_000).toUTCString()])('AR13: Set-Cookie on a page with Expires: %s', async (expires) => {
  const browser = new Browser({ visitor: 'session' })
  await browser.visit({ headers: { expires } })
  expect(browser.set).toHaveLength(1)
})

test.each(['private, max-age=60', 'no-store', 'no-cache', ''])('AR13: Set-Cookie on a page with %j', async (value) => {
  const browser = new Browser({ visitor: 'session' })
  await browser.visit({ headers: value ? { 'cache-control': value } : {} })
  expect(browser.set).toHaveLength(1)
})

test('PV18: the id is the session of the token, so that a log-in names what came before; after a log-out it is another', async () => {
  const browser = new Browser({ visitor: 'session', userSecret: secret })
  const claimsOf = async (user?: string): Promise<object> => {
    const visit = (await browser.tracking.begin(browser.request()))!
    if (user !== undefined) visit.identify({ user })
    const head = { status: 200, headers: new Headers() }
    browser.take(visit.headersFor(head).map(([, value]) => value))
    const { length } = browser.sender.hits
    visit.end(head)
    const hit = (await browser.sender.arrived(length + 1)).at(-1)!
    expect(hit.session).toBeUndefined()
    return ((await verifyUser(hit.user!, { secrets: [secret], time: noon })) as { claims: object }).claims
  }
  const anonymous = (await claimsOf()) as { session: string }
  expect(anonymous).toEqual({ session: expect.any(String), expires: expect.any(Number) })
  expect(await claimsOf('ada')).toMatchObject({ user: 'ada', session: anonymous.session })
  browser.take(browser.tracking.logOutCookies(browser.request()))
  const next = (await claimsOf('bob')) as { session: string }
  expect(next.session).not.toBe(anonymous.session)
})

test('PV19: without ids there is no session, and nothing to associate', async () => {
  const browser = new Browser({ userSecret: secret })
  const hit = await browser.visit()
  expect([hit!.user, hit!.session]).toEqual([undefined, undefined])
})

test('a hit made by hand has the id that the browser has', async () => {
  const browser = new Browser({ visitor: 'session' })
  expect((await browser.tracking.hit(browser.request()))!.session).toBeUndefined()
  const first = await browser.visit()
  expect((await browser.tracking.hit(browser.request(), { type: 'event', name: 'order' }))!.session).toBe(first!.session)
})

test('SS32 M114 M115: the own browser is not counted, by a signed cookie alone', async () => {
  const browser = new Browser()
  let isStaff = false
  const route = ownTraffic(browser.tracking, { isAllowed: () => isStaff })
  expect((await route(browser.request())).status).toBe(403)
  isStaff = true
  const response = await route(browser.request())
  expect(response.status).toBe(200)
  const set = response.headers.getSetCookie()
  expect(parseSetCookie(set[0]!)).toMatchObject({ name: 'treadlight-own', httpOnly: true, secure: true, maxAge: 400 * day })
  browser.take(set)
  expect(await browser.visit()).toBeUndefined()
  expect(await browser.tracking.hit(browser.request())).toBeNull()
  expect(browser.sender.hits).toEqual([])
  browser.take((await route(browser.request('https://shop.example/?own=0'))).headers.getSetCookie())
  expect(await browser.visit()).toBeDefined()
  browser.cookies.set('treadlight-own', { value: '1', expires: undefined })
  expect(await browser.visit()).toBeDefined()
})

test('SS32: without a secret there is no own browser, and it says so', async () => {
  const tracking = createTracking({ sender: createRecordingSender() })
  await expect(tracking.ownCookies(true, new Request('https://shop.example/'))).rejects.toThrow('set secret')
})
