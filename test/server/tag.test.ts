import { verifyUser } from '@treadlight/protocol'
import { createTracking, type Tracking, type TrackingOptions } from '@treadlight/server'
import { expect, test } from 'vitest'
import { createRecordingSender, type RecordingSender } from './recordingSender.ts'

const noon = Date.parse('2026-11-21T12:00:00.000Z')
const secret = 'a secret of at least thirty-two characters'
const request = (): Request => new Request('https://shop.example/', { headers: { accept: 'text/html' } })

function tryTracking(options: Partial<TrackingOptions> = {}): { tracking: Tracking; sender: RecordingSender; errors: unknown[] } {
  const sender = createRecordingSender()
  const errors: unknown[] = []
  const onError = (error: unknown): number => errors.push(error)
  return { sender, errors, tracking: createTracking({ sender, collector: 'https://stats.example', userSecret: secret, now: () => noon, onError, ...options }) }
}

function head(headers: Record<string, string> = {}): { status: number; headers: Headers } {
  return { status: 200, headers: new Headers(headers) }
}

/** The token in a tag: what `signUser` makes is found by its look. */
function tokenIn(tag: string): string | undefined {
  return /[\w-]{20,}\.[\w-]{43}/.exec(tag)?.[0]
}

test('PV02: the tag names the view and, signed, the user', async () => {
  const { tracking, sender } = tryTracking()
  const visit = (await tracking.begin(request()))!
  const tag = await visit.tag({ user: 'ada', session: 's1' })
  expect(tag).toContain('https://stats.example/t')
  expect(tag).toContain(visit.view)
  expect(await verifyUser(tokenIn(tag)!, { secrets: [secret], time: noon })).toMatchObject({ claims: { user: 'ada', session: 's1' } })
  visit.headersFor(head())
  visit.end(head())
  const [hit] = await sender.arrived(1)
  expect(hit).toMatchObject({ id: visit.view, type: 'pageview' })
  // PV16: whom the tag names is the server's view, too.
  expect(await verifyUser(hit!.user!, { secrets: [secret], time: noon })).toMatchObject({ claims: { user: 'ada', session: 's1' } })
})

test('SS34: neither secret is in the tag', async () => {
  const { tracking } = tryTracking({ secret: 'another secret of at least 32 characters', token: 'the-token-for-hits' })
  const tag = await (await tracking.begin(request()))!.tag({ user: 'ada' })
  for (const hidden of [secret, 'another secret', 'the-token-for-hits']) expect(tag).not.toContain(hidden)
})

test('the id of a new visitor is the session of the tag, of the view, and of the cookie', async () => {
  const { tracking, sender } = tryTracking({ visitor: 'session' })
  const visit = (await tracking.begin(request()))!
  const verdict = await verifyUser(tokenIn(await visit.tag())!, { secrets: [secret], time: noon })
  const { session } = (verdict as { claims: { session: string } }).claims
  const headers = visit.headersFor(head({ 'cache-control': 'public, max-age=60' }))
  expect(headers).toEqual([['cache-control', 'private, no-cache'], ['set-cookie', expect.stringContaining(session)]])
  visit.end(head())
  const [hit] = await sender.arrived(1)
  expect(await verifyUser(hit!.user!, { secrets: [secret], time: noon })).toMatchObject({ claims: { session } })
})

test.each<[given: Record<string, string>, expected: [string, string][]]>([
  [{}, [['cache-control', 'private, no-cache']]],
  [{ 'cache-control': 'public, max-age=60, s-maxage=600, immutable' }, [['cache-control', 'private, no-cache']]],
  [{ 'cache-control': 'max-age=60, No-Transform, must-revalidate' }, [['cache-control', 'private, no-cache, no-transform, must-revalidate']]],
  [{ 'cache-control': 'no-cache' }, [['cache-control', 'private, no-cache']]],
  [{ 'cache-control': 'private="x-user"' }, [['cache-control', 'private, no-cache']]],
  [{ 'cache-control': 'private, max-age=60' }, []],
  [{ 'cache-control': 'no-store' }, []],
  [{ 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }, [['cdn-cache-control', 'no-store']]],
  [{ 'cache-control': 'private', 'x-accel-expires': '60' }, [['x-accel-expires', '0']]],
  [{ 'cache-control': 'private', 'x-accel-expires': '0' }, []],
  [{ 'surrogate-control': 'max-age=60' }, [['cache-control', 'private, no-cache'], ['surrogate-control', 'no-store']]],
])('a page whose tag names its view is kept by no shared cache: %j → %j', async (given, expected) => {
  const { tracking } = tryTracking()
  const visit = (await tracking.begin(request()))!
  await visit.tag()
  expect(visit.headersFor(head(given))).toEqual(expected)
})

test('the page is private from the moment on that the tag is asked for', async () => {
  const { tracking } = tryTracking()
  const visit = (await tracking.begin(request()))!
  const tag = visit.tag({ user: 'ada' })
  expect(visit.headersFor(head())).toHaveLength(1)
  expect(await tag).toContain(visit.view)
})

test('a page without a tag stays as it is', async () => {
  const { tracking } = tryTracking()
  expect((await tracking.begin(request()))!.headersFor(head({ 'cache-control': 'public, max-age=60' }))).toEqual([])
})

test('a shared page names nobody, stays shared, sets no cookie, and is counted by the script alone', async () => {
  const { tracking } = tryTracking({ visitor: 'session' })
  const sent: Promise<unknown>[] = []
  const visit = (await tracking.begin(request(), { waitUntil: (promise) => sent.push(promise) }))!
  const tag = await visit.tag({ isShared: true, user: 'ada' })
  expect(tag).toContain('https://stats.example/t')
  expect(tag).not.toContain(visit.view)
  expect(tokenIn(tag)).toBeUndefined()
  expect(visit.headersFor(head())).toEqual([])
  visit.end(head())
  expect(sent).toEqual([])
})

test('a tag that comes after the headers of a page that a cache may keep names nobody', async () => {
  const { tracking } = tryTracking()
  const visit = (await tracking.begin(request()))!
  visit.headersFor(head({ 'cache-control': 'public' }))
  expect(await visit.tag({ user: 'ada' })).not.toContain(visit.view)
  const kept = (await tracking.begin(request()))!
  kept.headersFor(head({ 'cache-control': 'private' }))
  expect(await kept.tag()).toContain(kept.view)
})

test('SS37: a tag that cannot be made is none, and the log says why', async () => {
  const sender = createRecordingSender()
  const errors: unknown[] = []
  const tracking = createTracking({ sender, onError: (error) => errors.push(error) })
  const visit = (await tracking.begin(request()))!
  expect(await visit.tag()).toBe('')
  expect(errors.map(String)).toEqual([expect.stringContaining('say where the collector is')])
  // The view is counted all the same.
  visit.end(head())
  expect(await sender.arrived(1)).toHaveLength(1)
})
