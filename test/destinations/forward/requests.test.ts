import { createFetchRequest, type SendRequest } from '@treadlight/destinations/forward'
import { nodeRequest } from '@treadlight/destinations/node'
import dns from 'node:dns'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'

const lookup = vi.spyOn(dns, 'lookup')

let servers: Server[] = []
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections()
  servers = []
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const within = (ms: number): AbortSignal => AbortSignal.timeout(ms)

describe.each<[string, SendRequest]>([
  ['on Node.js', nodeRequest],
  ['by fetch', createFetchRequest()],
])('a request %s', (_, send) => {
  test('arrives as it was said, and its answer is handed back', async () => {
    let asked: { request: IncomingMessage; body: string } | undefined
    const url = await listen((request, response) => {
      void text(request).then((body) => {
        asked = { request, body }
        response.writeHead(207, { 'x-part': 'some' }).end('{"ü":1}')
      })
    })
    const answer = await send({ url: `${url}/a?b=c`, method: 'PUT', headers: { 'content-type': 'application/json' }, body: '["ü"]' }, { allowPrivate: true, signal: within(5000) })
    expect([answer.status, answer.header('x-part'), answer.header('x-none'), answer.body]).toEqual([207, 'some', '', '{"ü":1}'])
    expect([asked?.request.method, asked?.request.url, asked?.request.headers['content-type'], asked?.body]).toEqual(['PUT', '/a?b=c', 'application/json', '["ü"]'])
  })

  test('input 30: is not redirected', async () => {
    const secret = vi.fn()
    const inside = await listen((_, response) => {
      secret()
      response.end()
    })
    const url = await listen((_, response) => void response.writeHead(307, { location: inside }).end())
    const { status } = await send({ url, body: 'x' }, { allowPrivate: true, signal: within(5000) })
    expect(status).toBe(307)
    expect(secret).not.toHaveBeenCalled()
  })

  test('input 30: of an answer no more than 64 KiB is read', async () => {
    const url = await listen((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', write)
      }
      write()
    })
    const { body } = await send({ url }, { allowPrivate: true, signal: within(5000) })
    expect(body.length).toBe(65_536)
  })

  test('an answer that is cut off is none', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    await expect(send({ url }, { allowPrivate: true, signal: within(5000) })).rejects.toThrow(/^127\.0\.0\.1 does not answer: /)
  })

  test('one that never ends is given up', async () => {
    const url = await listen((_, response) => void response.writeHead(200).write('half'))
    await expect(send({ url }, { allowPrivate: true, signal: within(100) })).rejects.toThrow('127.0.0.1 has not answered in time')
  })

  test.each(['http://127.0.0.1:1/', 'http://[::1]:1/', 'http://169.254.169.254/latest', 'http://0x7f.1/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'http://10.0.0.1/', 'http://0/', 'http://localhost:1/'])(
    'input 30: %s is not connected to unless the owner allows it',
    async (url) => {
      await expect(send({ url }, { allowPrivate: false, signal: within(5000) })).rejects.toThrow('is at no address of the internet')
    },
  )

  test.each(['file:///etc/passwd', 'javascript:1', 'x', ''])('%j is no URL to ask', async (url) => {
    await expect(send({ url }, { allowPrivate: true, signal: within(5000) })).rejects.toThrow('its URL must begin with')
  })

  test('input 31: an error names the host, and neither path nor key', async () => {
    const url = await listen(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const error = await send({ url: `${url}/path?api_secret=s3cret`, headers: { authorization: 'Bearer s3cret' } }, { allowPrivate: true, signal: within(5000) }).catch(String)
    expect(error).toBe('RequestError: 127.0.0.1 does not answer: ECONNREFUSED')
  })
})

test('input 30: a name that is looked up once more after it was judged (rebinding) leads nowhere else', async () => {
  const secret = vi.fn()
  const url = await listen((_, response) => {
    secret()
    response.end()
  })
  // Public the first time, this machine from then on.
  const answers = ['93.184.216.34', '127.0.0.1']
  lookup.mockClear().mockImplementation(((_: string, __: object, callback: (error: null, found: object[]) => void) => callback(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }])) as never)
  const target = url.replace('127.0.0.1', 'rebind.example')
  // What was judged is what is connected to, and nobody answers there in this time.
  await expect(nodeRequest({ url: target }, { allowPrivate: false, signal: within(300) })).rejects.toThrow(/rebind\.example/)
  await expect(nodeRequest({ url: target }, { allowPrivate: false, signal: within(300) })).rejects.toThrow('at no address of the internet')
  expect(secret).not.toHaveBeenCalled()
  expect(lookup).toHaveBeenCalledTimes(2)
})
