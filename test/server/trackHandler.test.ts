import { createTracking, trackHandler, type Tracking, type TrackingOptions, type WebHandler } from '@treadlight/server'
import { expect, test } from 'vitest'
import { createRecordingSender, type RecordingSender } from './recordingSender.ts'

const navigation = { accept: 'text/html' }
const html = { 'content-type': 'text/html; charset=utf-8' }

function tryTracking(options: Partial<TrackingOptions> = {}): { tracking: Tracking; sender: RecordingSender; errors: unknown[] } {
  const sender = createRecordingSender()
  const errors: unknown[] = []
  return { sender, errors, tracking: createTracking({ sender, collector: 'https://stats.example', onError: (error) => errors.push(error), ...options }) }
}

const ask = (path = '/'): Request => new Request(`https://shop.example${path}`, { headers: navigation })

/** A page that comes in parts. */
function parts(...texts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
}

test('SS24: one handler is tracked, its answer is the very same', async () => {
  const { tracking, sender } = tryTracking()
  const response = new Response('<title>Hello</title>', { headers: html })
  const handler = trackHandler(tracking, () => response)
  expect(await handler(ask('/a'))).toBe(response)
  expect(await response.text()).toBe('<title>Hello</title>')
  expect(await sender.arrived(1)).toMatchObject([{ type: 'pageview', url: 'https://shop.example/a', title: 'Hello' }])
})

test.each<[why: string, title: string, response: () => Response, options?: Parameters<typeof trackHandler>[2]]>([
  ['in parts', 'Größe', () => new Response(parts('<ti', 'tle>Grö', 'ße</ti', 'tle>', 'x'.repeat(100_000)), { headers: html })],
  ['in another charset', 'Größe', () => new Response(Uint8Array.from([...'<title>Gr\u00f6\u00dfe</title>'].map((letter) => letter.charCodeAt(0))), { headers: { 'content-type': 'text/html; charset=iso-8859-1' } })],
  ['none in the first 64 K', '', () => new Response(`${'x'.repeat(70_000)}<title>Late</title>`, { headers: html })],
  ['of what is no HTML', '', () => new Response('<title>x</title>', { headers: { 'content-type': 'text/plain' } })],
  ['of what is compressed', '', () => new Response('<title>x</title>', { headers: { ...html, 'content-encoding': 'br' } })],
  ['of an empty page', '', () => new Response(null, { headers: html })],
  ['by hand', 'Set', () => new Response('<title>x</title>', { headers: html }), { title: 'Set' }],
  ['by a function', '/a', () => new Response('<title>x</title>', { headers: html }), { title: (_, request) => new URL(request.url).pathname }],
  ['not asked for', '', () => new Response('<title>x</title>', { headers: html }), { readTitle: false }],
])('SS27: the title %s is %j', async (_, title, response, options) => {
  const { tracking, sender } = tryTracking()
  const whole = await response().text()
  const answered = await trackHandler(tracking, response as WebHandler<unknown[]>, options)(ask('/a'))
  expect(await answered.text()).toBe(whole)
  expect(await sender.arrived(1)).toMatchObject([{ title }])
})

test('a body that fails is the answer’s own matter: the view counts', async () => {
  const { tracking, sender } = tryTracking()
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('the template broke')) })
  const response = await trackHandler(tracking, () => new Response(body, { headers: html }))(ask())
  await expect(response.text()).rejects.toThrow('the template broke')
  expect(await sender.arrived(1)).toMatchObject([{ type: 'pageview', title: '' }])
})

test('the handler finds its visit, for the tag; what is immutable is copied', async () => {
  const { tracking, sender } = tryTracking()
  const frozen = await fetch('data:text/html,<title>x</title>')
  expect(() => frozen.headers.set('a', 'b')).toThrow()
  const handler = trackHandler(tracking, async (request) => {
    await tracking.visitOf(request)!.tag()
    return frozen
  })
  const response = await handler(ask())
  expect(response.headers.get('cache-control')).toBe('private, no-cache')
  expect(await response.text()).toBe('<title>x</title>')
  expect(await sender.arrived(1)).toMatchObject([{ title: 'x' }])
})

test('facts come from what the framework hands over', async () => {
  const { tracking, sender } = tryTracking()
  const kept: Promise<unknown>[] = []
  interface Context {
    ip: string
    waitUntil(promise: Promise<unknown>): void
  }
  const handler = trackHandler(tracking, (_request: Request, _context: Context) => new Response('<title>x</title>', { headers: html }), {
    facts: (_, { ip, waitUntil }) => ({ address: ip, waitUntil }),
  })
  await handler(ask(), { ip: '192.0.2.7', waitUntil: (promise) => kept.push(promise) })
  // Reading the title first; then what that has led to.
  await Promise.all(kept)
  await Promise.all(kept)
  expect(sender.hits).toMatchObject([{ client: { address: '192.0.2.7' } }])
  expect(sender.flushes).toBe(1)
})

test('SS22: a handler that throws is an exception where these count, and throws on', async () => {
  const { tracking, sender } = tryTracking({ errors: true })
  const handler = trackHandler(tracking, () => {
    throw new Error('for Ada Lovelace alone')
  })
  await expect(handler(ask())).rejects.toThrow('for Ada Lovelace alone')
  expect(await sender.arrived(1)).toMatchObject([{ name: 'exception', props: { description: 'Internal Server Error', fatal: true } }])
})

test('SS37: whatever fails of the tracking, the answer is given', async () => {
  const { tracking, sender, errors } = tryTracking()
  sender.fail(new Error('no route'))
  const broken = (): never => {
    throw new Error('broken')
  }
  const handler = trackHandler(tracking, () => new Response('fine'), { facts: broken, title: broken })
  expect(await (await handler(ask())).text()).toBe('fine')
  await tracking.hit(ask())
  expect(errors.map(String)).toEqual(['Error: broken', 'Error: broken', 'Error: no route', 'Error: no route'])
})

test('SS20: an excluded path is handled, and not tracked', async () => {
  const { tracking, sender } = tryTracking()
  const handler = trackHandler(tracking, (request) => new Response(String(tracking.visitOf(request))))
  expect(await (await handler(ask('/admin/x'))).text()).toBe('undefined')
  await tracking.hit(ask(), { title: 'last' })
  expect(sender.hits.map(({ title }) => title)).toEqual(['last'])
})

test('who tracks the whole server as well counts a request once', async () => {
  const { tracking, sender } = tryTracking()
  const inner = trackHandler(tracking, () => new Response('x'))
  await trackHandler(tracking, inner, { title: 'once' })(ask())
  await tracking.hit(ask(), { title: 'last' })
  expect(sender.hits.map(({ title }) => title)).toEqual(['once', 'last'])
})
