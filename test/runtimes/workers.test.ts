import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settings } from './runtime.ts'
import { bundleWorker, collectorOptions, runWorker, type Bundle, type RunningWorker } from './workersRuntime.ts'

// What is of Workers alone, with the Worker of deploy/workers.

const deploy = fileURLToPath(new URL('../../deploy/workers', import.meta.url))
const isAsked = 'workers' in (JSON.parse(process.env['RUNTIMES'] ?? '{}') as object)
const day = 86_400_000

describe.runIf(isAsked)('the Worker of deploy/workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'treadlight-worker-'))
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundleWorker(readFileSync(join(deploy, 'src/index.ts'), 'utf8'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))

  test('is far below Cloudflare’s limits, and imports nothing that is not there', () => {
    const { plain, gzip } = bundle.bytes
    console.log(`The Worker has ${(plain / 1e6).toFixed(2)} MB, ${(gzip / 1e6).toFixed(2)} MB after gzip`)
    // 3 MB on the free plan, 10 MB on the others: https://developers.cloudflare.com/workers/platform/limits/
    expect(gzip).toBeLessThan(1e6)
    expect(bundle.imports).toEqual(['cloudflare:workers', 'node:buffer', 'node:crypto', 'node:path', 'node:timers/promises', 'node:url', 'node:util', 'node:zlib'])
  })

  test('its schedule compacts and prunes, and what it stored is there when it is started again', async () => {
    const first = await start('scheduled', { TREADLIGHT_PASSWORD: 'a long enough password' })
    const old = new Date(Date.now() - 4 * day).toISOString()
    for (const hit of [{ url: 'https://shop.example/' }, { url: 'https://shop.example/old', timestamp: old }]) expect((await post(first, hit)).status).toBe(201)
    await schedule(first)
    expect((await storedKeys(first)).filter((key) => key.includes('prun') || key.includes('mark'))).not.toEqual([])
    await first.stop()
    const second = await start('scheduled', { TREADLIGHT_PASSWORD: 'another password, which changes nothing' })
    const login = (password: string): Promise<Response> => ask(second, '/api/login', { password })
    expect((await login('another password, which changes nothing')).status).toBe(401)
    const cookie = (await login('a long enough password')).headers.getSetCookie()[0]!.split(';')[0]!
    const lines = await (await fetch(`${second.url}/api/export?site_id=default&format=ndjson`, { headers: { cookie } })).text()
    expect(lines.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { url: string }).url)).toEqual(['https://shop.example/'])
    await second.stop()
  })

  test('hits that come at once share values, and each is answered', async () => {
    const worker = await start('many', {})
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => post(worker, { url: `https://shop.example/${i}` }, `198.51.100.${i}`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201))
    expect((await storedKeys(worker)).filter((key) => key.includes('batch')).length).toBeLessThan(50)
    await worker.stop()
  })

  test.each([
    ['a short password', { TREADLIGHT_PASSWORD: 'too short' }, /TREADLIGHT_PASSWORD: must be 16 to 1024 characters/],
    ['a mistyped setting', { TREADLIGHT_RETENTION_ANONYMUS: '30' }, /TREADLIGHT_RETENTION_ANONYMUS: there is no such setting; did you mean TREADLIGHT_RETENTION_ANONYMOUS/],
    ['a file', { TREADLIGHT_STORE_TYPE: 'ndjson' }, /a Worker has no files/],
    ['a driver that needs a socket', { TREADLIGHT_STORAGE_DRIVER: 'redis' }, /not to be had in a Worker/],
  ])('it does not start with %s, and its log says why', async (_, env, message) => {
    const worker = await start('wrong', env)
    const answer = await post(worker, { url: 'https://shop.example/' })
    expect([answer.status, answer.headers.get('x-hit')]).toEqual([503, null])
    await expect.poll(() => worker.output()).toMatch(message)
    await worker.stop()
  })

  test('without a password hits are counted, and nobody can log in', async () => {
    const worker = await start('none', {})
    expect((await post(worker, { url: 'https://shop.example/' })).status).toBe(201)
    expect((await ask(worker, '/api/login', { password: 'a long enough password' })).status).toBe(401)
    await expect.poll(() => worker.output()).toContain('npx wrangler secret put TREADLIGHT_PASSWORD')
    await worker.stop()
  })

  test('wrangler.jsonc names what the Worker is given', () => {
    const wrangler = JSON.parse(readFileSync(join(deploy, 'wrangler.jsonc'), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')) as Record<string, never>
    expect(wrangler).toMatchObject({
      main: 'src/index.ts',
      compatibility_flags: ['nodejs_compat'],
      r2_buckets: [{ binding: 'BUCKET' }],
      durable_objects: { bindings: [{ name: 'COLLECTOR', class_name: 'Collector' }] },
      migrations: [{ new_sqlite_classes: ['Collector'] }],
      triggers: { crons: ['* * * * *'] },
    })
  })

  function start(name: string, env: Record<string, string>): Promise<RunningWorker> {
    return runWorker(bundle.script, collectorOptions(join(folder, name), { TREADLIGHT_RETENTION_ANONYMOUS: settings['TREADLIGHT_RETENTION_ANONYMOUS']!, ...env }))
  }
})

function post({ url }: RunningWorker, hit: object, address = '192.0.2.1'): Promise<Response> {
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'cf-connecting-ip': address }
  return fetch(`${url}/hit`, { method: 'POST', body: JSON.stringify(hit), headers })
}

function ask({ url }: RunningWorker, path: string, body: object): Promise<Response> {
  return fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
}

async function schedule({ miniflare }: RunningWorker): Promise<void> {
  const worker = (await miniflare.getWorker()) as unknown as { scheduled(event: object): Promise<unknown> }
  await worker.scheduled({ scheduledTime: new Date(), cron: '* * * * *' })
}

async function storedKeys({ miniflare }: RunningWorker): Promise<string[]> {
  const bucket = (await miniflare.getR2Bucket('BUCKET')) as unknown as { list(): Promise<{ objects: { key: string }[] }> }
  return (await bucket.list()).objects.map(({ key }) => key)
}
