// @vitest-environment jsdom
import { beaconTransport, fetchTransport, pageTransport, pixelTransport, xhrTransport, type Answer, type Transport } from '@treadlight/tracker'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadTracker } from './openTracker.ts'

const url = 'https://stats.example/hit'
const body = '{"hits":[]}'
const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>()
const sendBeacon = vi.fn<(url: string, body: string) => boolean>()

beforeEach(() => {
  fetched.mockReset().mockResolvedValue(new Response('{}', { headers: { 'x-hit': '1' } }))
  sendBeacon.mockReset().mockReturnValue(true)
  vi.stubGlobal('fetch', fetched)
  Object.defineProperty(navigator, 'sendBeacon', { value: sendBeacon, configurable: true })
})
afterEach(() => vi.unstubAllGlobals())

const ways: [name: string, transport: Transport, isLeaving: boolean, isBeaconTaken: boolean, used: ('beacon' | 'fetch')[]][] = [
  ['beacon', beaconTransport, false, true, ['beacon']],
  ['edge 3: beacon that is refused', beaconTransport, true, false, ['beacon']],
  ['fetch', fetchTransport, false, true, ['fetch']],
  ['fetch of a page that goes', fetchTransport, true, true, ['fetch']],
  ['edge 8: page that stays', pageTransport, false, true, ['fetch']],
  ['edge 8: page that goes', pageTransport, true, true, ['beacon']],
  ['edge 3: page that goes, its beacon refused', pageTransport, true, false, ['beacon', 'fetch']],
]
test.each(ways)('%s', async (_, transport, isLeaving, isBeaconTaken, used) => {
  sendBeacon.mockReturnValue(isBeaconTaken)
  const answer = (await transport(url, body, isLeaving)) as Partial<Answer>
  expect([...sendBeacon.mock.calls.map(() => 'beacon'), ...fetched.mock.calls.map(() => 'fetch')]).toEqual(used)
  // Edge 4: a beacon has no answer, so that nothing takes it for one.
  expect(answer.headers?.get('x-hit')).toBe(used.includes('fetch') ? '1' : undefined)
  for (const call of [...sendBeacon.mock.calls, ...fetched.mock.calls.map(([url, init]) => [url, init.body])]) expect(call).toEqual([url, body])
})

describe('fetch', () => {
  test.each([
    [100, true],
    [9999, true],
    [10_000, false],
    [60_000, false],
  ])('edge 5: %d characters with keepalive: %s', async (length, keepalive) => {
    for (const transport of [fetchTransport, pageTransport]) await transport(url, 'x'.repeat(length))
    expect(fetched.mock.calls.map(([, init]) => init.keepalive)).toEqual([keepalive, keepalive])
  })

  test('edge 6, 7: is a simple request: text, no headers, no credentials asked for', async () => {
    await pageTransport(url, body)
    expect(fetched).toHaveBeenCalledWith(url, { method: 'POST', body, keepalive: true })
  })

  test('edge 39: one that is patched and throws', () => {
    fetched.mockImplementation(() => {
      throw new Error('patched')
    })
    for (const transport of [fetchTransport, pageTransport]) expect(() => transport(url, body)).toThrow('patched')
  })
})

test('edge 40: a browser without beacons is an error of the transport, not of the page', async () => {
  Object.defineProperty(navigator, 'sendBeacon', { value: undefined, configurable: true })
  expect(() => beaconTransport(url, body, true)).toThrow(TypeError)
  const { init, track } = await loadTracker()
  init({ endpoint: url })
  expect(() => track('x')).not.toThrow()
})

describe('XMLHttpRequest', () => {
  let server: Server
  let address: string
  const requests: { method: string | undefined; type: string | undefined; body: string }[] = []

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      requests.push({ method: request.method, type: request.headers['content-type'], body: await readBody(request) })
      if (request.url === '/reset') return void request.socket.destroy()
      if (request.url === '/silent') return
      response.writeHead(503, { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-hit, retry-after', 'x-hit': '7', 'retry-after': '9' })
      response.end('{"refused":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })

  async function readBody(request: IncomingMessage): Promise<string> {
    let text = ''
    for await (const chunk of request) text += chunk
    return text
  }

  test('has the three parts of an answer that are read, without a preflight', async () => {
    const answer = (await xhrTransport(`${address}/hit`, body)) as Answer
    expect([answer.status, answer.headers.get('x-hit'), answer.headers.get('retry-after'), await answer.json()]).toEqual([503, '7', '9', { refused: [] }])
    expect(requests.splice(0)).toEqual([{ method: 'POST', type: 'text/plain;charset=UTF-8', body }])
  })

  const ends: [name: string, path: string, end: (request: XMLHttpRequest) => unknown][] = [
    ['a connection that is cut', '/reset', () => {}],
    ['a request that is cut off', '/silent', (request) => request.abort()],
    ['silence', '/silent', (request) => (request.timeout = 50)],
  ]
  test.each(ends)('no answer is a rejection: %s', async (_, path, end) => {
    const sent = vi.spyOn(XMLHttpRequest.prototype, 'send')
    const answer = xhrTransport(address + path, body)
    const request = sent.mock.contexts[0] as XMLHttpRequest
    sent.mockRestore()
    expect(request.timeout).toBe(30_000)
    end(request)
    await expect(answer).rejects.toThrow('treadlight: no answer')
  })
})

describe('pixel', () => {
  const loaded: string[] = []
  /** An image that says at once whether it has loaded. */
  function stubImage(outcome: 'load' | 'error'): void {
    loaded.length = 0
    vi.stubGlobal('Image', class extends EventTarget {
      set src(src: string) {
        loaded.push(src)
        queueMicrotask(() => this.dispatchEvent(new Event(outcome)))
      }
    })
  }

  test('edge 45: an image for each hit, confirmed once all have loaded', async () => {
    stubImage('load')
    const hits = [{ id: '1', url: 'https://shop.example/?a=b&c=d' }, { id: '2', title: 'Größe' }]
    const answer = (await pixelTransport(url, JSON.stringify({ hits }))) as Answer
    expect(loaded.map((src) => JSON.parse(new URL(src).searchParams.get('hit')!))).toEqual(hits)
    expect([answer.status, Boolean(answer.headers.get('x-hit')), await answer.json()]).toEqual([201, true, { refused: [] }])
  })

  test('one that does not load is a rejection', async () => {
    stubImage('error')
    await expect(pixelTransport(url, '{"hits":[{}]}')).rejects.toBeDefined()
  })
})
