import { parseCookie, stringifySetCookie, type SerializeOptions } from 'cookie'
import type { Signer } from './signer.ts'

/**
 * How the server tells visitors apart. `none`: not at all, the collector does, by a hash that lives one day. `session`: by a random
 * id in a cookie that ends with the browser's session, and after consent stays: for sites that need no consent for the former.
 * `consent`: by the same, from consent on and not before.
 */
export type VisitorMode = 'none' | 'session' | 'consent'

/** What a visitor answers to the notice. */
export type ConsentChoice = 'accept' | 'refuse'

/** The cookies of server-side tracking. None but `visitor` tells one browser from another. */
export const cookieNames = {
  /** The random id. */
  visitor: 'treadlight-visitor',
  /** What the visitor answered and when: `accept-1795000000`, s since 1970. */
  consent: 'treadlight-consent',
  /** Set by a script of the site: `accept` or `refuse`. Read once, and deleted. */
  action: 'treadlight-action',
  /** That the notice was shown. */
  notice: 'treadlight-notice',
  /** That this is the site's own browser: signed. */
  own: 'treadlight-own',
  /** `1`: the visitor does not want to be counted. */
  optOut: 'treadlight-optout',
} as const

/** 13 months in s, as the CNIL has it for the longest life of a measuring cookie. */
const longestCookieAge = 395 * 86_400

/** Where cookies hold. */
export interface CookieScope {
  /** @default '/' */
  path?: string
  /** @default the host alone */
  domain?: string
}

export interface VisitorOptions {
  mode: VisitorMode
  /** Signs the ids. */
  signer: Signer | undefined
  scope: CookieScope
  /** ms since 1970. */
  now: () => number
}

/** What a request's cookies say of its visitor. */
export interface VisitorState {
  /** The id, where the visitor may have one. */
  id: string | undefined
  /** Whether the id was made just now: it is the visitor's only if `cookies` reach the browser. */
  isNew: boolean
  /** The visitor has refused: nothing is to be handed to anybody else. */
  hasRefused: boolean
  /** Nobody has told this visitor of cookies yet. */
  isNoticeDue: boolean
  /** What is to be set: nothing, where nothing changes (AR13). */
  cookies: string[]
}

export interface Visitors {
  read(request: Request, isSecure: boolean): Promise<VisitorState>
  /** That the notice was shown. */
  noticeCookie(isSecure: boolean): string
  choose(choice: ConsentChoice, request: Request, isSecure: boolean): string[]
  forget(request: Request, isSecure: boolean): string[]
}

interface Consent {
  choice: ConsentChoice
  /** s since 1970. */
  since: number
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const { visitor, consent, action, notice } = cookieNames

/** Visitor ids, consent and the notice, all kept by the browser alone. */
export function createVisitors({ mode, signer, scope, now }: VisitorOptions): Visitors {
  return {
    async read(request, isSecure) {
      const cookies = readCookies(request)
      const state: VisitorState = { id: undefined, isNew: false, hasRefused: false, isNoticeDue: false, cookies: [] }
      if (mode === 'none') return state
      const chosen = choiceOf(cookies[action])
      const given = chosen === undefined ? readConsent(cookies[consent]) : { choice: chosen, since: seconds() }
      if (cookies[action] !== undefined) state.cookies.push(removal(action, isSecure))
      if (chosen !== undefined) state.cookies.push(consentCookie(chosen, isSecure))
      state.hasRefused = given?.choice === 'refuse'
      if (state.hasRefused && cookies[visitor] !== undefined) state.cookies.push(removal(visitor, isSecure))
      state.isNoticeDue = given === undefined && cookies[notice] === undefined
      if (given?.choice === 'accept' || (mode === 'session' && given === undefined)) await addId(state, cookies[visitor], given, chosen !== undefined, isSecure)
      return state
    },
    noticeCookie: (isSecure) => made(notice, '1', isSecure, { maxAge: longestCookieAge }),
    choose(choice, request, isSecure) {
      if (mode === 'none') return []
      const known = readCookies(request)[visitor]
      const own = known === undefined ? [] : choice === 'refuse' ? [removal(visitor, isSecure)] : [made(visitor, known, isSecure, { maxAge: longestCookieAge })]
      return [consentCookie(choice, isSecure), ...own]
    },
    forget: (request, isSecure) => (readCookies(request)[visitor] === undefined ? [] : [removal(visitor, isSecure)]),
  }

  /** The id of the cookie, else a new one. It stays as it is, unless this very request says that it may live longer. */
  async function addId(state: VisitorState, cookie: string | undefined, given: Consent | undefined, isChosenNow: boolean, isSecure: boolean): Promise<void> {
    const known = cookie === undefined ? undefined : await open(cookie)
    state.isNew = known === undefined
    state.id = known ?? crypto.randomUUID()
    if (!state.isNew && !isChosenNow) return
    const value = signer === undefined ? state.id : await signer.sign(visitor, state.id)
    // However often it is made again: 13 months from the consent, not from now.
    state.cookies.push(made(visitor, value, isSecure, given === undefined ? {} : { maxAge: given.since + longestCookieAge - seconds() }))
  }

  async function open(cookie: string): Promise<string | undefined> {
    const id = signer === undefined ? cookie : await signer.open(visitor, cookie)
    return id !== undefined && uuid.test(id) ? id : undefined
  }

  function consentCookie(choice: ConsentChoice, isSecure: boolean): string {
    return made(consent, `${choice}-${seconds()}`, isSecure, { maxAge: longestCookieAge })
  }

  /** Undefined for what is older than 13 months, or from the future: to be asked again. */
  function readConsent(cookie: string | undefined): Consent | undefined {
    const [, choice, time] = /^(accept|refuse)-(\d{1,12})$/.exec(cookie ?? '') ?? []
    const since = Number(time)
    // A minute for the clocks of several servers.
    if (choice === undefined || since > seconds() + 60 || since + longestCookieAge <= seconds()) return undefined
    return { choice: choice as ConsentChoice, since }
  }

  function made(name: string, value: string, isSecure: boolean, more: SerializeOptions = {}): string {
    return stringifySetCookie(name, value, { path: '/', ...scope, httpOnly: true, sameSite: 'lax', secure: isSecure, ...more })
  }

  function removal(name: string, isSecure: boolean): string {
    return made(name, '', isSecure, { maxAge: 0 })
  }

  function seconds(): number {
    return Math.floor(now() / 1000)
  }
}

export function readCookies({ headers }: Request): Record<string, string | undefined> {
  return parseCookie(headers.get('cookie') ?? '')
}

function choiceOf(value: string | undefined): ConsentChoice | undefined {
  return value === 'accept' || value === 'refuse' ? value : undefined
}
