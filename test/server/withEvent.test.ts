import { readFile } from 'node:fs/promises'
import { createTracking, trackEvent, withEvent, type Tracking } from '@treadlight/server'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import type * as Written from './inputs/orders.ts'
import { createRecordingSender, type RecordingSender } from './recordingSender.ts'

const order = { category: 'Transaction', action: 'Get', label: 'L', value: 7, props: { plan: 'pro' } }
const props = { category: 'Transaction', label: 'L', value: 7, plan: 'pro' }

function tryTracking(): { tracking: Tracking; sender: RecordingSender; errors: unknown[] } {
  const sender = createRecordingSender()
  const errors: unknown[] = []
  return { sender, errors, tracking: createTracking({ sender, onError: (error) => errors.push(error) }) }
}

const ask = (path = '/tx'): Request => new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' } })

/** What was sent until now, and nothing after it. */
async function sent({ tracking, sender }: ReturnType<typeof tryTracking>): Promise<(string | undefined)[]> {
  await tracking.hit(ask(), { type: 'event', name: 'last' })
  return sender.hits.map(({ name }) => name)
}

test('SS25 M137: an event once a handler is done, its response unchanged', async () => {
  const { tracking, sender } = tryTracking()
  const response = new Response('ok')
  const promise = Promise.resolve(response)
  const handler = withEvent(tracking, (_request: Request) => promise, order)
  const answered = handler(ask())
  expect(answered).toBe(promise)
  expect(await answered).toBe(response)
  expect(await sender.arrived(1)).toMatchObject([{ type: 'event', name: 'Get', props, url: 'https://shop.example/tx' }])
})

test('SS25 M138: also where the method gives back no response, or waits for nothing', async () => {
  const { tracking, sender } = tryTracking()
  expect(withEvent(tracking, (_request: Request) => 'str', order)(ask())).toBe('str')
  expect(await sender.arrived(1)).toMatchObject([{ name: 'Get' }])
})

test('SS25 M139: an error passes, and no event is sent', async () => {
  const tried = tryTracking()
  const fails = withEvent(tried.tracking, (_request: Request): string => {
    throw new Error('view')
  }, order)
  expect(() => fails(ask())).toThrow('view')
  const rejects = withEvent(tried.tracking, (_request: Request) => Promise.reject(new Error('later')), order)
  await expect(rejects(ask())).rejects.toThrow('later')
  await withEvent(tried.tracking, async (_request: Request) => new Response('no', { status: 422 }), order)(ask())
  expect(await sent(tried)).toEqual(['last'])
  expect(tried.errors).toEqual([])
})

test.each([
  ['at once', (_request: Request, response: { statusCode: number }) => void (response.statusCode = 422)],
  ['later', async (_request: Request, response: { statusCode: number }) => {
    await Promise.resolve()
    response.statusCode = 422
  }],
])('SS25: no event where a handler refuses %s with the response that it was given', async (_, refuse) => {
  const tried = tryTracking()
  await withEvent(tried.tracking, refuse, order)(ask(), { statusCode: 200 })
  await withEvent(tried.tracking, (_request: Request, _response: object) => 'fine', { action: 'kept' })(ask(), { statusCode: 201 })
  expect(await sent(tried)).toEqual(['kept', 'last'])
  expect(tried.errors).toEqual([])
})

test('SS37: errors of the tracking are reported, never thrown', async () => {
  const tried = tryTracking()
  const broken = withEvent(tried.tracking, (_request: Request) => 'fine', () => {
    throw new Error('no such field')
  })
  expect(broken(ask())).toBe('fine')
  expect(withEvent(tried.tracking, (_a: number) => 'fine', order)(1)).toBe('fine')
  tried.sender.fail(new Error('no route'))
  expect(withEvent(tried.tracking, (_request: Request) => 'fine', order)(ask())).toBe('fine')
  await tried.tracking.hit(ask())
  expect(tried.errors.map(String)).toEqual(['Error: no such field', expect.stringContaining('no request for the event "Get"'), 'Error: no route', 'Error: no route'])
})

test('the event may be told from the result, and there may be none', async () => {
  const tried = tryTracking()
  const search = withEvent(tried.tracking, async (_request: Request, words: string) => words.length, (count, _request, words) => (count > 0 ? { action: 'Search', label: words, value: count } : undefined))
  await search(ask(), 'shoes')
  await search(ask(), '')
  expect(await sent(tried)).toEqual(['Search', 'last'])
  expect(tried.sender.hits[0]!.props).toEqual({ label: 'shoes', value: 5 })
})

test.each<[why: string, args: (request: Request) => unknown[]]>([
  ['the first argument', (request) => [request]],
  ['h3: event.req', (request) => [{ req: request }]],
  ['SvelteKit: event.request', (request) => [{ request }]],
  ['Hono: c.req.raw', (request) => [{ req: { raw: request } }]],
  ['a later argument', (request) => ['id', request]],
])('the request is found: %s', async (_, args) => {
  const { tracking, sender } = tryTracking()
  withEvent<unknown, unknown[], number>(tracking, () => 1, order)(...args(ask()))
  expect(await sender.arrived(1)).toMatchObject([{ url: 'https://shop.example/tx' }])
})

test('a framework’s own request leads to the visit, and the event belongs to its view', async () => {
  const { tracking, sender } = tryTracking()
  const incoming = { url: '/tx' }
  const visit = (await tracking.begin(ask(), { native: incoming, address: '192.0.2.7' }))!
  withEvent(tracking, (_req: object, _res: object) => 1, order)(incoming, {})
  withEvent(tracking, (_id: number) => 1, { action: 'ById' }, { request: () => incoming })(7)
  await sender.arrived(2)
  expect(sender.hits).toMatchObject([
    { name: 'Get', view: visit.view, client: { address: '192.0.2.7' } },
    { name: 'ById', view: visit.view },
  ])
})

test('SS25: as a decorator, with its object as this', async () => {
  const { tracking, sender } = tryTracking()
  const method = function (this: { total: number }, _request: Request): number {
    return this.total
  }
  const decorated = trackEvent<{ total: number }, [Request], number>(tracking, (total) => ({ action: 'Order', value: total }))(method, {} as never)
  expect(decorated.call({ total: 12 }, ask())).toBe(12)
  expect(await sender.arrived(1)).toMatchObject([{ name: 'Order', props: { value: 12 } }])
})

test('SS25: as a decorator, as it is written', async () => {
  const { tracking, sender } = tryTracking()
  // Vitest leaves decorators as they are, and so far no engine knows them.
  const { code } = await transform(await readFile(new URL('inputs/orders.ts', import.meta.url), 'utf8'), { loader: 'ts', target: 'es2022' })
  const { createOrders }: typeof Written = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  expect(createOrders(trackEvent, tracking).place(ask())).toBe(12)
  expect(await sender.arrived(1)).toMatchObject([{ name: 'Order', props: { category: 'Shop' } }])
})
