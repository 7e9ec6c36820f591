import { textLimits } from './limits.ts'
import { cutText } from './text.ts'

/** Whose card a pass opens, and until when. */
export interface CardClaims {
  /** The user's id, as hits have it. */
  user: string
  /** Id of the site. */
  site: string
  /** ms since 1970. */
  expires: number
}

/** What `signCard` takes. */
export type SignedCard = Pick<CardClaims, 'user'> & {
  /** Id of the site. @default 'default' */
  site?: string
  /** ms since 1970, or a date, at most a day ahead. @default an hour from now */
  expires?: number | Date
}

/** A pass taken apart. Nobody has looked whether a token has signed it. */
export interface OpenedCardPass {
  claims: CardClaims
  /** What the mac is of. */
  signed: string
  /** 32 bytes: HMAC-SHA-256. */
  mac: Uint8Array<ArrayBuffer>
}

/** How passes begin, so that nobody takes one for a token. */
export const cardPassPrefix = 'tlc_'

/** A pass is for a page that is open now, ms. */
export const longestCardPass: number = 86_400_000

const hour = 3_600_000
const longestPass = 4000
const siteId = /^[a-z0-9_-]{1,64}$/

/**
 * Signs a pass for the card of one user, for a page that others see the source of. To be called by the site's server, which alone has the
 * token; nothing is asked for. Whoever has the pass sees this user's newest views until it expires, or the token is revoked.
 *
 * The pass is `tlc_` + base64url(JSON claims) + '.' + base64url(mac), the mac HMAC-SHA-256 of `treadlight-card.` and the first half, its
 * key SHA-256 of the token: that is what the collector keeps of it. From a pass nobody gets to the token, nor to another pass.
 *
 * @param token of scope `card`: what `treadlight token create --scope card` has shown
 * @throws RangeError naming what cannot be signed
 * @example
 * const pass = await signCard(process.env.CARD_TOKEN, { user: '42' })
 */
export async function signCard(token: string, { user, site = 'default', expires = Date.now() + hour }: SignedCard): Promise<string> {
  if (typeof token !== 'string' || !token.startsWith('tl_')) throw problem('the token must be one of treadlight token create: tl_…')
  if (!isUser(user)) throw problem(`user must be a text of 1 to ${textLimits.session} characters`)
  if (!siteId.test(site)) throw problem('site must be the id of a site')
  const until = Number(expires)
  if (!Number.isSafeInteger(until) || until > Date.now() + longestCardPass) throw problem('expires must be a date or ms since 1970, at most a day ahead')
  const payload = encodeBase64url(new TextEncoder().encode(JSON.stringify({ user, site, expires: until } satisfies CardClaims)))
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  const key = await crypto.subtle.importKey('raw', hash, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signedText(payload)))
  return `${cardPassPrefix}${payload}.${encodeBase64url(new Uint8Array(mac))}`
}

/** Takes a pass apart without believing it; undefined for what is none. */
export function openCardPass(pass: string): OpenedCardPass | undefined {
  // 32 bytes are 43 letters, of which the last one holds 4 bits: one spelling alone is right.
  const [, payload, mac] = /^tlc_([\w-]+)\.([\w-]{42}[AEIMQUYcgkosw048])$/.exec(pass.slice(0, longestPass)) ?? []
  if (payload === undefined || mac === undefined || payload.length % 4 === 1) return undefined
  const claims = readClaims(decodeBase64url(payload))
  return claims && { claims, signed: signedText(payload), mac: decodeBase64url(mac) }
}

/** The words before it keep a mac that was made for something else from being one of ours. */
function signedText(payload: string): string {
  return `treadlight-card.${payload}`
}

function readClaims(bytes: Uint8Array<ArrayBuffer>): CardClaims | undefined {
  try {
    const { user, site, expires } = (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) ?? {}) as Partial<CardClaims>
    return isUser(user) && siteId.test(String(site)) && Number.isSafeInteger(expires) ? { user, site: site!, expires: expires! } : undefined
  } catch {
    return undefined
  }
}

/** Ids are never cut: two people could become one. */
function isUser(user: unknown): user is string {
  return typeof user === 'string' && user !== '' && cutText(user, textLimits.session) === user
}

function problem(what: string): RangeError {
  return new RangeError(`[treadlight protocol] signCard: ${what}`)
}

function encodeBase64url(bytes: Uint8Array<ArrayBuffer>): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
