import { readBearer } from '../../http/readBearer.ts'
import type { Dialect, DialectAnswer, DialectRequest, Take } from '../dialect.ts'
import { explain, explainingHeaders, takeReads } from '../explain.ts'
import { pixelOf } from '../pixel.ts'
import { readUniversal } from './readUniversal.ts'

/** Google's image of 35 bytes. */
const image = pixelOf('R0lGODlhAQABAID/AP///wAAACwAAAAAAQABAAACAkQBADs=')

/** What `analytics.js` asks for, to be told whether to tell Google's advertising too. */
const joinPath = '/j/collect'

/**
 * Universal Analytics' Measurement Protocol: `analytics.js`, its pixel, and servers, one hit in a query or a form, or several in
 * lines. Google answers 200 with an image to anything, and so does this; what was not counted says why in a header. The
 * protocol has no tokens: `api_secret` in the URL or a bearer takes their place, and is needed for addresses and users.
 */
export const universal: Dialect = {
  name: 'universal-analytics',
  paths: ['/collect', '/batch', joinPath, '/r/collect'],
  maxBytes: 16_384,
  cors: {
    preflight: ['access-control-allow-methods', 'GET, POST', 'access-control-allow-headers', 'content-type', 'access-control-max-age', '86400'],
    each: ['access-control-allow-origin', '*', 'access-control-expose-headers', explainingHeaders],
    // `analytics.js` asks with its cookies.
    isCredentialed: true,
  },
  tokenOf: ({ url }) => url.searchParams.get('api_secret') ?? undefined,
  answer,
  refuse: (status, reason, request) => write(request, status, ['x-hit-refused', reason]),
}

async function answer(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  const { method, url, header } = request
  if (method !== 'GET' && method !== 'POST') return write(request, 405, ['x-hit-refused', 'must be GET or POST', 'allow', 'GET, POST, OPTIONS'])
  const token = readBearer(header('authorization')) ?? url.searchParams.get('api_secret')
  if (token && !(await request.authorize(token))) return write(request, 401, ['x-hit-refused', 'api_secret is no token of scope hits'])
  const body = method === 'GET' ? { text: '' } : await request.readBody()
  if (typeof body === 'string') return write(request, body === 'too large' ? 413 : 408, ['x-hit-refused', `the body is ${body}`])
  const lines = url.pathname.endsWith('/batch') ? body.text.split(/\r?\n/).filter((line) => line !== '') : [body.text.trim() || url.search]
  return write(request, 200, explain(await takeReads(lines.map((line) => readUniversal(new URLSearchParams(line))), take), words))
}

/** Fields of a hit in the protocol's words. */
const words: Record<string, string> = { site: 'tid', url: 'dl', name: 'ea', time: 'qt', referrer: 'dr', title: 'dt' }

/** `analytics.js` would read of a body whether to tell Google's advertising of the visitor: it is told nothing. */
function write({ url }: Pick<DialectRequest, 'url'>, status: number, headers: readonly string[] = []): DialectAnswer {
  if (url.pathname.endsWith(joinPath)) return { status, headers: ['content-type', 'text/plain', ...headers], body: '' }
  return { status, headers: ['content-type', 'image/gif', ...headers], body: image }
}
