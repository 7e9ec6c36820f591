import { assets } from '@treadlight/dashboard'
import * as card from '@treadlight/dashboard/card'
import * as small from '@treadlight/tracker/script'
import * as full from '@treadlight/tracker/script-full'
import * as pagetimer from '@treadlight/tracker/script-pagetimer'
import * as server from '@treadlight/tracker/script-server'
import type { H3Event } from 'h3'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { FastResponse } from 'srvx'
import type { Shares } from '../admin/shares.ts'
import { isWorkers } from '../installation/isNode.ts'
import { baseOf } from './base.ts'
import { noSuchShare, secretOf } from './authorize.ts'
import { privateHeaders } from './respond.ts'
import { sharePath, type Routes } from './routes.ts'

/** The page loads nothing from elsewhere and runs nothing inline. */
const pagePolicy: string = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
].join('; ')

const pageHeaders = {
  'content-security-policy': pagePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}

const year = 31_536_000

interface Asset {
  type: string
  body: string
  cache: string
  headers: Record<string, string>
}

/**
 * The tracker's scripts and the dashboard, from a map that is fixed at build time: there is no path to traverse. The dashboard
 * is below share links too, since it finds the API relative to itself.
 *
 * @param base the path before all addresses
 */
export function addAssetRoutes(routes: Routes, shares: Shares, base = ''): void {
  addScript(routes, base, 't', small)
  addScript(routes, base, 't.full', full)
  addScript(routes, base, 'pagetimer', pagetimer)
  addScript(routes, base, 't.server', server)
  addScript(routes, base, 'card', card)

  for (const [name, { type, body, immutable }] of Object.entries(assets)) {
    const isPage = name === 'index.html'
    const path = isPage ? '/dashboard/' : `/dashboard/${name}`
    const cache = immutable ? `public, max-age=${year}, immutable` : 'no-cache'
    const asset = { type, body, cache, headers: pageHeaders }
    serveAsset(routes, path, asset)
    const shared = { ...asset, headers: { ...pageHeaders, 'x-robots-tag': 'noindex' } }
    serveAsset(routes, sharePath + path, shared, isPage ? async (event) => ((await shares.find(secretOf(event))) ? undefined : noSharePage()) : undefined)
  }
  // Relative where the path may be a proxy's; below an app's it may have come without its slash.
  routes.add('GET', '/', 'public', (event) => redirect(baseOf(event) === '' ? 'dashboard/' : `${baseOf(event)}/dashboard/`))
}

/**
 * A script under its name, an hour long, so that a new version reaches every page the same day; and for pages that pin
 * what they load (`integrity`) under its hash, for ever. `NAME.json` says where and what that is.
 */
function addScript(routes: Routes, base: string, name: string, { script, integrity }: typeof small): void {
  const pinned = `/${name}-${integrity.slice(7, 23).replace(/[+/]/g, '_')}.js`
  const asset = {
    type: 'text/javascript; charset=utf-8',
    body: script,
    cache: 'public, max-age=3600, stale-while-revalidate=86400',
    headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
  }
  serveAsset(routes, `/${name}.js`, asset)
  serveAsset(routes, pinned, { ...asset, cache: `public, max-age=${year}, immutable` })
  serveAsset(routes, `/${name}.json`, { ...asset, type: 'application/json', body: JSON.stringify({ src: base + pinned, integrity }), cache: 'no-cache' })
}

/** @param refuse answers what to say instead, or undefined */
function serveAsset(routes: Routes, path: string, { type, body, cache, headers: more }: Asset, refuse?: (event: H3Event) => Promise<Response | undefined>): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const headers = {
    'content-type': type,
    'cache-control': cache,
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    etag,
    ...more,
  }
  const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  routes.add('GET', path, 'public', async (event) => {
    // h3 takes `/dashboard` and `/dashboard/` for one route, but the page's relative links need the latter.
    if (event.url.pathname.endsWith('/') !== path.endsWith('/')) return redirect(besideOf(path))
    const refusal = await refuse?.(event)
    if (refusal) return refusal
    if (event.req.headers.get('if-none-match') === etag) return new FastResponse(null, { status: 304, headers })
    const encoding = bestEncoding(event)
    if (!encoding) return new FastResponse(body, { headers })
    let encoded = compressed.get(encoding)
    if (!encoded) compressed.set(encoding, (encoded = encoders[encoding](body)))
    return new FastResponse(await encoded, { headers: { ...headers, 'content-encoding': encoding } })
  })
}

type Encoding = 'br' | 'gzip'

/** At their best: each asset is compressed once, and their number is fixed. */
const encoders: Record<Encoding, (body: string) => Promise<Uint8Array<ArrayBuffer>>> = {
  br: async (body) => new Uint8Array(await promisify(brotliCompress)(body)),
  gzip: async (body) => new Uint8Array(await promisify(gzip)(body, { level: 9 })),
}

function bestEncoding(event: H3Event): Encoding | undefined {
  // Cloudflare compresses by itself, and would do so once more with what says that it is compressed.
  if (isWorkers()) return undefined
  const accepted = (event.req.headers.get('accept-encoding') ?? '').split(',').map((item) => item.trim())
  const isAccepted = (encoding: Encoding): boolean =>
    accepted.some((item) => item === encoding || (item.startsWith(`${encoding};`) && !/;\s*q=0(\.0*)?$/.test(item)))
  return (['br', 'gzip'] as const).find(isAccepted)
}

/** The same with or without its slash, from where the browser is: what a link's secret is only its address says. */
function besideOf(path: string): string {
  return path.endsWith('/') ? `${path.split('/').at(-2)}/` : `../${path.split('/').at(-1)}`
}

/** Without script or style: there is nothing to open them. */
function noSharePage(): Response {
  const [what, remedy] = noSuchShare.split('. ')
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Treadlight</title><main><h1>${what}.</h1><p>${remedy}.</p></main></html>`
  return new Response(body, { status: 404, headers: { ...privateHeaders, 'content-type': 'text/html; charset=utf-8', 'x-robots-tag': 'noindex' } })
}

function redirect(to: string): Response {
  return new Response(null, { status: 302, headers: { location: to } })
}
