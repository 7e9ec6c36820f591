import { siteDay, type Values } from '@treadlight/store'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Site, Sites } from '../sites/sites.ts'
import { createRecords, type Recorded } from '../records/records.ts'
import type { HashedPassword, Passwords } from './password.ts'

/** A link that shows one site's numbers to whoever has it. */
export interface Share {
  /** 12 hex digits. */
  id: string
  /** Id of the site. */
  site: string
  /** By which the owner knows it again; whoever opens the link is not told. */
  name: string
  /** What the address has: 32 letters, of 192 random bits. */
  secret: string
  /** What has to be given as well. */
  password?: HashedPassword
  /** The last site day on which it opens, `2026-12-31`. @default none */
  expires?: string
  /** ISO 8601. */
  created: string
}

/** What a new share link is to be. */
export interface ShareRequest {
  name: string
  password?: string
  expires?: string
}

export interface Shares {
  /** Oldest first; those that have had their time too. */
  list(site: string): Promise<Share[]>
  /** @throws RangeError where a site has as many as it may have */
  add(site: string, request: ShareRequest): Promise<Share>
  /** False where there is none of this id. */
  remove(site: string, id: string): Promise<boolean>
  /** The one that a secret opens now. What other processes have made or removed is known after 5 s. */
  find(secret: string): Promise<Share | undefined>
}

export interface SharesOptions {
  values: Values
  sites: Sites
  passwords: Passwords
  /** ms since 1970. */
  now: () => number
}

type Fields = Omit<Share, 'id' | 'site' | 'created'>

const secretPattern = /^[\w-]{32}$/
const maxShares = 100

/**
 * Secrets are kept as they are, so that an owner can copy a link again: who cannot makes another one each time, and then there
 * are links that nobody dares to remove. Whoever reads the storage has every hit, of which a link shows sums. Passwords are
 * people's own, and kept as hashes.
 */
export function createShares({ values, sites, passwords, now }: SharesOptions): Shares {
  const records = createRecords<Fields>({ values, prefix: 'share', read: readFields, max: maxShares, now })

  return {
    async list(site) {
      return (await records.list(site)).map((record) => shareOf(site, record))
    },
    async add(site, { name, password, expires }) {
      const hashed = password === undefined ? undefined : await passwords.hash(password)
      const secret = randomBytes(24).toString('base64url')
      return shareOf(site, await records.add(site, { name, secret, ...(hashed && { password: hashed }), ...(expires !== undefined && { expires }) }))
    },
    remove: (site, id) => records.remove(site, id),
    async find(secret) {
      if (!secretPattern.test(secret)) return undefined
      const given = hashOf(secret)
      let found: Share | undefined
      // All of them, whichever it is: the time tells nothing of the others.
      for (const site of await sites.list())
        for (const share of await records.list(site.id)) if (timingSafeEqual(given, hashOf(share.secret)) && isOpen(share, site)) found = shareOf(site.id, share)
      return found
    },
  }

  function isOpen({ expires }: Recorded<Fields>, { timezone }: Site): boolean {
    return expires === undefined || siteDay(timezone, now()) <= expires
  }
}

function shareOf(site: string, record: Recorded<Fields>): Share {
  return { ...record, site }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** What cannot be understood opens nothing: a link is not to lose its password to a damaged value. */
function readFields({ name, secret, password, expires }: Record<string, unknown>): Fields | undefined {
  if (typeof name !== 'string' || typeof secret !== 'string' || !secretPattern.test(secret)) return undefined
  if (expires !== undefined && typeof expires !== 'string') return undefined
  if (password !== undefined && !isHashed(password)) return undefined
  return { name, secret, ...(password !== undefined && { password }), ...(expires !== undefined && { expires }) }
}

function isHashed(value: unknown): value is HashedPassword {
  const { salt, hash } = (value ?? {}) as Partial<Record<keyof HashedPassword, unknown>>
  return typeof salt === 'string' && salt !== '' && typeof hash === 'string' && hash !== ''
}
