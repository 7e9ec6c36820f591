import type { StoredHit } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { createKeyedHash } from '../hit/keyedHash.ts'
import { remember } from '../remember.ts'
import { maskIds } from './maskIds.ts'

/** What becomes of a field; docs/export.md says it in words, and a test compares the two. */
export type Treatment = 'kept' | 'left out' | 'emptied' | 'whole seconds' | 'pseudonym' | 'masked' | 'without query' | 'origin' | 'first part'

/**
 * What becomes of each field of a hit. A new field does not compile until somebody has decided: what nobody thought of is
 * never in an anonymised export, nor are fields of a later version.
 *
 * Out goes what names or reaches a person (address, click ids, queries), what a person or the site has written freely and
 * nobody can check (titles, props), and what is fine enough to know a device again from day to day, when its visitor
 * hash is another: screen, versions, time zone, place within the country.
 */
export const treatments: { readonly [Field in keyof StoredHit]-?: Treatment } = {
  site: 'kept',
  id: 'pseudonym',
  origin: 'kept',
  type: 'kept',
  day: 'kept',
  time: 'whole seconds',
  received: 'whole seconds',
  view: 'pseudonym',
  url: 'without query',
  title: 'emptied',
  referrer: 'origin',
  hostname: 'kept',
  path: 'masked',
  referrerHost: 'kept',
  source: 'masked',
  medium: 'masked',
  campaign: 'masked',
  visitor: 'pseudonym',
  session: 'pseudonym',
  user: 'pseudonym',
  name: 'masked',
  props: 'left out',
  engaged: 'kept',
  engagedDelta: 'kept',
  scroll: 'kept',
  screen: 'left out',
  language: 'first part',
  timezone: 'left out',
  navigation: 'kept',
  interactive: 'kept',
  webdriver: 'kept',
  forwarding: 'kept',
  revenue: 'kept',
  term: 'left out',
  content: 'left out',
  clickIds: 'left out',
  channel: 'kept',
  browser: 'kept',
  browserVersion: 'left out',
  os: 'kept',
  osVersion: 'left out',
  device: 'kept',
  country: 'kept',
  region: 'left out',
  city: 'left out',
  address: 'left out',
}

const kept = Object.entries(treatments).filter(([, treatment]) => treatment !== 'left out') as [keyof StoredHit, Treatment][]

/**
 * Makes hits that lead to nobody, all by one key that is kept nowhere: so one person, visit or view has one name
 * throughout, nobody can lead it back, and two exports cannot be joined by it (PT14).
 */
export function createAnonymizer(key: string = randomBytes(32).toString('hex')): (hit: StoredHit) => StoredHit {
  const hash = createKeyedHash(key)
  const nameOf = remember(10_000, hash)
  const idOf = remember(1000, (id: string) => uuidOf(hash(`id\n${id}`)))
  const pseudonyms: Partial<Record<keyof StoredHit, (value: string) => string>> = {
    id: idOf,
    view: idOf,
    visitor: (visitor) => nameOf(`visitor\n${visitor}`),
    session: (session) => nameOf(`session\n${session}`),
    user: (user) => `user-${nameOf(`user\n${user}`)}`,
  }

  return (hit) => {
    const names = [hit.user, hit.session]
    const anonymous: Partial<Record<keyof StoredHit, unknown>> = {}
    for (const [field, treatment] of kept) {
      const value = hit[field]
      if (value === undefined || value === '') anonymous[field] = value
      else if (treatment === 'pseudonym') anonymous[field] = pseudonyms[field]!(value as string)
      else anonymous[field] = treat[treatment](value, names)
      if (value === undefined) delete anonymous[field]
    }
    return anonymous as StoredHit
  }
}

type Treat = (value: unknown, names: readonly string[]) => unknown

const treat: Readonly<Record<Exclude<Treatment, 'pseudonym'>, Treat>> = {
  kept: (value) => value,
  'left out': () => undefined,
  emptied: () => '',
  'whole seconds': (time) => Math.floor((time as number) / 1000) * 1000,
  masked: (text, names) => maskIds(withoutQuery(text as string), names),
  'without query': (url, names) => addressWithoutQuery(url as string, names),
  origin: (url) => originOf(url as string),
  'first part': (language) => /^[a-z]{2,3}(?![^-_])/i.exec(language as string)?.[0] ?? '',
}

/** What a hash router has behind its path. */
function withoutQuery(path: string): string {
  return path.split('?', 1)[0]!
}

function addressWithoutQuery(address: string, names: readonly string[]): string {
  const [origin, path] = partsOf(address)
  return origin === '' ? '' : origin + maskIds(path, names)
}

function originOf(referrer: string): string {
  const [origin] = partsOf(referrer)
  return origin === '' ? '' : `${origin}/`
}

/** Scheme and host, `android-app://` too, and path; '' for what is no address and may be anything. */
const partsOf: (address: string) => readonly [origin: string, path: string] = remember(2000, (address) => {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url === undefined || url.host === '' ? ['', ''] : [`${url.protocol}//${url.host}`, url.pathname]
})

/**
 * As a UUID of version 8, which is for what is nobody else's: so no reader takes a time out of it, as out of the ids
 * themselves. 64 bits of it are the hash: of ten million hits, one in 400,000 exports has two of one id.
 */
function uuidOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8000-a000-${hash.slice(12)}00000000`
}
