import { Buffer } from 'node:buffer'
import type { Storage } from 'unstorage'
import { encodeFrame, readFrames, type FrameProblem } from './frame.ts'
import { readNamed } from './laterFormat.ts'

/** Something in the storage that was left out of an answer, because it is not what was written. */
export interface StorageProblem extends FrameProblem {
  key: string
}

export interface ValuesOptions {
  /** Told of every value that is damaged. @default ignored */
  onProblem?: (problem: StorageProblem) => void
}

/** Small values that are written once, with length and checksum. */
export interface Values {
  /**
   * False if there is a value already. On our `fs` driver exactly one of several at once is told true; drivers without
   * an exclusive create may tell it to several, so let the value follow from the key, or its key be random.
   */
  create(key: string, value: string | Uint8Array): Promise<boolean>
  /** Undefined if there is none, or if it is damaged, which is reported. */
  read(key: string): Promise<Uint8Array | undefined>
  /** The keys below a prefix such as `salt:`, sorted, each once. */
  list(prefix: string): Promise<string[]>
  remove(key: string): Promise<void>
}

/**
 * Wraps a storage so that a torn or changed value never comes back as a value.
 *
 * @example
 * const values = createValues(storage)
 * await values.create('salt:2026-11-21:0b5e', salt)
 */
export function createValues(storage: Storage, options: ValuesOptions = {}): Values {
  return {
    async create(key, value) {
      if (await storage.hasItem(key)) return false
      return createItem(storage, key, encodeFrame(value))
    },
    async read(key) {
      const bytes = await readBytes(storage, key)
      if (bytes === undefined) return undefined
      const { payloads, end, problems } = readNamed(key, () => readFrames(bytes))
      const [payload] = payloads
      if (payload !== undefined && payloads.length === 1 && end === bytes.length && problems.length === 0) return payload
      options.onProblem?.({ key, ...(problems[0] ?? { offset: 0, reason: 'torn' }) })
      return undefined
    },
    list: (prefix) => listKeys(storage, prefix),
    remove: (key) => storage.removeItem(key),
  }
}

/**
 * Writes a value that follows from its key. So one that is there already says the same; and one that is damaged, as
 * some drivers leave it after a crash, may be written anew.
 */
export async function ensureValue(values: Values, key: string, value: string): Promise<void> {
  if ((await values.create(key, value)) || (await values.read(key)) !== undefined) return
  await values.remove(key)
  await values.create(key, value)
}

/** Writes a value where there is none; false if the driver says that there is one. */
export async function createItem(storage: Storage, key: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await storage.setItemRaw(key, bytes)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Drivers may list a key twice (Redis' SCAN) or in any order. */
export async function listKeys(storage: Storage, prefix: string): Promise<string[]> {
  return [...new Set(await storage.getKeys(prefix))].toSorted()
}

/** The bytes of a value, in whatever shape the driver hands them over; undefined if there is none. */
export async function readBytes(storage: Storage, key: string): Promise<Buffer | undefined> {
  const value: unknown = await storage.getItemRaw(key)
  if (value === null || value === undefined) return undefined
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return Buffer.from(value)
  // unstorage's fs drivers answer a failed read with the error as the value.
  throw new Error(`[treadlight store] could not read ${key}: check the storage driver`, { cause: value })
}
