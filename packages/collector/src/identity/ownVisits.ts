import type { Values } from '@treadlight/store'
import { createHmac, randomBytes } from 'node:crypto'
import { readText } from '../readText.ts'
import { sameText } from '../sameText.ts'

/** Knows the browsers whose visits the owner does not want counted (SS32), by a signed cookie. */
export interface OwnVisits {
  /** A cookie's value that lasts `ownVisitsMaxAge`. */
  sign(): Promise<string>
  /** Whether a request's Cookie header has a value of ours that still holds. */
  areIn(cookies: string): boolean | Promise<boolean>
}

export interface OwnVisitsOptions {
  values: Values
  /** ms since 1970. */
  now: () => number
}

/** How long a browser is known: 400 days in ms. None keeps a cookie for longer. */
export const ownVisitsMaxAge: number = 400 * 86_400_000

/** `__Host-` binds a cookie to the very host, but is for TLS only. */
export const ownCookie = { secure: '__Host-treadlight-own', plain: 'treadlight-own' } as const

const prefix = 'own-visits:'
/** A cookie that no secret has signed may be by a collector that was first a moment ago. Strangers can make no more reads than this: ms. */
const rest = 60_000

/**
 * Secrets are agreed as salts are: written once, random, the first by name signs; so it is in the storage, never in
 * a config. What any of them has signed holds, since two collectors may have started at once.
 */
export function createOwnVisits({ values, now }: OwnVisitsOptions): OwnVisits {
  let secrets: readonly string[] = []
  let loaded = -Infinity

  return {
    async sign() {
      await load()
      if (secrets.length === 0) {
        await values.create(prefix + randomBytes(8).toString('hex'), randomBytes(32).toString('hex'))
        await load()
      }
      const until = String(now() + ownVisitsMaxAge)
      return `${until}.${macOf(until, secrets[0]!)}`
    },
    areIn(cookies) {
      if (!cookies.includes(ownCookie.plain)) return false
      const value = readCookie(cookies)
      const [until = '', mac = ''] = value.split('.')
      if (!(Number(until) > now()) || mac === '') return false
      const isSigned = (): boolean => secrets.some((secret) => sameText(mac, macOf(until, secret)))
      if (isSigned()) return true
      if (Math.abs(now() - loaded) < rest) return false
      return load().then(isSigned)
    },
  }

  async function load(): Promise<void> {
    loaded = now()
    const found: string[] = []
    for (const key of await values.list(prefix)) {
      const secret = /^[0-9a-f]{16}$/.test(key.slice(prefix.length)) && (await readText(values, key))
      if (secret) found.push(secret)
    }
    secrets = found
  }
}

function macOf(until: string, secret: string): string {
  return createHmac('sha256', secret).update(`own visits until ${until}`).digest('base64url')
}

function readCookie(cookies: string): string {
  for (const pair of cookies.split(';')) {
    const [name, value = ''] = pair.trim().split('=')
    if (name === ownCookie.secure || name === ownCookie.plain) return value
  }
  return ''
}
