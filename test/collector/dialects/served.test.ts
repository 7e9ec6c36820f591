import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../packages/collector/src/config.ts'
import { plausible } from '../../../packages/collector/src/dialects/plausible.ts'
import { serve, type RunningCollector } from '../../../packages/collector/src/serve.ts'
import { firefox } from './sendAs.ts'

let running: RunningCollector
beforeAll(async () => {
  const env = { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_DRIVER: 'memory', PORT: '0', TREADLIGHT_DIALECTS: 'plausible' }
  running = await serve({ config: await loadConfig({ env, folder: '/' }) })
})
afterAll(() => running.close())

const eventOf = (bytes: number): string => {
  const start = '{"n":"pageview","u":"https://shop.example/a","p":{"a":"'
  return `${start}${'x'.repeat(bytes - start.length - 3)}"}}`
}

function post(path: string, body: string, isChunked: boolean): Promise<Response> {
  const stream = new Blob([body]).stream()
  const headers = { 'user-agent': firefox, 'content-type': 'application/json' }
  return fetch(running.url + path, { method: 'POST', headers, body: isChunked ? stream : body, ...(isChunked && { duplex: 'half' as const }) })
}

describe.each([
  ['that says its length', false],
  ['in chunks', true],
])('a body %s', (_, isChunked) => {
  test.each([
    ['of a dialect, as large as it may be', '/api/event', () => plausible.maxBytes, 202],
    ['of a dialect, larger', '/api/event', () => plausible.maxBytes + 1, 413],
    ['of /hit, by its longer way, larger than there', '/hit?', () => 70_000, 413],
  ])('%s', async (_, path, bytes, status) => {
    expect((await post(path, eventOf(bytes()), isChunked)).status).toBe(status)
  })

  test('of a log-in: one that is too large is not looked at', async () => {
    const statuses = [await post('/api/login', '{"password":"x"}', isChunked), await post('/api/login', `{"password":"${'x'.repeat(70_000)}"}`, isChunked)].map(({ status }) => status)
    expect(statuses).toEqual([401, 400])
  })
})

test('a body that never ends is answered once it is too large, and the connection closed', async () => {
  const socket = connect(Number(new URL(running.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('POST /api/event HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
  const sending = setInterval(() => socket.write(chunk), 5)
  let answer = ''
  for await (const data of socket) answer += String(data)
  clearInterval(sending)
  expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i)
})
