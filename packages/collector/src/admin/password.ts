import type { Values } from '@treadlight/store'
import { readText } from '../readText.ts'
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** The one account of this version. */
export interface Account {
  /** Makes a first password and answers it, once; undefined where there is one already. */
  setUp(): Promise<string | undefined>
  /** Replaces the password by a new one and answers it; every login ends. */
  reset(): Promise<string>
  check(password: string): Promise<boolean>
  /** Changes with the password: logins made before are worth nothing after. */
  version(): Promise<string | undefined>
}

// N = 2^15 takes about 75 ms and 32 MiB here: slow enough for a guesser, bearable for a login.
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }
const prefix = 'account:admin:'
const separator = '.'

/**
 * Keeps a password as a scrypt hash under a key that is written once; a later one sorts behind it and wins.
 *
 * @param values where accounts live, shared by all collectors of a store
 */
export function createAccount(values: Values): Account {
  // Two at once: a third would let a stranger keep both cores busy with guesses.
  const slots = createSlots(2)

  return {
    async setUp() {
      return (await latest()) ? undefined : set()
    },
    async reset() {
      return set()
    },
    async check(password) {
      const stored = await latest()
      if (!stored) return false
      const [salt = '', hash = ''] = stored.value.split(separator)
      const given = await slots(() => hashPassword(password, salt))
      return sameText(given, hash)
    },
    async version() {
      return (await latest())?.key
    },
  }

  async function set(): Promise<string> {
    const password = randomBytes(15).toString('base64url')
    const salt = randomBytes(16).toString('hex')
    const hash = await hashPassword(password, salt)
    const previous = (await values.list(prefix)).length
    const key = `${prefix}${String(previous).padStart(6, '0')}-${randomBytes(6).toString('hex')}`
    await values.create(key, `${salt}${separator}${hash}`)
    return password
  }

  async function latest(): Promise<{ key: string; value: string } | undefined> {
    for (const key of (await values.list(prefix)).sort().reverse()) {
      const value = await readText(values, key)
      if (value) return { key, value }
    }
    return undefined
  }
}

function hashPassword(password: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key.toString('hex'))))
  })
}

/** Compares hashes of both, so that neither length nor content shows in the time it takes. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function createSlots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
