import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadConfig, serve } from 'treadlight'
import { exchange } from '../collector/inputs/listening.ts'
import type { ProveResult } from './proof.ts'

export interface FuzzSocketsOptions {
  runs: number
  seed: number
  fail: (text: string) => void
  result: ProveResult
}

/** Connections at a time. */
const lanes = 20

/** Bytes on sockets of a collector that listens: what no client library would send. Every answer there is, is below 500. */
export async function fuzzSockets({ runs, seed, fail, result }: FuzzSocketsOptions): Promise<void> {
  if (runs === 0) return
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-fuzz-'))
  const env = { PORT: '0', TREADLIGHT_STORAGE_DRIVER: 'memory', TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_LIMITS_PER_ADDRESS: '0' }
  const running = await serve({ config: await loadConfig({ env, folder }) })
  const port = Number(new URL(running.url).port)
  const waiting = fc.sample(message, { numRuns: runs, seed })
  const lane = async (): Promise<void> => {
    for (let bytes = waiting.pop(); bytes !== undefined; bytes = waiting.pop()) {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(await exchange(port, bytes, { isAll: true }))?.[1]
      result.runs++
      if (status === undefined || Number(status) < 500) continue
      result.serverErrors++
      fail(`seed ${seed}: ${status} for the bytes ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if ((await fetch(`${running.url}/api/health`)).status !== 200) fail(`seed ${seed}: bytes on sockets have made it ill`)
  await running.close()
  await rm(folder, { recursive: true })
}

const body = '{"url":"https://a.example/"}'
const line = fc
  .tuple(
    fc.constantFrom('POST', 'GET', 'OPTIONS', 'get', 'P\u0000ST', ''),
    fc.constantFrom('/hit', '/', '*', 'http://evil.example/api/sites', '//x', '/%zz', '/hit?hit={}', '/api/v2/query', `/${'a'.repeat(9000)}`),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''),
  )
  .map((parts) => parts.join(' '))
const header = fc.constantFrom(
  'Host: localhost', 'Host: a b', 'Host:', `Content-Length: ${body.length}`, 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 1e3', 'Transfer-Encoding: chunked', 'Transfer-Encoding: ChunKed',
  'Transfer-Encoding: xchunked', 'Connection: close', 'Connection: upgrade\r\nUpgrade: websocket', 'Expect: 100-continue', 'Expect: x', 'X-A: a\r\n b', 'Cookie: h3=__chunked__999999', `Cookie: ${'a=b;'.repeat(3000)}`,
  'X-Forwarded-For: 1.2.3.4, ,,', 'X-Forwarded-Host: <x>', 'X-Forwarded-Proto: javascript', ': a', 'a', `X-B: ${'b'.repeat(17_000)}`, 'User-Agent: \u00ff\u0001',
)
const tail = fc.constantFrom(body, '', `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`, 'ffffffffffffffff\r\n', '1c;a=b\r\n', '\u0000', body + body)
const request = fc
  .tuple(line, fc.array(header, { maxLength: 5 }), tail, fc.constantFrom('\r\n', '\r\n', '\r\n', '\n'))
  .map(([first, headers, rest, end]) => Buffer.from([first, ...headers, '', rest].join(end), 'latin1'))
/** Whole requests with something odd, some of them with bytes changed, and nonsense. */
const message: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 3, arbitrary: fc.tuple(request, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })).map(([bytes, changes]) => changed(bytes, changes)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
)

function changed(bytes: Uint8Array, changes: readonly [at: number, to: number][]): Uint8Array {
  const copy = Uint8Array.from(bytes)
  for (const [at, to] of changes) copy[at % copy.length] = to
  return copy
}
