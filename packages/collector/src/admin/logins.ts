import type { Values } from '@treadlight/store'
import { createHash, randomBytes } from 'node:crypto'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'
import { firstOwner } from './storedUser.ts'

/** Who has shown a password, and which one. */
interface Login {
  /** The name of a user; of a share link `share:` and its id, which is nobody's name. */
  user: string
  /** Of the password: with it the log-in ends. */
  version: string
}

/** Who is logged in: a random token in a cookie, its hash in the store. */
export interface Logins {
  /** A new token, for the cookie. @param maxAge ms @default 30 days */
  start(login: Login, maxAge?: number): Promise<string>
  /** Undefined for what is no token, or has had its time. Whether the version still counts is for who knows the user. */
  find(token: string): Promise<Login | undefined>
  end(token: string): Promise<void>
}

/** How long a login lasts: 30 days in ms. */
export const loginMaxAge: number = 30 * 86_400_000

/** Between two looks for what has had its time, ms. */
const rest = 3_600_000
const prefix = 'login:'
const ownKey = /^login:[0-9a-f]{64}$/

/** Logins that survive a restart, end at log-out everywhere, and are worth nothing to who reads the store. */
export function createLogins(values: Values, now: () => number): Logins {
  let sweptAt = -Infinity
  return {
    async start({ user, version }, maxAge = loginMaxAge) {
      await deleteExpired()
      const token = randomBytes(32).toString('base64url')
      await values.create(keyOf(token), JSON.stringify({ user, accountVersion: version, until: now() + maxAge } satisfies StoredLogin))
      return token
    },
    async find(token) {
      const login = readLogin(await readText(values, keyOf(token)))
      return login && login.until > now() ? { user: login.user ?? firstOwner, version: login.accountVersion } : undefined
    },
    async end(token) {
      await values.remove(keyOf(token))
    },
  }

  async function deleteExpired(): Promise<void> {
    // Each of them is read, and of a share link there may be many.
    if (Math.abs(now() - sweptAt) < rest) return
    sweptAt = now()
    for (const key of await values.list(prefix)) {
      // Somebody's own, a readme for instance.
      if (!ownKey.test(key)) continue
      const login = readLogin(await readText(values, key))
      if (!login || login.until <= now()) await values.remove(key)
    }
  }
}

function keyOf(token: string): string {
  return prefix + createHash('sha256').update(token).digest('hex')
}

interface StoredLogin {
  /** The first versions wrote none: theirs is the first owner. */
  user?: string
  accountVersion: string
  /** ms since 1970. */
  until: number
}

function readLogin(value: string | undefined): StoredLogin | undefined {
  return parseObject(value) as unknown as StoredLogin | undefined
}
