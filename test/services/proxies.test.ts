import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installPackages } from '../../scripts/installPackages.ts'
import { freePort, startCollector, type CollectorProcess } from '../process/collectorProcess.ts'

/** deploy/Caddyfile and deploy/nginx.conf in the real servers: what differs here are ports, certificates and the folder of the shop. */
const read = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8')

interface Places {
  folder: string
  /** Of the collector, and of the proxy. */
  upstream: string
  port: number
}

const proxies = {
  nginx: {
    check: ['nginx', '-v'],
    write({ folder, upstream, port }: Places): string[] {
      const ours = read('nginx.conf')
        .replaceAll('127.0.0.1:4600', upstream)
        .replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
        .replaceAll(/\/etc\/ssl\/\w+\.example\.com\.(pem|key)/g, `${folder}/cert.$1`)
        .replace('/var/www/shop', `${folder}/shop`)
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
      writeFileSync(join(folder, 'nginx.conf'), `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary}\n${ours}\n}`)
      return ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')]
    },
  },
  caddy: {
    check: ['caddy', 'version'],
    write({ folder, upstream, port }: Places): string[] {
      const ours = read('Caddyfile')
        .replaceAll('127.0.0.1:4600', upstream)
        .replaceAll(/^(\w+\.example\.com) \{$/gm, `https://$1:${port} {\n\tbind 127.0.0.1\n\ttls ${folder}/cert.pem ${folder}/cert.key`)
        .replace('/var/www/shop', `${folder}/shop`)
      writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n\tgrace_period 1s\n\tstorage file_system ${folder}/caddy\n}\n${ours}`)
      return ['caddy', 'run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
    },
  },
}

const isThere = ([program, ...args]: string[]): boolean => spawnSync(program!, args).error === undefined
/** Of these, what may not be installed is skipped. */
const missing = Object.entries(proxies).filter(([, { check }]) => !isThere(check)).map(([name]) => name)
if (missing.length > 0) installPackages(missing)

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

interface Ask {
  path: string
  host?: string
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Told of each piece of the answer; true ends it. */
  onPiece?: (text: string) => boolean
}

/** A visitor at an address of their own: all of 127.0.0.0/8 is this machine. */
const visitor = '127.1.2.3'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describe.each(Object.keys(proxies) as (keyof typeof proxies)[])('behind %s', (name) => {
  const isHere = isThere(proxies[name].check)
  let folder: string
  let port: number
  let collector: CollectorProcess
  let proxy: ChildProcess
  let output = ''

  function ask({ path, host = 'stats.example.com', method = 'GET', headers = {}, body, onPiece }: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method, servername: host, rejectUnauthorized: false, localAddress: visitor, agent: false, headers: { host: `${host}:${port}`, 'user-agent': firefox, ...headers } },
        (answer) => {
          let text = ''
          const done = (): void => resolve({ status: answer.statusCode!, headers: answer.headers, body: text })
          answer.on('data', (chunk: Buffer) => {
            text += chunk.toString()
            if (onPiece?.(text) === true) sent.destroy()
          })
          answer.on('end', done)
          answer.on('close', done)
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
  const json = { 'content-type': 'application/json' }
  const sendHit = (host: string, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask({ path: '/hit', host, method: 'POST', headers, body: JSON.stringify({ url: `https://shop.example.com${path}` }) })

  async function logIn(): Promise<string> {
    const answer = await ask({ path: '/api/login', method: 'POST', headers: { ...json, origin: `https://stats.example.com:${port}` }, body: JSON.stringify({ password: collector.password }) })
    expect([answer.status, answer.body]).toEqual([204, ''])
    return answer.headers['set-cookie']!.map((line) => line.split(';')[0]).join('; ')
  }

  beforeAll(async () => {
    if (!isHere) return
    folder = mkdtempSync(join(tmpdir(), `treadlight-${name}-`))
    mkdirSync(join(folder, 'shop'))
    writeFileSync(join(folder, 'shop/index.html'), 'the shop')
    // Workers of nginx that root starts are nobody's.
    execFileSync('chmod', ['-R', 'a+rX', folder])
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=example.com', '-keyout', join(folder, 'cert.key'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' })
    port = await freePort()
    // The visitor of this test is on this machine too, which the default would take for another proxy.
    collector = await startCollector({ data: join(folder, 'data'), env: { TREADLIGHT_TRUST_PROXIES: '127.0.0.1', TREADLIGHT_ADDRESS: 'cut' } })
    const [program, ...args] = proxies[name].write({ folder, upstream: new URL(collector.url).host, port })
    proxy = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } })
    proxy.stdout!.on('data', (chunk) => (output += chunk))
    proxy.stderr!.on('data', (chunk) => (output += chunk))
    for (let attempt = 0; ; attempt++) {
      if ((await ask({ path: '/api/health' }).catch(() => undefined))?.status === 200) break
      if (attempt === 100 || proxy.exitCode !== null) throw new Error(`${name} did not start:\n${output}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
  afterAll(async () => {
    if (!isHere) return
    proxy?.kill()
    if (proxy?.exitCode === null) await once(proxy, 'exit')
    await collector?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test.skipIf(!isHere)('log-in, dashboard, realtime and downloads work, and the address is the visitor’s, whatever they say', async () => {
    const cookie = await logIn()
    expect(cookie).toMatch(/^__Host-treadlight=/)
    const page = await ask({ path: '/dashboard/' })
    expect(page).toMatchObject({ status: 200, headers: { 'strict-transport-security': 'max-age=31536000' } })
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")

    // One at once, and one soon after each hit: not when a buffer is full.
    let events = 0
    let sentAt = 0
    let seenAt = 0
    const stream = ask({
      path: '/api/realtime?site_id=default',
      headers: { cookie, accept: 'text/event-stream', 'accept-encoding': 'gzip' },
      onPiece(text) {
        events = text.split('event: realtime').length - 1
        if (events === 1 && sentAt === 0) {
          sentAt = Date.now()
          void sendHit('stats.example.com', '/one', { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' })
        }
        seenAt = Date.now()
        return events === 2
      },
    })
    expect((await stream).headers).toMatchObject({ 'content-type': expect.stringContaining('text/event-stream') as string })
    expect(events).toBe(2)
    expect(seenAt - sentAt).toBeLessThan(3000)

    const exported = await ask({ path: '/api/export?site_id=default&format=ndjson', headers: { cookie } })
    expect(exported.status).toBe(200)
    expect(exported.body.split('\n').filter(Boolean).map((line) => JSON.parse(line) as object)).toMatchObject([{ path: '/one', address: '127.1.2.0', browser: 'Firefox' }])

    const asked = await ask({ path: '/api/v2/query', method: 'POST', headers: { ...json, cookie, origin: `https://stats.example.com:${port}` }, body: JSON.stringify({ site_id: 'default', metrics: ['pageviews'], date_range: 'day' }) })
    expect(JSON.parse(asked.body)).toMatchObject({ results: [{ metrics: [1] }] })
    // What comes with a cookie from another site changes nothing.
    expect((await ask({ path: '/api/goals', method: 'POST', headers: { ...json, cookie, origin: 'https://evil.example' }, body: '{}' })).status).toBe(403)
    // Without TLS between visitor and proxy there would be no such cookie; a visitor cannot say so.
    expect((await ask({ path: '/api/login', method: 'POST', headers: { ...json, 'x-forwarded-proto': 'http' }, body: JSON.stringify({ password: collector.password }) })).headers['set-cookie']![0]).toMatch(/^__Host-/)
  }, 30_000)

  test.skipIf(!isHere)('under the paths of the site: the script and the hits, and nothing else', async () => {
    const host = 'shop.example.com'
    expect(await ask({ path: '/t.js', host })).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('javascript') as string } })
    expect(JSON.parse((await sendHit(host, '/two')).body)).toMatchObject({ stored: 1 })
    expect((await ask({ path: '/', host })).body).toBe('the shop')
    expect((await ask({ path: '/api/health', host })).status).toBe(404)
    expect((await ask({ path: '/dashboard/', host })).status).toBe(404)
  })

  test.skipIf(!isHere)('a body that nobody would take is refused, as too long; one of 64 kB goes through', async () => {
    // The collector answers 413 and closes before it has all of it, which a proxy that is still sending may take for a failure.
    expect([413, 502]).toContain((await ask({ path: '/hit', method: 'POST', body: 'x'.repeat(100_000) })).status)
    const hits = Array.from({ length: 150 }, (_, at) => ({ url: `https://shop.example.com/${at}?${'q'.repeat(300)}` }))
    expect(JSON.parse((await ask({ path: '/hit', method: 'POST', body: JSON.stringify(hits) })).body)).toMatchObject({ stored: 150 })
  })
})
