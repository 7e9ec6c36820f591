import type { H3, H3Event } from 'h3'
import type { Account } from '../admin/password.ts'
import { loginMaxAge, type Logins } from '../admin/logins.ts'
import { createAttempts } from '../admin/attempts.ts'
import { networkOf } from '../hit/network.ts'
import { isEncoding } from '../isEncoding.ts'
import { isObject } from '../isObject.ts'
import { createRateLimit } from '../rateLimit.ts'
import { empty, failure, json } from './respond.ts'

export interface AdminRoutesOptions {
  account: Account
  logins: Logins
  now: () => number
}

/** Answers undefined to the owner, else what to say instead. Every route of the dashboard asks it first. */
export type Guard = (event: H3Event) => Promise<Response | undefined>

/** Requests of one network a second, and at once, to what an owner uses: a dashboard asks a dozen questions for each view. */
const ownerLimit = { rate: 50, burst: 500 }

/** Log-in, log-out and who is there; answers the guard that all owner's routes share. */
export function addAdminRoutes(app: H3, { account, logins, now }: AdminRoutesOptions): Guard {
  const attempts = createAttempts(now)
  const requests = createRateLimit({ ...ownerLimit, now })

  app.post('/api/login', async (event) => {
    const foreign = refuseForeign(event)
    if (foreign) return foreign
    const wait = attempts.take(networkOf(event.req.ip))
    if (wait > 0) return failure(429, `Too many attempts: try again in ${wait} seconds`, { 'retry-after': String(wait) })
    const body = await readJson(event)
    const password = body?.['password']
    if (typeof password !== 'string' || password === '' || password.length > 1024)
      return failure(400, 'password: is required')
    const version = await account.check(password)
    if (!version) return failure(401, 'Wrong password')
    const token = await logins.start(version)
    return empty(204, { 'set-cookie': cookie(event, token, loginMaxAge / 1000) })
  })

  app.post('/api/logout', async (event) => {
    const refused = refuseMany(event) ?? refuseForeign(event)
    if (refused) return refused
    const token = readToken(event)
    if (token) await logins.end(token)
    return empty(204, { 'set-cookie': cookie(event, '', 0) })
  })

  app.get('/api/session', async (event) => (await guard(event)) ?? json({ user: 'admin' }))

  return guard

  async function guard(event: H3Event): Promise<Response | undefined> {
    const many = refuseMany(event)
    if (many) return many
    if (event.req.method !== 'GET') {
      const foreign = refuseForeign(event)
      if (foreign) return foreign
    }
    const token = readToken(event)
    if (token && (await logins.isValid(token, await account.version()))) return undefined
    return failure(401, 'Log in first')
  }

  /** Each of them may ask the storage something, and one in the cloud is paid by request. */
  function refuseMany(event: H3Event): Response | undefined {
    const wait = requests.take(networkOf(event.req.ip))
    return wait > 0 ? failure(429, `Too many requests: try again in ${wait} seconds`, { 'retry-after': String(wait) }) : undefined
  }
}

/** A body of JSON, or undefined for anything else. */
export async function readJson(event: H3Event): Promise<Record<string, unknown> | undefined> {
  try {
    const body: unknown = await event.req.json()
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

/**
 * Other sites can make a browser post forms and plain text with its cookies, but not JSON without asking first; and
 * browsers say where a request comes from. Both are asked for.
 */
function refuseForeign(event: H3Event): Response | undefined {
  const { headers } = event.req
  if (isEncoding(headers.get('content-encoding') ?? '')) return failure(415, 'content-encoding: is not taken, send the body as it is')
  if (!/^application\/json\b/i.test(headers.get('content-type') ?? ''))
    return failure(415, 'content-type: must be application/json')
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return failure(403, 'Requests from other sites are refused')
  const origin = headers.get('origin')
  if (site === null && origin !== null && origin !== event.url.origin)
    return failure(403, `Requests from ${origin.slice(0, 200)} are refused`)
  return undefined
}

// `__Host-` binds the cookie to this very host, but browsers take it over TLS only.
const secureName = '__Host-treadlight'
const plainName = 'treadlight'

function cookie(event: H3Event, token: string, maxAge: number): string {
  const secure = event.url.protocol === 'https:'
  const name = secure ? secureName : plainName
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
}

function readToken(event: H3Event): string | undefined {
  const name = event.url.protocol === 'https:' ? secureName : plainName
  for (const pair of (event.req.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split('=')
    // What no log-in was given is not looked up.
    if (key === name && value && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}
