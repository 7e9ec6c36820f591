import type { OpenedCardPass } from '@treadlight/protocol'
import type { Values } from '@treadlight/store'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'

/**
 * What a token may open: the stats API, `/metrics`, the tasks for schedulers, every hit as it is stored (`export`, which is
 * more than the numbers that `stats` opens), or a user's newest views (`card`); `hits` is for servers that speak for their
 * visitors, `annotations` for what deploys a site, so that it says when. `admin` opens all that an owner can do, but does not
 * speak for visitors.
 */
export const scopes = ['stats', 'metrics', 'tasks', 'hits', 'export', 'card', 'annotations', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** A token as the storage knows it; the token itself is nowhere. */
export interface TokenRecord {
  /** 12 hex digits, by which it is revoked. */
  id: string
  name: string
  scopes: readonly Scope[]
  /** ISO 8601. */
  created: string
}

/** Keys to parts of the API for programs: random, shown once, kept as a hash. */
export interface Tokens {
  /** Makes a token and answers it, this once. */
  create(name: string, scopes: readonly Scope[]): Promise<TokenRecord & { token: string }>
  /** Oldest first. */
  list(): Promise<TokenRecord[]>
  /** False where there is no such id. */
  revoke(id: string): Promise<boolean>
  /** The record of a token that counts. What other processes have made or revoked is known after 5 s. */
  find(token: string): Promise<TokenRecord | undefined>
  /** The record of the token that has signed a pass for a user's card, whenever that ends. */
  findSigner(pass: OpenedCardPass): Promise<TokenRecord | undefined>
}

type StoredToken = TokenRecord & { hash: string }

const prefix = 'token:'
const ownKey = /^token:[0-9a-f]{12}$/
/** For how long a listing is good, ms. */
const fresh = 5000
/** More than this are not looked at: an owner has a handful. */
const maxTokens = 1000

/** @param now ms since 1970 */
export function createTokens(values: Values, now: () => number): Tokens {
  /** Values are written once: each is read once. */
  let known = new Map<string, StoredToken>()
  let listed: { at: number; tokens: Promise<StoredToken[]> } | undefined

  return {
    async create(name, scopes) {
      const token = `tl_${randomBytes(32).toString('base64url')}`
      const record: TokenRecord = { id: randomBytes(6).toString('hex'), name, scopes, created: new Date(now()).toISOString() }
      await values.create(prefix + record.id, JSON.stringify({ ...record, hash: hashOf(token).toString('hex') } satisfies StoredToken))
      listed = undefined
      return { ...record, token }
    },
    async list() {
      return (await load()).map(({ id, name, scopes, created }) => ({ id, name, scopes, created })).toSorted((a, b) => (a.created < b.created ? -1 : 1))
    },
    async revoke(id) {
      const key = prefix + id
      if (!ownKey.test(key) || !(await values.list(prefix)).includes(key)) return false
      await values.remove(key)
      listed = undefined
      return true
    },
    async find(token) {
      const given = hashOf(token)
      let found: StoredToken | undefined
      // All of them, whichever it is: the time tells nothing of the others.
      for (const stored of await loadFresh()) if (timingSafeEqual(given, Buffer.from(stored.hash, 'hex'))) found = stored
      return found
    },
    async findSigner({ signed, mac }) {
      const isSigner = ({ hash, scopes }: StoredToken): boolean =>
        // Not `admin`: such a token has no place where pages for others are made.
        scopes.includes('card') && timingSafeEqual(createHmac('sha256', Buffer.from(hash, 'hex')).update(signed).digest(), mac)
      return (await loadFresh()).find(isSigner)
    },
  }

  function loadFresh(): Promise<StoredToken[]> {
    if (listed === undefined || Math.abs(now() - listed.at) > fresh) {
      const tokens = load()
      listed = { at: now(), tokens }
      // What could not be listed is listed anew by the next request.
      tokens.catch(() => (listed = undefined))
    }
    return listed.tokens
  }

  async function load(): Promise<StoredToken[]> {
    const keys = (await values.list(prefix)).filter((key) => ownKey.test(key)).slice(0, maxTokens)
    const found = new Map<string, StoredToken>()
    for (const key of keys) {
      const stored = known.get(key) ?? readToken(await readText(values, key))
      if (stored) found.set(key, stored)
    }
    known = found
    return [...found.values()]
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Damaged ones open nothing. */
function readToken(value: string | undefined): StoredToken | undefined {
  const stored = parseObject(value) as Partial<StoredToken> | undefined
  return /^[0-9a-f]{64}$/.test(String(stored?.hash)) ? (stored as StoredToken) : undefined
}
