import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli } from '../collector/runCli.ts'
import { blocksOf } from '../docs/documents.ts'
import { freePort, startCollector } from '../process/collectorProcess.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'

// The blocks of docs/proxying.md and docs/import.md for nginx and Caddy, in the real servers: ports and TLS differ. `proxies.test.ts`,
// which does the same for the files of deploy, installs them where they are missing.

const isThere = (program: string): boolean => spawnSync(program, ['-h']).error === undefined
const find = (page: string, language: string, has: string): string => blocksOf(page).find((block) => block.language === language && block.code.includes(has))!.code
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

interface Collector {
  url: string
  /** Folder of its data. */
  data: string
}

async function openCollector(folder: string): Promise<Collector> {
  const data = join(folder, 'data')
  const collector = await startCollector({ data, env: { TREADLIGHT_ADDRESS: 'cut' } })
  closers.push(() => collector.stop())
  return { url: collector.url, data }
}

/** Runs a proxy until the test ends; resolves once it answers. */
async function startProxy(program: string, args: string[], folder: string, port: number): Promise<string> {
  const proxy = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } })
  let output = ''
  for (const stream of [proxy.stdout, proxy.stderr]) stream.on('data', (chunk) => (output += chunk))
  closers.unshift(async () => {
    proxy.kill()
    if (proxy.exitCode === null) await once(proxy, 'exit')
  })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; ; attempt++) {
    if (await fetch(url).catch(() => undefined)) return url
    if (attempt === 100 || proxy.exitCode !== null) throw new Error(`${program} did not start:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** @param servers what stands in `http` */
async function startNginx(servers: string): Promise<{ url: string; folder: string; collector: Collector }> {
  const folder = await createTemporaryDirectory()
  const collector = await openCollector(folder)
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
  const ours = servers
    .replaceAll('127.0.0.1:4600', new URL(collector.url).host)
    .replaceAll(/listen 443 ssl;/g, `listen 127.0.0.1:${port};`)
    .replaceAll(/^\s*ssl_certificate.*\n/gm, '')
    .replaceAll('PORT', `127.0.0.1:${port}`)
    .replaceAll('FOLDER', folder)
  writeFileSync(join(folder, 'nginx.conf'), `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary}\n${ours}\n}`)
  return { url: await startProxy('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], folder, port), folder, collector }
}

/** A hit through the proxy; answers what of the visitor's address is stored. */
async function storedAddress(url: string, path: string, { collector, headers = {} }: { collector: Collector; headers?: Record<string, string> }): Promise<string | undefined> {
  const sent = await fetch(new URL(path, url), { method: 'POST', headers: { 'user-agent': firefox, ...headers }, body: JSON.stringify({ url: 'https://shop.example/' }) })
  expect([sent.status, sent.headers.has('x-hit')]).toEqual([201, true])
  const { out } = await runCli('/', ['export', '--data', collector.data])
  return (JSON.parse(out.trim().split('\n').at(-1)!) as { address?: string }).address
}

describe('docs/proxying.md and docs/import.md', () => {
  const hasNginx = isThere('nginx')
  const hasCaddy = isThere('caddy')

  test.skipIf(!hasNginx)('nginx, paths of the site: the script and the hits', async () => {
    const { url, collector } = await startNginx(`server { listen PORT; ${find('docs/proxying.md', 'nginx', 'location ~ ^/(t')} }`)
    expect(await (await fetch(`${url}/t.js`)).text()).toBe(await (await fetch(`${collector.url}/t.js`)).text())
    expect(await storedAddress(url, '/hit', { collector, headers: { 'x-forwarded-for': '203.0.113.9' } })).not.toBe('203.0.113.0')
    expect((await fetch(`${url}/dashboard/`)).status).toBe(404)
  })

  test.skipIf(!hasNginx)('nginx, names of one’s own', async () => {
    const { url, collector } = await startNginx(`server { listen PORT; ${find('docs/proxying.md', 'nginx', 'location = /js/app.js')} }`)
    expect(await (await fetch(`${url}/js/app.js`)).text()).toBe(await (await fetch(`${collector.url}/t.js`)).text())
    expect(await storedAddress(url, '/in', { collector })).toBeDefined()
    expect((await fetch(`${url}/hit`)).status).toBe(404)
  })

  test.skipIf(!hasNginx)('nginx believes an edge that has the key, and nobody else', async () => {
    const { url, collector } = await startNginx(find('docs/proxying.md', 'nginx', 'map $http_x_edge_key'))
    const edge = { 'x-forwarded-for': '203.0.113.9' }
    expect(await storedAddress(url, '/hit', { collector, headers: { ...edge, 'x-edge-key': 'a-long-random-text' } })).toBe('203.0.113.0')
    expect(await storedAddress(url, '/hit', { collector, headers: { ...edge, 'x-edge-key': 'a guess' } })).not.toBe('203.0.113.0')
  })

  test.skipIf(!hasNginx)('nginx writes a log that import reads', async () => {
    const format = find('docs/import.md', 'nginx', 'log_format treadlight')
    const { url, folder } = await startNginx(`${format}\nserver { listen PORT; access_log FOLDER/access.json treadlight; location / { default_type text/html; return 200 "a page"; } }`)
    await fetch(`${url}/page`, { headers: { 'user-agent': firefox, accept: 'text/html' } })
    await expect.poll(() => readFileSync(join(folder, 'access.json'), 'utf8').includes('/page')).toBe(true)
    const { code, out, err } = await runCli(folder, ['import', '--dry-run', '--json', '--driver', 'fs', '--data', join(folder, 'other'), join(folder, 'access.json')])
    expect([code, err.includes('rror')]).toEqual([0, false])
    expect(JSON.parse(out)).toMatchObject({ refused: {} })
    expect(JSON.parse(out)).not.toMatchObject({ days: 0 })
  })

  test.skipIf(!hasCaddy)('Caddy, a host of its own, and names of one’s own', async () => {
    const folder = await createTemporaryDirectory()
    const collector = await openCollector(folder)
    mkdirSync(join(folder, 'shop'))
    writeFileSync(join(folder, 'shop/index.html'), 'the shop')
    const port = await freePort()
    const write = (has: string): string =>
      find('docs/proxying.md', 'caddyfile', has)
        .replaceAll('127.0.0.1:4600', new URL(collector.url).host)
        .replace(/^\w+\.example\.com \{$/m, `http://127.0.0.1:${port} {\n\tbind 127.0.0.1`)
        .replace('/var/www/shop', `${folder}/shop`)
    const start = async (has: string): Promise<string> => {
      writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tgrace_period 1s\n\tstorage file_system ${folder}/caddy\n}\n${write(has)}`)
      return startProxy('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], folder, port)
    }
    const whole = await start('flush_interval')
    expect((await fetch(`${whole}/api/health`)).status).toBe(200)
    await closers.shift()!()

    const url = await start('handle /js/app.js')
    expect(await (await fetch(`${url}/js/app.js`)).text()).toBe(await (await fetch(`${collector.url}/t.js`)).text())
    expect(await storedAddress(url, '/in', { collector })).toBeDefined()
    expect(await (await fetch(`${url}/`)).text()).toBe('the shop')
  })
})
