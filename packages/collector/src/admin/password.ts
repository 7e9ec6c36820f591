import type { Values } from '@treadlight/store'
import { randomBytes, scrypt } from 'node:crypto'
import { readText } from '../readText.ts'
import { sameText } from '../sameText.ts'

/** The one account of this version. */
export interface Account {
  /** Makes a first password and answers it, once; undefined where there is one already. */
  setUp(): Promise<string | undefined>
  /** Replaces the password by a new one and answers it; every login ends. */
  reset(): Promise<string>
  /** The version of the password where it is right: logins are bound to it and end with it. */
  check(password: string): Promise<string | undefined>
  /** The version of the password that counts now; undefined where there is none or it is damaged. */
  version(): Promise<string | undefined>
}

// N = 2^15 takes about 75 ms and 32 MiB here: slow enough for a guesser, bearable for a login.
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }
const prefix = 'account:admin:'
const separator = '.'

/**
 * Keeps a password as a scrypt hash under a numbered key that is written once; the highest number counts, readable
 * or not: a damaged password opens nothing, and does not bring back the one before it.
 *
 * @param values where accounts live, shared by all collectors of a store
 */
export function createAccount(values: Values): Account {
  // Two at once: a third would let a stranger keep both cores busy with guesses.
  const slots = createSlots(2)

  return {
    async setUp() {
      if ((await listKeys()).length > 0) return undefined
      // Of two first starts at once, only the one whose password it is may print it.
      return make(0)
    },
    async reset() {
      for (;;) {
        const older = await listKeys()
        const password = await make(numberOf(older.at(-1)) + 1)
        if (password === undefined) continue
        for (const key of older) await values.remove(key)
        return password
      }
    },
    async check(password) {
      const stored = await latest()
      if (!stored) return undefined
      const given = await slots(() => hashPassword(password, stored.salt))
      return sameText(given, stored.hash) ? stored.version : undefined
    },
    async version() {
      return (await latest())?.version
    },
  }

  /** A new password under a number; undefined where another process was first. */
  async function make(number: number): Promise<string | undefined> {
    const password = randomBytes(15).toString('base64url')
    const salt = randomBytes(16).toString('hex')
    const value = `${salt}${separator}${await hashPassword(password, salt)}`
    const key = prefix + String(number).padStart(6, '0')
    const isCreated = await values.create(key, value)
    // Not every storage can tell who was first: what it has is what counts.
    return isCreated && (await readText(values, key)) === value ? password : undefined
  }

  async function listKeys(): Promise<string[]> {
    // Behind all numbers, a readme would be the password that counts.
    return (await values.list(prefix)).filter((key) => /^\d+$/.test(key.slice(prefix.length))).sort()
  }

  async function latest(): Promise<{ version: string; salt: string; hash: string } | undefined> {
    const key = (await listKeys()).at(-1)
    const value = key && (await readText(values, key))
    if (!value) return undefined
    const [salt = '', hash = ''] = value.split(separator)
    return { version: salt, salt, hash }
  }
}

function numberOf(key: string | undefined): number {
  return key === undefined ? -1 : Number(key.slice(prefix.length))
}

function hashPassword(password: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key.toString('hex'))))
  })
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
