import { readRange } from '../enrich/addresses.ts'
import { readPathPrefix } from '../enrich/excludedPaths.ts'
import { readHost } from '../enrich/hosts.ts'
import { asNumber, asTexts, asWord, type Setting } from '../settings.ts'

/** What is counted, and how pages are told apart: see docs/collector.md. */
export interface PageSettings {
  /**
   * The site's hosts; hits of others are dropped, visibly. `*.shop.example` stands for all below shop.example.
   * @default [], any host
   */
  hosts: string[]
  page: {
    /** Whether the fragment is part of the path. `routes`: where it begins with `#/` or `#!`. @default 'routes' */
    hash: 'routes' | 'never' | 'always'
    /** Whether `/about/` and `/about` are one page. @default 'keep', they are two */
    trailingSlash: 'keep' | 'remove'
    /** URL parameters that may be stored; attribution is read before the others go. @default all */
    params?: string[]
  }
  exclude: {
    /** Paths that are not counted, with all below them. @default [] */
    paths: string[]
    /** Visitors who are not counted: addresses and CIDR ranges. @default [] */
    addresses: string[]
  }
  spam: {
    /** Hosts whose visits are spam, with all below them, besides those that are known. @default [] */
    hosts: string[]
  }
  limits: {
    /** Distinct values of a field on a site day; further ones are counted as `(other)`. @default 10000 */
    distinct: number
  }
}

export const pageDefaults: PageSettings = {
  hosts: [],
  page: { hash: 'routes', trailingSlash: 'keep' },
  exclude: { paths: [], addresses: [] },
  spam: { hosts: [] },
  limits: { distinct: 10_000 },
}

export const pageSettings: Record<string, Setting> = {
  hosts: {
    env: ['TREADLIGHT_HOSTS'],
    fallback: () => pageDefaults.hosts,
    read: (value) => readAll(value, readHostPattern),
    allowed: 'a list of hosts such as shop.example or *.shop.example, without https:// and port',
  },
  'page.hash': { env: ['TREADLIGHT_PAGE_HASH'], fallback: () => pageDefaults.page.hash, ...asWord(['routes', 'never', 'always']) },
  'page.trailingSlash': {
    env: ['TREADLIGHT_PAGE_TRAILING_SLASH'],
    fallback: () => pageDefaults.page.trailingSlash,
    ...asWord(['keep', 'remove']),
  },
  'page.params': {
    env: ['TREADLIGHT_PAGE_PARAMS'],
    fallback: () => undefined,
    read: asTexts,
    allowed: 'a list of URL parameters',
  },
  'exclude.paths': {
    env: ['TREADLIGHT_EXCLUDE_PATHS'],
    fallback: () => pageDefaults.exclude.paths,
    read: (value) => readAll(value, readPathPrefix),
    allowed: 'a list of paths such as /admin, without https:// and host, each with at least one segment; all below one goes with it, without *',
  },
  'exclude.addresses': {
    env: ['TREADLIGHT_EXCLUDE_ADDRESSES'],
    fallback: () => pageDefaults.exclude.addresses,
    read: (value) => readAll(value, (text) => (readRange(text) ? text : undefined)),
    allowed: 'a list of addresses and ranges such as 192.0.2.7, 198.51.100.0/24 or 2001:db8::/32',
  },
  'spam.hosts': {
    env: ['TREADLIGHT_SPAM_HOSTS'],
    fallback: () => pageDefaults.spam.hosts,
    read: (value) => readAll(value, readHost),
    allowed: 'a list of hosts such as spam.example; what is below one goes with it, without *',
  },
  'limits.distinct': {
    env: ['TREADLIGHT_LIMITS_DISTINCT'],
    fallback: () => pageDefaults.limits.distinct,
    read: (value) => asNumber(value, 1, 1_000_000),
    allowed: 'a whole number from 1 to 1000000',
  },
}

function readHostPattern(text: string): string | undefined {
  const host = readHost(text.startsWith('*.') ? text.slice(2) : text)
  return host !== undefined && text.startsWith('*.') ? `*.${host}` : host
}

/** A list of texts of which each is understood. */
function readAll(value: unknown, read: (text: string) => string | undefined): string[] | undefined {
  const texts = asTexts(value)?.map(read)
  return texts?.every((text) => text !== undefined) ? texts : undefined
}
