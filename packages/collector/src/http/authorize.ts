import { cardPassPrefix, longestCardPass, openCardPass } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import type { Logins } from '../admin/logins.ts'
import type { Share, Shares } from '../admin/shares.ts'
import type { Scope, Tokens } from '../admin/tokens.ts'
import type { Users } from '../admin/users.ts'
import { networkOf } from '../hit/network.ts'
import { isEncoding } from '../isEncoding.ts'
import { createRateLimit } from '../rateLimit.ts'
import { grantAccess } from './access.ts'
import { readBearer } from './readBearer.ts'
import { baseOf } from './base.ts'
import { failure } from './respond.ts'

/**
 * Who may ask for a route. `own page`: anybody, but no page of another site on their behalf; `user`: who is logged in; `owner`:
 * who is so as an owner, and programs with a token of scope `admin`; `token …`: these, and programs with a token of that
 * scope; `token stats` also viewers, for their sites; `share`: who has the link that the address names.
 */
export type Guard = 'public' | 'own page' | 'user' | 'owner' | 'share' | `token ${Scope}`

/** Answers undefined to whoever may go on, else what to say instead. */
export type Authorize = (event: H3Event, guard: Exclude<Guard, 'public'>) => Promise<Response | undefined>

export interface AuthorizeOptions {
  users: Users
  logins: Logins
  tokens: Tokens
  shares: Shares
  now: () => number
}

/** Requests of one network a second, and at once, to what is not public: a dashboard asks a dozen questions for each view. */
const ownerLimit = { rate: 50, burst: 500 }

/** How far the clock of a server that signs passes may be ahead, ms. */
const clockTolerance = 60_000

/** The one place that decides who may ask for what: see `routes.ts`. */
export function createAuthorize({ users, logins, tokens, shares, now }: AuthorizeOptions): Authorize {
  const requests = createRateLimit({ ...ownerLimit, now })
  // Who has a link is not to use up what the owner behind the same address may ask.
  const shared = createRateLimit({ ...ownerLimit, now })
  return async (event, guard) => {
    // Each of them may ask the storage something, and one in the cloud is paid by request.
    const wait = (guard === 'share' ? shared : requests).take(networkOf(event.req.ip))
    if (wait > 0) return failure(429, `Too many requests: try again in ${wait} seconds`, { 'retry-after': String(wait) })
    if (isEncoding(event.req.headers.get('content-encoding') ?? '')) return failure(415, 'content-encoding: is not taken, send the body as it is')
    if (guard === 'share') return authorizeShare(event)
    const token = readBearer(event.req.headers.get('authorization') ?? '')
    // No browser adds this header by itself, so no other site can make it send one.
    if (token !== undefined && guard !== 'own page') return authorizeToken(event, token, guard)
    const login = readLogin(event)
    // Before all else: who forgot a token is not to be told of content types.
    if (login === undefined && guard !== 'own page') return failure(401, 'Log in first, or send a token: authorization: Bearer tl_…')
    const foreign = refuseForeign(event)
    if (foreign) return foreign
    return guard === 'own page' ? undefined : authorizeUser(event, login!, guard)
  }

  async function authorizeUser(event: H3Event, login: string, guard: Exclude<Guard, 'public' | 'own page' | 'share'>): Promise<Response | undefined> {
    const { user: name, version } = (await logins.find(login)) ?? {}
    const user = name === undefined ? undefined : await users.find(name)
    if (!user || user.version !== version) return failure(401, 'Log in first')
    const { role, sites } = user
    if (role !== 'owner' && guard !== 'user' && guard !== 'token stats') return failure(403, 'A viewer sees the numbers only: log in as an owner, or ask one to make you one')
    grantAccess(event, { kind: 'user', name: user.name, role, ...(sites && { sites }) })
    return undefined
  }

  /** One that is not good for this says no more than that: whoever sees the page has it. */
  async function authorizePass(event: H3Event, pass: string, guard: Guard): Promise<Response | undefined> {
    if (guard !== 'token card') return failure(403, 'This pass is for the card of one user, and nothing else')
    const opened = openCardPass(pass)
    const signer = opened && (await tokens.findSigner(opened))
    if (!opened || !signer) return failure(401, 'This pass is signed by no token of scope card that there is', { 'www-authenticate': 'Bearer' })
    const { user, site, expires } = opened.claims
    if (expires < now() || expires > now() + longestCardPass + clockTolerance) return failure(401, 'This pass has expired: have the server sign another', { 'www-authenticate': 'Bearer' })
    grantAccess(event, { kind: 'token', name: signer.name, role: 'viewer', sites: [site], user })
    return undefined
  }

  async function authorizeShare(event: H3Event): Promise<Response | undefined> {
    const share = await shares.find(secretOf(event))
    if (!share) return failure(404, noSuchShare)
    const foreign = refuseForeign(event)
    if (foreign) return foreign
    if (share.password && !(await isOpenedBy(readShareLogin(event), share))) return failure(401, 'This link has a password: give it first')
    grantAccess(event, { kind: 'share', name: share.name, role: 'viewer', sites: [share.site] })
    return undefined
  }

  async function isOpenedBy(login: string | undefined, share: Share): Promise<boolean> {
    const { user, version } = (login === undefined ? undefined : await logins.find(login)) ?? {}
    return user === shareUser(share) && version === share.password?.salt
  }

  async function authorizeToken(event: H3Event, token: string, guard: Exclude<Guard, 'public' | 'own page' | 'share'>): Promise<Response | undefined> {
    if (token.startsWith(cardPassPrefix)) return authorizePass(event, token, guard)
    const record = await tokens.find(token)
    if (!record) return failure(401, 'There is no such token: treadlight token create makes one', { 'www-authenticate': 'Bearer' })
    if (guard === 'user') return failure(403, 'This is for who is logged in with a password: leave the header authorization out')
    const scope = guard === 'owner' ? 'admin' : (guard.slice('token '.length) as Scope)
    const isAdmin = record.scopes.includes('admin')
    if (!isAdmin && !record.scopes.includes(scope)) return failure(403, `This token is not for that: it takes one of scope ${scope}`)
    grantAccess(event, { kind: 'token', name: record.name, role: isAdmin ? 'owner' : 'viewer' })
    return undefined
  }
}

/** What whoever has a link that opens nothing is told. */
export const noSuchShare = 'There is no such share link: it was removed, or its time is over. Ask who gave it to you for another'

/** What the address of a share link has; '' for any other address. */
export function secretOf(event: H3Event): string {
  return event.context.params?.['secret'] ?? ''
}

/** Whose log-in one to a share link is: no name of a user has a colon. */
export function shareUser({ id }: Pick<Share, 'id'>): string {
  return `share:${id}`
}

/**
 * Other sites can make a browser post forms and plain text with its cookies, but not JSON without asking first; and
 * browsers say where a request comes from. Both are asked for.
 */
function refuseForeign(event: H3Event): Response | undefined {
  const { headers, method } = event.req
  if (method === 'GET') return undefined
  if (!/^application\/json\b/i.test(headers.get('content-type') ?? ''))
    return failure(415, 'content-type: must be application/json')
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return failure(403, 'Requests from other sites are refused')
  const origin = headers.get('origin')
  if (site === null && origin !== null && origin !== event.url.origin)
    return failure(403, `Requests from ${origin.slice(0, 200)} are refused`)
  return undefined
}

/** `__Host-` binds the cookie to this very host, but browsers take it over TLS only, and for the whole host. */
function cookieName(event: H3Event): string {
  if (event.url.protocol !== 'https:') return 'treadlight'
  return baseOf(event) === '' ? '__Host-treadlight' : '__Secure-treadlight'
}

/** The cookie of a log-in. @param maxAge seconds */
export function loginCookie(event: H3Event, token: string, maxAge: number): string {
  const secure = event.url.protocol === 'https:'
  return `${cookieName(event)}=${token}; Path=${baseOf(event) || '/'}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
}

/**
 * The cookie of a log-in to a share link. It says no path: then it is for what is beside the address of the log-in (RFC 6265,
 * 5.1.4), which is the link's API also below a path of a proxy that nobody knows of here. So it cannot be `__Host-`.
 *
 * @param maxAge seconds
 */
export function shareCookie(event: H3Event, token: string, maxAge: number): string {
  const secure = event.url.protocol === 'https:'
  return `${shareCookieName(event)}=${token}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
}

/** What the cookie of a log-in says; undefined where there is none. */
export function readLogin(event: H3Event): string | undefined {
  return readCookie(event, cookieName(event))
}

function readShareLogin(event: H3Event): string | undefined {
  return readCookie(event, shareCookieName(event))
}

function shareCookieName(event: H3Event): string {
  return event.url.protocol === 'https:' ? '__Secure-treadlight-share' : 'treadlight-share'
}

function readCookie(event: H3Event, name: string): string | undefined {
  for (const pair of (event.req.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split('=')
    // What no log-in was given is not looked up.
    if (key === name && value && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}
