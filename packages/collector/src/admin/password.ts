import { randomBytes, scrypt } from 'node:crypto'
import { sameText } from '../sameText.ts'

/** What is kept of a password. */
export interface HashedPassword {
  /** Hex digits, others for each password: by it one is told from the next. */
  salt: string
  /** 64 hex digits. */
  hash: string
}

/** Hashes passwords, a few at a time. */
export interface Passwords {
  hash(password: string): Promise<HashedPassword>
  /** False where there is none to compare with, after the same time. */
  matches(password: string, hashed: HashedPassword | undefined): Promise<boolean>
}

/** A password's length, characters. */
export const passwordLength = { least: 10, most: 1024 } as const

// N = 2^15 takes about 75 ms and 32 MiB here: slow enough for a guesser, bearable for a login.
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }

/** One for all that has a password: what is hashed at once is counted together. */
export function createPasswords(): Passwords {
  // Two at once: a third would let a stranger keep both cores busy with guesses.
  const slots = createSlots(2)
  const nobodys = { salt: newSalt(), hash: '' }
  return {
    async hash(password) {
      const salt = newSalt()
      return { salt, hash: await slots(() => hashPassword(password, salt)) }
    },
    async matches(password, hashed) {
      const { salt, hash } = hashed ?? nobodys
      const given = await slots(() => hashPassword(password, salt))
      return sameText(given, hash) && hashed !== undefined
    },
  }
}

/** A password of 120 random bits. */
export function makePassword(): string {
  return randomBytes(15).toString('base64url')
}

/** What is wrong with a password that somebody has chosen, beginning with the field; undefined for nothing. */
export function describeBadPassword(password: unknown, field = 'password'): string | undefined {
  const { least, most } = passwordLength
  if (typeof password === 'string' && password.length >= least && password.length <= most) return undefined
  return `${field}: must be ${least} to ${most} characters`
}

function newSalt(): string {
  return randomBytes(16).toString('hex')
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
