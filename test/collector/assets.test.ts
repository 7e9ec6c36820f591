import * as small from '@treadlight/tracker/script'
import * as full from '@treadlight/tracker/script-full'
import * as pagetimer from '@treadlight/tracker/script-pagetimer'
import * as server from '@treadlight/tracker/script-server'
import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createTestCollector } from './collector.ts'

const { request } = createTestCollector()
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => request(path, { headers })

describe.each([
  ['t', small],
  ['t.full', full],
  ['pagetimer', pagetimer],
  ['t.server', server],
])('/%s.js', (name, { script, integrity }) => {
  const path = `/${name}.js`

  test('is the tracker, for pages of any origin', async () => {
    const response = await get(path)
    expect(await response.text()).toBe(script)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    // A new version reaches every page the same day.
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600, stale-while-revalidate=86400')
  })

  test.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ])('to who accepts %j it goes as %s', async (accepted, encoding, decode) => {
    const response = await get(path, { 'accept-encoding': accepted })
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(response.headers.get('vary')).toBe('accept-encoding')
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.length).toBeLessThan(script.length * 0.8)
    expect(decode(bytes).toString()).toBe(script)
  })

  test.each(['', 'identity', 'gzip;q=0', 'brotli'])('to who accepts %j it goes plain', async (accepted) => {
    expect((await get(path, { 'accept-encoding': accepted })).headers.has('content-encoding')).toBe(false)
  })

  test('is not sent again to who has it', async () => {
    const etag = (await get(path)).headers.get('etag')!
    const response = await get(path, { 'if-none-match': etag })
    expect([response.status, await response.text()]).toEqual([304, ''])
  })

  test('its json says where it stays as it is for ever, and its integrity', async () => {
    const json = await get(`/${name}.json`)
    expect(json.headers.get('content-type')).toBe('application/json')
    expect(json.headers.get('access-control-allow-origin')).toBe('*')
    // Asked anew by each build of a site.
    expect(json.headers.get('cache-control')).toBe('no-cache')
    const told = (await json.json()) as { src: string; integrity: string }
    expect(told.integrity).toBe(integrity)
    expect(told.src).toMatch(new RegExp(`^/${name}-[\\w.-]{16}\\.js$`))

    const pinned = await get(told.src)
    expect(pinned.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(pinned.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    // Integrity is checked only of what CORS lets a page read.
    expect(pinned.headers.get('access-control-allow-origin')).toBe('*')
    const body = await pinned.text()
    expect(`sha384-${createHash('sha384').update(body).digest('base64')}`).toBe(told.integrity)
    expect(body).toBe(script)
  })

  test('no other version is pinned', async () => {
    expect((await get(`/${name}-0000000000000000.js`)).status).toBe(404)
  })
})

describe('the dashboard', () => {
  test('input 32: loads nothing from elsewhere, runs nothing inline, and is framed by nobody', async () => {
    const response = await get('/dashboard/')
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('the page is looked at anew, what it loads is kept for ever', async () => {
    const page = await get('/dashboard/')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const name = /assets\/app-[\w-]+\.js/.exec(await page.text())![0]
    const app = await get(`/dashboard/${name}`)
    expect(app.status).toBe(200)
    expect(app.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test.each(['/', '/dashboard'])('%s leads to it', async (path) => {
    const response = await get(path)
    expect([response.status, response.headers.get('location')]).toEqual([302, 'dashboard/'])
  })

  test.each(['/dashboard/../package.json', '/dashboard/%2e%2e/package.json', '/dashboard/assets/', '/dashboard/assets/..%2findex.html', '/data/account'])(
    '%s is nothing',
    async (path) => {
      const response = await get(path)
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual({ error: 'There is nothing at this address' })
    },
  )
})
