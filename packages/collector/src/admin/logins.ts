import type { Values } from '@treadlight/store'
import { createHash, randomBytes } from 'node:crypto'
import { readText } from '../readText.ts'

/** Who is logged in: a random token in a cookie, its hash in the store. */
export interface Logins {
  /** A new token, for the cookie. */
  start(accountVersion: string): Promise<string>
  isValid(token: string, accountVersion: string | undefined): Promise<boolean>
  end(token: string): Promise<void>
}

/** How long a login lasts: 30 days in ms. */
export const loginMaxAge: number = 30 * 86_400_000

const prefix = 'login:'
const ownKey = /^login:[0-9a-f]{64}$/

/** Logins that survive a restart, end at log-out everywhere, and are worth nothing to who reads the store. */
export function createLogins(values: Values, now: () => number): Logins {
  return {
    async start(accountVersion) {
      await deleteExpired()
      const token = randomBytes(32).toString('base64url')
      await values.create(keyOf(token), JSON.stringify({ accountVersion, until: now() + loginMaxAge }))
      return token
    },
    async isValid(token, accountVersion) {
      const login = readLogin(await readText(values, keyOf(token)))
      return login !== undefined && login.until > now() && login.accountVersion === accountVersion
    },
    async end(token) {
      await values.remove(keyOf(token))
    },
  }

  async function deleteExpired(): Promise<void> {
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

function readLogin(value: string | undefined): { accountVersion: string; until: number } | undefined {
  return value === undefined ? undefined : (JSON.parse(value) as { accountVersion: string; until: number })
}
