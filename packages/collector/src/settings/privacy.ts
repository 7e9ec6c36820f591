import { minSecretLength } from '@treadlight/protocol'
import { asBoolean, asTexts, asWord, type Setting } from '../settings.ts'

/** How visitors are told apart: see docs/privacy.md. */
type VisitorMode = 'daily' | 'session' | 'cookie' | 'none'

/** How exact a place may be. */
type PlacePrecision = 'country' | 'region' | 'city'

export type PrivacyPreset = 'default' | 'strict' | 'cnil'

export interface PrivacySettings {
  /**
   * A set of defaults that belong together; a setting that contradicts it is refused. `strict` keeps as little as
   * counting needs, `cnil` what the French exemption for audience measurement allows.
   * @default 'default'
   */
  privacy: PrivacyPreset
  /**
   * `daily`: a hash that nobody can make again once the day's salt is gone. `session`: that, and session ids of browsers
   * are kept. `cookie`: visitors are told apart by these ids, over days. `none`: not at all.
   * @default 'daily'
   */
  visitor: VisitorMode
  /**
   * Secrets with which the site's server signs who somebody is, of at least 32 characters; the newest and those it
   * replaces. Who knows one can name anybody.
   * @default [] nobody is named
   */
  userSecrets: string[]
  /**
   * Whether a log-in also names what its session did before.
   * @default true
   */
  associateAnonymous: boolean
  /** What visitors' browsers ask for. */
  respect: {
    /**
     * Global Privacy Control: `forwarding` keeps the hits from other systems, `counting` drops them.
     * @default 'forwarding'
     */
    gpc: 'forwarding' | 'counting'
    /**
     * Do Not Track: drops the hits.
     * @default false
     */
    dnt: boolean
  }
  place: {
    /**
     * What is finer is not stored.
     * @default 'city'
     */
    precision: PlacePrecision
  }
  page: {
    /**
     * `origin` stores of a referrer no more than scheme and host.
     * @default 'full'
     */
    referrer: 'full' | 'origin'
    /**
     * Whether the click ids of advertisers are kept, which each stand for one click of one person. What they say of the
     * source is read in any case.
     * @default true
     */
    clickIds: boolean
  }
}

/** How the collector treats who visits: the settings, flat. */
export interface PrivacyPolicy {
  visitor: VisitorMode
  userSecrets: readonly string[]
  associateAnonymous: boolean
  respect: PrivacySettings['respect']
  precision: PlacePrecision
  referrer: 'full' | 'origin'
  clickIds: boolean
}

export const defaultPolicy: PrivacyPolicy = {
  visitor: 'daily',
  userSecrets: [],
  associateAnonymous: true,
  respect: { gpc: 'forwarding', dnt: false },
  precision: 'city',
  referrer: 'full',
  clickIds: true,
}

export function policyOf({ visitor, userSecrets, associateAnonymous, respect, place, page }: Omit<PrivacySettings, 'privacy'>): PrivacyPolicy {
  const { precision } = place
  const { referrer, clickIds } = page
  return { visitor, userSecrets, associateAnonymous, respect, precision, referrer, clickIds }
}

/** More are no rotation. Each is tried for a token that no other has signed. */
const mostSecrets = 10

export const privacySettings: Record<string, Setting> = {
  privacy: { env: ['TREADLIGHT_PRIVACY'], fallback: () => 'default', ...asWord<PrivacyPreset>(['default', 'strict', 'cnil']) },
  visitor: {
    env: ['TREADLIGHT_VISITOR'],
    fallback: () => defaultPolicy.visitor,
    ...asWord<VisitorMode>(['daily', 'session', 'cookie', 'none']),
  },
  userSecrets: {
    env: ['TREADLIGHT_USER_SECRETS'],
    fallback: () => [],
    read: asSecrets,
    allowed: `a list of up to ${mostSecrets} secrets of at least ${minSecretLength} random characters without commas: make one with openssl rand -base64 32`,
    isSecret: true,
  },
  associateAnonymous: {
    env: ['TREADLIGHT_ASSOCIATE_ANONYMOUS', 'PLAIN_PAGEVIEWS_ASSOCIATE_ANONYMOUS_SESSIONS'],
    fallback: () => defaultPolicy.associateAnonymous,
    // Python, where the second name comes from, spells it False.
    read: (value) => asBoolean(typeof value === 'string' ? value.toLowerCase() : value),
    allowed: 'true or false',
  },
  'respect.gpc': {
    env: ['TREADLIGHT_RESPECT_GPC'],
    fallback: () => defaultPolicy.respect.gpc,
    ...asWord(['forwarding', 'counting'] as const),
  },
  'respect.dnt': { env: ['TREADLIGHT_RESPECT_DNT'], fallback: () => defaultPolicy.respect.dnt, read: asBoolean, allowed: 'true or false' },
  'place.precision': {
    env: ['TREADLIGHT_PLACE_PRECISION'],
    fallback: () => defaultPolicy.precision,
    ...asWord<PlacePrecision>(['country', 'region', 'city']),
  },
  'page.referrer': { env: ['TREADLIGHT_PAGE_REFERRER'], fallback: () => defaultPolicy.referrer, ...asWord(['full', 'origin'] as const) },
  'page.clickIds': { env: ['TREADLIGHT_PAGE_CLICK_IDS'], fallback: () => defaultPolicy.clickIds, read: asBoolean, allowed: 'true or false' },
}

function asSecrets(value: unknown): string[] | undefined {
  const secrets = asTexts(value)
  return secrets && secrets.length <= mostSecrets && secrets.every(isSecret) ? secrets : undefined
}

/** What examples and templates have in place of a secret. */
const placeholder = /^\W*(?:secret|change|your[-_ ]|my[-_ ]?secret|password|placeholder|example|replace|insert|treadlight|admin)/i

function isSecret(text: string): boolean {
  // Of 32 random letters, even hexadecimal ones, more than seven differ.
  return text.length >= minSecretLength && new Set(text).size > 7 && !placeholder.test(text)
}
