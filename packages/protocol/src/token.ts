import { textLimits } from './limits.ts'
import { cleanText, cutText } from './text.ts'

/** What a site's server vouches for. */
export interface UserClaims {
  /** The signed-in person's id; left out for an anonymous visitor of whom only the session is vouched for. */
  user?: string
  /** The site's own session id. */
  session?: string
  /** Who is logged in as the user, a member of staff for instance: nothing of such a visit is counted. */
  impersonator?: string
  /** ms since 1970: hits that happen later are not the user's. */
  expires: number
}

/** What `signUser` takes: a user or a session, or both. */
export type SignedClaims = Omit<UserClaims, 'expires'> & {
  /** ms since 1970, or a date. @default a day from now */
  expires?: number | Date
}

/**
 * What a token is worth. `malformed`: it is none of `signUser`'s. `signature`: none of the secrets has signed it.
 * `expired`: the claims are the server's, but for an earlier time.
 */
export type UserVerdict = { claims: UserClaims } | { reason: 'malformed' | 'signature' } | { reason: 'expired'; claims: UserClaims }

/** A token taken apart. Nobody has looked whether it is the server's. */
export interface OpenedToken {
  claims: UserClaims
  /** What the mac is of. */
  signed: string
  /** 32 bytes: HMAC-SHA-256. */
  mac: Uint8Array<ArrayBuffer>
}

export interface VerifyUserOptions {
  /** Any of them may have signed it, so that a new one can replace an old one without a gap. */
  secrets: readonly string[]
  /** When the hit happened, ms since 1970: one that was queued for days was the user's then. */
  time: number
}

/** Characters of the shortest secret: HMAC-SHA-256 is as strong as 32 random ones. */
export const minSecretLength = 32

/** Characters of the longest token: three ids of 255 code points with 4 bytes each, as base64url, come to 4,226. */
export const maxTokenLength = 4500

/** A moment in seconds is before this, which is in 1973 as ms. */
const earliest = 1e11
const fields = ['user', 'session', 'impersonator'] as const
const version = 1

/**
 * Signs who somebody is, for `identify(token)` in the page. To be called by the site's server, which alone has the
 * secret; the collector knows it as `userSecrets`.
 *
 * The token is `base64url(JSON claims) + '.' + base64url(mac)`, the mac HMAC-SHA-256 of `treadlight-user.` and the first
 * half. Whoever has the token can read the claims.
 *
 * @param secret at least 32 characters, random
 * @throws RangeError naming what cannot be signed
 * @example
 * const token = await signUser({ user: account.id, session: session.id }, secret)
 */
export async function signUser(claims: SignedClaims, secret: string): Promise<string> {
  const { user, session, impersonator, expires = Date.now() + 86_400_000 } = claims
  if (user === undefined && session === undefined) throw new RangeError('[treadlight protocol] signUser: there is nothing to vouch for: name a user or a session')
  const signed = { version, user, session, impersonator, expires: Number(expires) }
  for (const field of fields) {
    const problem = signed[field] === undefined ? undefined : problemOf(signed[field])
    if (problem !== undefined) throw new RangeError(`[treadlight protocol] signUser: ${field} ${problem}`)
  }
  if (!isMoment(signed.expires))
    throw new RangeError('[treadlight protocol] signUser: expires must be a date or ms since 1970; multiply seconds by 1000')
  const payload = encodeBase64url(new TextEncoder().encode(JSON.stringify(signed)))
  const mac = await crypto.subtle.sign('HMAC', await importSecret(secret), new TextEncoder().encode(signedText(payload)))
  return `${payload}.${encodeBase64url(new Uint8Array(mac))}`
}

/** Tells what a token is worth for a hit. A wrong token is no error: it is a stranger's text. */
export async function verifyUser(token: string, { secrets, time }: VerifyUserOptions): Promise<UserVerdict> {
  const opened = openToken(token)
  if (opened === undefined) return { reason: 'malformed' }
  const { claims, signed, mac } = opened
  for (const secret of secrets) {
    // The runtime compares: what a guess has right does not show in the time it takes.
    if (!(await crypto.subtle.verify('HMAC', await importSecret(secret), mac, new TextEncoder().encode(signed)))) continue
    return time > claims.expires ? { reason: 'expired', claims } : { claims }
  }
  return { reason: 'signature' }
}

/**
 * Takes a token apart without believing it, for who compares the mac by other means than `verifyUser`: WebCrypto takes
 * 60 µs for it. Undefined for what is no token.
 */
export function openToken(token: string): OpenedToken | undefined {
  if (token.length > maxTokenLength) return undefined
  const [payload = '', signature = '', ...rest] = token.split('.')
  const mac = decodeBase64url(signature)
  const claims = readClaims(decodeBase64url(payload))
  return mac?.length === 32 && claims !== undefined && rest.length === 0 ? { claims, signed: signedText(payload), mac } : undefined
}

/** The words before it keep a mac that the site has made for something else, with the same secret, from being one of ours. */
function signedText(payload: string): string {
  return `treadlight-user.${payload}`
}

async function importSecret(secret: string): Promise<CryptoKey> {
  if (typeof secret !== 'string' || secret.length < minSecretLength)
    throw new RangeError(
      `[treadlight protocol] the secret must have at least ${minSecretLength} characters: make one with openssl rand -base64 32`,
    )
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

function readClaims(bytes: Uint8Array<ArrayBuffer> | undefined): UserClaims | undefined {
  const json = bytes && parse(bytes)
  if (typeof json !== 'object' || json === null) return undefined
  const given = json as Record<string, unknown>
  if (given['version'] !== version || !isMoment(given['expires'])) return undefined
  const claims: UserClaims = { expires: given['expires'] }
  for (const field of fields) {
    const value = given[field]
    if (value === undefined) continue
    if (problemOf(value) !== undefined) return undefined
    claims[field] = value as string
  }
  return claims.user === undefined && claims.session === undefined ? undefined : claims
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > earliest
}

/** Ids are never cut or cleaned: two people could become one. */
function problemOf(id: unknown): string | undefined {
  if (typeof id !== 'string' || id === '') return 'must be a text that is not empty'
  if (cutText(id, textLimits.session) !== id) return `must have at most ${textLimits.session} characters`
  if (cleanText(id) !== id) return 'must have no control characters and no half characters'
  return undefined
}

function parse(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function encodeBase64url(bytes: Uint8Array<ArrayBuffer>): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  // One letter over is no byte, and atob would throw.
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
