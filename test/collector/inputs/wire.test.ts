import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { createId, maxBodyBytes } from '@treadlight/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCollector } from '../../process/collectorProcess.ts'
import { exchange, listen, statusOf, type Listening } from './listening.ts'

// What goes wrong below the hit: bytes on a socket of a collector that listens.

let collector: Listening
beforeAll(async () => {
  collector = await listen()
})
afterAll(async () => {
  await collector.stop()
})

const hit = '{"url":"https://a.example/"}'
const head = `POST /hit HTTP/1.1\r\nHost: localhost\r\n`
const close = 'Connection: close\r\n'

describe('input 1: a body that is too large', () => {
  test('65,537 bytes by length', async () => {
    const answer = await exchange(collector.port, `${head}Content-Length: 65537\r\n\r\n`)
    expect(statusOf(answer)).toBe(413)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  test('65,537 bytes in chunks', async () => {
    const body = hit.padEnd(maxBodyBytes + 1, ' ')
    const answer = await exchange(collector.port, `${head}Transfer-Encoding: chunked\r\n\r\n10001\r\n${body}\r\n0\r\n\r\n`)
    expect(statusOf(answer)).toBe(413)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  test.each(['by length', 'in chunks'])('200 MB %s take no memory', async (how) => {
    const folder = await mkdtemp(join(tmpdir(), 'treadlight-large-'))
    const { url, child, stop } = await startCollector({ data: join(folder, 'data') })
    const memory = async (): Promise<number> => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024
    for (let warm = 0; warm < 200; warm++) await fetch(`${url}/hit`, { method: 'POST', body: hit.padEnd(maxBodyBytes) })
    const before = await memory()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const answer = collect(socket)
    socket.write(head + (how === 'by length' ? 'Content-Length: 209715200\r\n\r\n' : 'Transfer-Encoding: chunked\r\n\r\n'))
    const chunk = Buffer.alloc(2 ** 20, 97)
    for (let sent = 0; sent < 200 && !socket.destroyed; sent++) {
      if (how === 'in chunks') socket.write('100000\r\n')
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => undefined), answer])
      if (how === 'in chunks') socket.write('\r\n')
    }
    // Who does not stop sending may miss the answer: the connection is closed in the midst of it.
    expect([413, undefined]).toContain(statusOf(await answer))
    // The most that it ever had; a collector that kept the body would have 570 MB more. Some pages are the kernel's to give.
    expect((await memory()) - before).toBeLessThan(16)
    expect(await stop()).toBe(0)
    await rm(folder, { recursive: true })
  })
})

test('input 2: slow headers, slow bodies and a thousand idle connections are closed, and others served meanwhile', async () => {
  const { port, url } = collector
  const open = (first: string, then: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    const answer = collect(socket)
    socket.write(first)
    const timer = setInterval(() => socket.write(then), 1000)
    return answer.finally(() => clearInterval(timer))
  }
  const idle: Promise<string>[] = []
  for (let index = 0; index < 1000; index++) {
    const socket = connect(port, '127.0.0.1')
    idle.push(collect(socket))
    // All at once would wait in the kernel's queue for the collector to take them.
    if (index % 100 === 99) await once(socket, 'connect')
  }
  const slow = [
    ...idle,
    ...Array.from({ length: 50 }, () => open('POST /hit HTTP/1.1\r\nX-A: ', 'a')),
    ...Array.from({ length: 50 }, () => open(`${head}Content-Length: 1000\r\n\r\n`, ' ')),
  ]
  for (let sent = 0; sent < 20; sent++) expect((await fetch(`${url}/hit`, { method: 'POST', body: hit })).status).toBe(201)
  // Within 10 s by the collector's clock and a look every two; the test's own time limit is the rest.
  for (const answer of await Promise.all(slow)) expect([408, undefined]).toContain(statusOf(answer))
}, 60_000)

test('input 2: beyond the limit a connection is closed at once', async () => {
  const few = await listen({ TREADLIGHT_LIMITS_CONNECTIONS: '10' })
  const sockets: Socket[] = []
  for (let index = 0; index < 10; index++) {
    const socket = connect(few.port, '127.0.0.1')
    await once(socket, 'connect')
    sockets.push(socket)
  }
  // The server has to have seen them.
  await expect.poll(async () => statusOf(await exchange(few.port, `${head}${close}Content-Length: ${hit.length}\r\n\r\n${hit}`))).toBeUndefined()
  for (const socket of sockets) socket.destroy()
  await expect.poll(async () => statusOf(await exchange(few.port, `${head}${close}Content-Length: ${hit.length}\r\n\r\n${hit}`))).toBe(201)
  await few.stop()
})

describe('input 3: compressed bodies are refused unread', () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(10_000_000)))
  test.each([
    ['gzip', gzipSync(hit)],
    ['br', brotliCompressSync(hit)],
    ['deflate', deflateSync(hit)],
    ['gzip, gzip', bomb],
    ['GZIP', bomb],
    ['x-unknown', Buffer.from(hit)],
  ])('%s', async (encoding, body) => {
    const response = await fetch(`${collector.url}/hit`, { method: 'POST', headers: { 'content-encoding': encoding }, body: new Uint8Array(body) })
    expect(response.status).toBe(415)
    expect(response.headers.has('x-hit')).toBe(true)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    for (const path of ['/api/login', '/api/logout', '/api/v2/query']) {
      const headers = { 'content-encoding': encoding, 'content-type': 'application/json' }
      expect((await fetch(collector.url + path, { method: 'POST', headers, body: new Uint8Array(body) })).status).toBe(415)
    }
  })

  test('identity is no encoding', async () => {
    expect((await fetch(`${collector.url}/hit`, { method: 'POST', headers: { 'content-encoding': 'identity' }, body: hit })).status).toBe(201)
  })
})

test('input 15: addresses are believed from trusted peers only, and from the right', async () => {
  const refusing = await listen({ TREADLIGHT_TRUST_PROXIES: '203.0.113.1', TREADLIGHT_LIMITS_PER_ADDRESS: '1', TREADLIGHT_LIMITS_BURST: '1' })
  const trusting = await listen({ TREADLIGHT_LIMITS_PER_ADDRESS: '1', TREADLIGHT_LIMITS_BURST: '1' })
  const send = async ({ url }: Listening, forwarded: string): Promise<number> =>
    (await fetch(`${url}/hit`, { method: 'POST', headers: { 'x-forwarded-for': forwarded }, body: hit })).status
  // Of one address there is one request at a time.
  expect(await send(refusing, '6.6.6.6, 7.7.7.7')).toBe(201)
  expect(await send(refusing, '6.6.6.6, 8.8.8.8')).toBe(429)
  expect(await send(trusting, '6.6.6.6, 7.7.7.7')).toBe(201)
  expect(await send(trusting, '6.6.6.6, 8.8.8.8')).toBe(201)
  expect(await send(trusting, '5.5.5.5, 8.8.8.8')).toBe(429)
  await Promise.all([refusing.stop(), trusting.stop()])
})

describe('input 26: cookies', () => {
  const ask = (cookie: string): Promise<string> => exchange(collector.port, `GET /api/session HTTP/1.1\r\nHost: a\r\n${close}Cookie: ${cookie}\r\n\r\n`)
  test('of 17 KB are refused', async () => {
    expect(statusOf(await ask('a'.repeat(17_000)))).toBe(431)
  })
  test.each([Array.from({ length: 1800 }, (_, index) => `c${index}=1`).join(';'), 'treadlight=__chunked__999999', 'h3=__chunked__999999', ';'.repeat(15_000)])(
    '%.30s opens nothing',
    async (cookie) => {
      expect(statusOf(await ask(cookie))).toBe(401)
    },
  )
})

describe('input 27: requests that two servers would read differently', () => {
  const length = `Content-Length: ${hit.length}\r\n`
  test.each([
    ['a length and chunks', `${head}${length}Transfer-Encoding: chunked\r\n\r\n${hit}`],
    ['two lengths', `${head}${length}Content-Length: 5\r\n\r\n${hit}`],
    ['bare line feeds', `POST /hit HTTP/1.1\nHost: a\nContent-Length: 0\n\n`],
    ['a folded header', `${head}X-A: a\r\n b\r\nTransfer-Encoding:\r\n chunked\r\n\r\n`],
    ['xchunked', `${head}Transfer-Encoding: xchunked\r\n\r\n${hit}`],
    ['no host', `POST /hit HTTP/1.1\r\n${length}\r\n${hit}`],
    ['a space before the colon', `${head}Content-Length : ${hit.length}\r\n\r\n${hit}`],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n`],
    ['nonsense', '\u0000\u0001\u0002\r\n\r\n'],
  ])('%s: 400 and the end of the connection', async (_, request) => {
    expect(statusOf(await exchange(collector.port, request))).toBe(400)
  })

  test('ChunKed is chunked', async () => {
    const chunked = `${head}${close}Transfer-Encoding: ChunKed\r\n\r\n${hit.length.toString(16)}\r\n${hit}\r\n0\r\n\r\n`
    expect(statusOf(await exchange(collector.port, chunked))).toBe(201)
  })

  test('what is behind a body is the next request, not part of the hit', async () => {
    const answer = await exchange(collector.port, `${head}${length}\r\n${hit}${head}${close}Content-Length: 2\r\n\r\n{}`)
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 400'])
  })
})

test.each([
  'http://evil.example/api/sites',
  'http://localhost/api/sites',
  '//api/sites',
  '/api//sites',
  '/dashboard%2f..%2fapi/sites',
  '/dashboard/../api/sites',
  '/t.js/..%2fapi/sites',
  '/API/SITES',
  '/api/sites/',
  '/api/sites;a=b',
  '/api/%73ites',
  '/api/sites?',
  '/api/sites#',
  '*',
  'localhost:80',
])('input 28: %s opens nothing', async (target) => {
  const answer = await exchange(collector.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`)
  expect([400, 401, 404, undefined]).toContain(statusOf(answer))
  expect(answer).not.toContain('"sites"')
})

test('input 23: what the Host header says is never believed', async () => {
  const id = createId(Date.now())
  const body = JSON.stringify({ id, url: 'https://real.example/' })
  const answer = await exchange(collector.port, `POST /hit HTTP/1.1\r\nHost: evil.example<script>\r\n${close}Content-Length: ${body.length}\r\n\r\n${body}`)
  expect([201, 400]).toContain(statusOf(answer))
  expect(answer).not.toContain('evil.example')
})

test('input 35: what fails behind an answer is logged, and the process lives', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-late-'))
  const failing = join(folder, 'fail.mjs')
  await writeFile(failing, `setTimeout(() => void Promise.reject(new Error('nobody waited for it')), 1000)`)
  const process = await startCollector({ data: join(folder, 'data'), env: { NODE_OPTIONS: `--import ${failing}` } })
  await expect.poll(process.output, { timeout: 10_000 }).toContain('nobody waited for it')
  expect((await fetch(`${process.url}/hit`, { method: 'POST', body: hit })).status).toBe(201)
  expect(await process.stop()).toBe(0)
  await rm(folder, { recursive: true })
})

function collect(socket: Socket): Promise<string> {
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (answer += chunk))
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.on('close', () => resolve(answer)))
}
