import { readBearer } from '../../http/readBearer.ts'
import type { Dialect, DialectAnswer, DialectRequest, Take } from '../dialect.ts'
import { explain, explainingHeaders, takeReads } from '../explain.ts'
import { readJsonBody } from '../readJsonBody.ts'
import { readGtag } from './readGtag.ts'
import { readMeasurement } from './readMeasurement.ts'
import { validateMeasurement } from './validateMeasurement.ts'

const gtagPath = '/g/collect'
const debugPath = '/debug/mp/collect'

/**
 * Google Analytics 4: its Measurement Protocol for servers, with the validation endpoint, and what `gtag.js` sends from pages. Google
 * answers 204 to anything, and so does this; what was not counted says why in a header. `api_secret` is a token of scope `hits`,
 * and is needed for addresses and users; hits without one are the sender's own.
 */
export const ga4: Dialect = {
  name: 'ga4',
  paths: ['/mp/collect', debugPath, gtagPath],
  maxBytes: 131_072,
  reportsEngagement: true,
  cors: {
    preflight: ['access-control-allow-methods', 'GET, POST', 'access-control-allow-headers', 'content-type, authorization', 'access-control-max-age', '86400'],
    each: ['access-control-allow-origin', '*', 'access-control-expose-headers', explainingHeaders],
    // `gtag.js` asks with its cookies.
    isCredentialed: true,
  },
  tokenOf: ({ url }) => url.searchParams.get('api_secret') ?? undefined,
  async answer(request, take) {
    const { url, header } = request
    const token = readBearer(header('authorization')) ?? url.searchParams.get('api_secret')
    if (token && !(await request.authorize(token))) return empty(401, ['x-hit-refused', 'api_secret is no token of scope hits'])
    return url.pathname.endsWith(gtagPath) ? answerGtag(request, take) : answerMeasurement(request, take)
  },
  refuse: (status, reason) => empty(status, ['x-hit-refused', reason]),
}

/** Fields of a hit in the protocol's words. */
const words: Record<string, string> = { site: 'measurement_id', url: 'page_location', time: 'timestamp_micros', referrer: 'page_referrer', title: 'page_title', view: 'engagement' }

async function answerMeasurement(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  if (request.method !== 'POST') return empty(405, ['allow', 'POST, OPTIONS', 'x-hit-refused', 'must be POST'])
  const { searchParams, pathname } = request.url
  const body = await readJsonBody(request)
  if (body === 408 || body === 413) return empty(body, ['x-hit-refused', body === 413 ? 'the body is too large' : 'the body broke off'])
  const json = body === 400 ? undefined : body.json
  const site = searchParams.get('measurement_id') || searchParams.get('firebase_app_id') || undefined
  if (pathname.endsWith(debugPath)) return validation({ validationMessages: validateMeasurement(json, site) })
  return empty(204, explain(await takeReads(readMeasurement(json, site), take), words))
}

async function answerGtag(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  const { method, url } = request
  if (method !== 'GET' && method !== 'POST') return empty(405, ['allow', 'GET, POST, OPTIONS', 'x-hit-refused', 'must be GET or POST'])
  const body = method === 'GET' ? { text: '' } : await request.readBody()
  if (typeof body === 'string') return empty(body === 'too large' ? 413 : 408, ['x-hit-refused', `the body is ${body}`])
  return empty(204, explain(await takeReads(readGtag(url.searchParams, body.text), take), words))
}

function validation(body: object): DialectAnswer {
  return { status: 200, headers: ['content-type', 'application/json; charset=utf-8'], body: `${JSON.stringify(body, null, 2)}\n` }
}

function empty(status: number, headers: readonly string[]): DialectAnswer {
  return { status, headers, body: null }
}
