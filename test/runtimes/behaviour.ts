import { signUser } from '@treadlight/protocol'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { userSecret, type Running, type Runtime } from './runtime.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const day = 86_400_000

/** What a collector does, on whatever runtime: over HTTP alone, in this order. */
export function testRuntime(runtime: Runtime): void {
  describe(runtime.name, () => {
    const folder = mkdtempSync(join(tmpdir(), `treadlight-${runtime.name}-`))
    const received: { url: string }[] = []
    let hook: Server
    let running: Running
    let password = ''
    let cookie = ''
    let address = 1

    beforeAll(async () => {
      hook = createServer(async (request, response) => {
        received.push(...(JSON.parse((await request.setEncoding('utf8').toArray()).join('')) as { url: string }[]))
        response.writeHead(204).end()
      }).listen(0, '127.0.0.1')
      await once(hook, 'listening')
      running = await start()
      password = running.password
    }, 60_000)
    afterAll(async () => {
      await running?.stop()
      hook.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    })

    const start = (env: Record<string, string> = {}): Promise<Running> =>
      runtime.start({ folder: join(folder, 'collector'), webhook: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hits`, env })

    test('a hit is stored, its repetition is known, and what is none is refused by name', async () => {
      const hit = { id: idAt(Date.now()), url: 'https://shop.example/first', title: 'First', referrer: 'https://search.example/' }
      const first = await post(hit)
      expect([first.status, await first.json()]).toMatchObject([201, { stored: 1, duplicate: 0 }])
      expect(Math.abs(Number(first.headers.get('x-hit')) - Date.now())).toBeLessThan(5000)
      expect(await (await post(hit)).json()).toMatchObject({ stored: 0, duplicate: 1 })
      const refused = await post({ title: 'nowhere' })
      expect([refused.status, await refused.json()]).toMatchObject([400, { refused: [{ index: 0, field: 'url' }] }])
      const batch = await post({ sentAt: new Date().toISOString(), hits: [{ url: 'https://shop.example/a' }, { url: 'https://shop.example/b' }, { url: 7 }] })
      expect([batch.status, await batch.json()]).toMatchObject([201, { stored: 2, refused: [{ index: 2, field: 'url' }] }])
      expect((await request('/hit')).status).toBe(405)
      expect((await request('/hit', { method: 'POST', body: 'zipped', headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    })

    test.each([80_000, 3_000_000])('a body of %d bytes is refused in a way that the tracker may forget it', async (bytes) => {
      // Who answers before the body is through may close the connection under a sender that still writes: Bun does, now and then.
      // Only that is tried again: a wrong answer is one.
      const send = () => request('/hit', { method: 'POST', body: 'x'.repeat(bytes) })
      const answer = await send().catch(send).catch(send).catch(send)
      expect([answer.status, answer.headers.has('x-hit')]).toEqual([413, true])
    })

    test('one address alone is held up, when it asks too often', async () => {
      const visitor = from(200)
      const answers = await Promise.all(Array.from({ length: 80 }, () => request('/hit', { method: 'POST', body: '{}', headers: visitor })))
      expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(5)
      expect(answers.find(({ status }) => status === 429)!.headers.has('retry-after')).toBe(true)
      expect((await post({ url: 'https://shop.example/other' })).status).toBe(201)
    })

    test('the page, the tracker and its files are served', async () => {
      const page = await request('/dashboard/')
      const html = await page.text()
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      const script = /src="([^"]+\.js)"/.exec(html)![1]!
      expect((await request(new URL(script, `${running.url}/dashboard/`).pathname)).status).toBe(200)
      const tracker = await request('/t.js', { headers: { 'accept-encoding': 'br' } })
      expect(await tracker.text()).toContain('/hit')
      const again = await request('/t.js', { headers: { 'if-none-match': tracker.headers.get('etag')! } })
      expect(again.status).toBe(304)
      expect(await (await request('/api/health')).json()).toMatchObject({ ok: true, durability: runtime.isProcess ? 'synced' : 'acknowledged' })
    })

    test('the first owner logs in, and nobody else', async () => {
      expect((await logIn('not the password')).status).toBe(401)
      const answer = await logIn(password)
      expect(answer.status).toBe(204)
      cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
      expect(await (await request('/api/session', { headers: { cookie } })).json()).toMatchObject({ user: 'admin', role: 'owner' })
      expect((await request('/api/session')).status).toBe(401)
    })

    test('what is stored is counted, by the client’s address, and is there after a kill', async () => {
      expect(await query(['visitors', 'pageviews'])).toEqual([3, 4])
      await running.kill()
      running = await start()
      expect(await query(['visitors', 'pageviews'])).toEqual([3, 4])
      expect(await query(['pageviews'], 'visit:source')).toEqual([3, 1])
    })

    test('a user whom a token vouches for is known, and erased', async () => {
      const token = await signUser({ user: 'ada', session: 'a-session' }, userSecret)
      expect((await post({ url: 'https://shop.example/account', user: token })).status).toBe(201)
      expect(await exported('user=ada')).toHaveLength(1)
      const erased = await ask('/api/erase', { site_id: 'default', user: 'ada' })
      expect(erased.status).toBe(200)
      expect(await exported('user=ada')).toHaveLength(0)
      expect(await query(['pageviews'])).toEqual([4])
    })

    test('an export has every hit, in each format', async () => {
      expect((await exported()).map(({ url }) => url).toSorted()).toEqual(['a', 'b', 'first', 'other'].map((path) => `https://shop.example/${path}`))
      expect((await (await request('/api/export?site_id=default&format=csv', { headers: { cookie } })).text()).split('\n').filter(Boolean)).toHaveLength(5)
      const parquet = new Uint8Array(await (await request('/api/export?site_id=default&format=parquet', { headers: { cookie } })).arrayBuffer())
      expect(new TextDecoder().decode(parquet.slice(-4))).toBe('PAR1')
    })

    test('upkeep compacts, and what is too old is pruned', async () => {
      expect((await post({ url: 'https://shop.example/old', timestamp: new Date(Date.now() - 4 * day).toISOString() })).status).toBe(201)
      expect(await exported()).toHaveLength(5)
      const pruned = await ask('/api/tasks/prune', {})
      expect([pruned.status, await pruned.json()]).toMatchObject([200, { anonymous: 1 }])
      expect(await (await ask('/api/tasks/maintain', {})).json()).toBeTypeOf('object')
      expect(await exported()).toHaveLength(4)
    })

    test('another product’s client is understood', async () => {
      const body = JSON.stringify({ name: 'pageview', domain: 'default', url: 'https://shop.example/dialect' })
      expect((await request('/api/event', { method: 'POST', body, headers: { ...from(address++), 'user-agent': firefox } })).status).toBe(202)
      // With the sum that stays of what was pruned.
      await expect.poll(() => query(['pageviews'])).toEqual([6])
    })

    test('what is stored reaches a destination, but not who is erased', async () => {
      await expect.poll(() => received.map(({ url }) => url), { timeout: 20_000, interval: 200 }).toContain('https://shop.example/dialect')
      expect(received.map(({ url }) => url)).not.toContain('https://shop.example/account')
    })

    test('the present is told as it changes', async () => {
      const stop = new AbortController()
      const stream = await request('/api/realtime?site_id=default', { headers: { cookie }, signal: stop.signal })
      const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
      const next = async (): Promise<{ visitors: number }> => JSON.parse(/data: (.*)/.exec((await reader.read()).value ?? '')![1]!) as { visitors: number }
      const before = await next()
      await post({ url: 'https://shop.example/now' })
      expect((await next()).visitors).toBe(before.visitors + 1)
      stop.abort()
    })

    test('the metrics are told to a token of theirs', async () => {
      const { token } = (await (await ask('/api/tokens', { name: 'monitor', scopes: ['metrics'] })).json()) as { token: string }
      const metrics = await request('/metrics', { headers: { authorization: `Bearer ${token}` } })
      expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringMatching(new RegExp(`treadlight_build_info\\{version="[^"]+",runtime="${runtime.name.replace(/\d+$/, '')}[^"]*"\\} 1`))])
    })

    test('SS19, SS34: a site’s server counts its pages, for the visitor', async () => {
      const { token } = (await (await ask('/api/tokens', { name: 'shop', scopes: ['hits'] })).json()) as { token: string }
      const shop = await runtime.startShop({ folder: join(folder, 'collector'), collector: running.url, token })
      try {
        const asBrowser = { accept: 'text/html', 'sec-fetch-dest': 'document', 'user-agent': firefox, ...from(90) }
        expect(await (await fetch(`${shop.url}/cats`, { headers: asBrowser })).text()).toContain('<h1>Shop</h1>')
        await fetch(`${shop.url}/order`, { headers: asBrowser })
        const theirs = async () => (await exported()).filter(({ url }) => url.startsWith(shop.url))
        await expect.poll(async () => (await theirs()).map(({ type, name, title }) => `${type} ${name ?? title}`).toSorted(), { timeout: 15_000 }).toEqual(['event order', 'pageview Shop'])
        expect((await theirs()).every((hit) => hit['origin'] === 'server')).toBe(true)
      } finally {
        await shop.stop()
      }
    })

    test.skipIf(!runtime.isProcess)('a stop answers the request that is on its way, stores it, and ends with 0', async () => {
      const { port } = new URL(running.url)
      const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
      const body = JSON.stringify({ url: 'https://shop.example/last', title: 'Last' })
      socket.write(`POST /hit HTTP/1.1\r\nhost: shop\r\nx-forwarded-for: 192.0.2.99\r\nuser-agent: ${firefox}\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`)
      await once(socket, 'connect').catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 200))
      const stopped = running.stop()
      await new Promise((resolve) => setTimeout(resolve, 200))
      socket.write(body.slice(10))
      let answer = ''
      for await (const text of socket) answer += text
      expect(answer).toMatch(/^HTTP\/1.1 201/)
      expect(await stopped).toBe(0)
      expect(running.output()).toContain('Every hit that was answered 201 is stored')
      running = await start()
      expect((await exported()).some(({ url }) => url.endsWith('/last'))).toBe(true)
    })

    test.skipIf(!runtime.isProcess)('two processes share the port and the storage, SQLite where it is there', async () => {
      await running.stop()
      const sqlite = { TREADLIGHT_STORAGE_DRIVER: 'sqlite', TREADLIGHT_STORAGE_PATH: join(folder, 'collector', 'hits.sqlite') }
      const env = { TREADLIGHT_METRICS: 'open', TREADLIGHT_LIMITS_PER_ADDRESS: '0', ...(runtime.hasSqlite && sqlite) }
      if (!runtime.sharesPort) await expect(start({ TREADLIGHT_WORKERS: '2' })).rejects.toThrow('cannot share a port')
      running = await start({ ...env, ...(runtime.sharesPort && { TREADLIGHT_WORKERS: '2' }) })
      await expect.poll(async () => (await request('/metrics')).text(), { timeout: 15_000, interval: 200 }).toContain(`treadlight_processes ${runtime.sharesPort ? 2 : 1}`)
      const statuses = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await post({ url: `https://shop.example/shared/${i}` })).status))
      expect(statuses).toEqual(Array(20).fill(201))
      cookie = (await logIn(running.password || password)).headers.getSetCookie()[0]!.split(';')[0]!
      expect((await exported()).filter(({ url }) => url.includes('/shared/'))).toHaveLength(20)
      expect(await running.stop()).toBe(0)
      running = await start()
    })

    /** Each test has a visitor of its own: both headers, of which each runtime believes one. */
    function from(number: number): Record<string, string> {
      return { 'x-forwarded-for': `192.0.2.${number}`, 'cf-connecting-ip': `192.0.2.${number}` }
    }

    function post(body: object): Promise<Response> {
      return request('/hit', { method: 'POST', body: JSON.stringify(body), headers: { 'user-agent': firefox, ...from(address++) } })
    }

    /** What is in front of Workers here sometimes closes a connection in the moment in which it is used again. */
    async function request(path: string, init?: RequestInit): Promise<Response> {
      const ask = (): Promise<Response> => fetch(running.url + path, init)
      return ask().catch((error: Error & { cause?: { code?: string } }) => {
        if (runtime.isProcess || error.cause?.code !== 'ECONNRESET') throw error
        return ask()
      })
    }

    function ask(path: string, body: object): Promise<Response> {
      return request(path, { method: 'POST', body: JSON.stringify(body), headers: { cookie, 'content-type': 'application/json' } })
    }

    function logIn(given: string): Promise<Response> {
      return request('/api/login', { method: 'POST', body: JSON.stringify({ password: given }), headers: { 'content-type': 'application/json' } })
    }

    async function query(metrics: string[], ...dimensions: string[]): Promise<number[]> {
      const answer = await ask('/api/v2/query', { site_id: 'default', metrics, date_range: '7d', dimensions })
      const { results } = (await answer.json()) as { results: { metrics: number[] }[] }
      return dimensions.length === 0 ? results[0]!.metrics : results.map((row) => row.metrics[0]!)
    }

    async function exported(where = ''): Promise<({ url: string; type: string; title?: string; name?: string } & Record<string, unknown>)[]> {
      const answer = await request(`/api/export?site_id=default&format=ndjson&${where}`, { headers: { cookie } })
      return (await answer.text()).split('\n').filter(Boolean).map((line) => JSON.parse(line))
    }
  })
}

/** A UUIDv7 of that time. @param time ms since 1970 */
function idAt(time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
