import { Buffer } from 'node:buffer'
import type { Driver } from 'unstorage'
import type { Check } from '../checkStorage.ts'
import { createDriverError, createExistsError } from './driverError.ts'
import { segmentPattern } from './segmentPattern.ts'
import { withTimeout } from './timeLimit.ts'

/** An unstorage driver that does what the store needs; see `test/contracts/driver.ts`. */
export interface StoreDriver extends Driver {
  /** Whether of several that write one key at once the backend lets one succeed; the others get an error of code EEXIST. */
  readonly exclusive: boolean
  /** Looks at what a 201 is worth on this backend, for `checkStorage`. */
  checks?(): Promise<Check[]>
  dispose(): Promise<void>
}

/** A driver that can read a part of a value without the rest of it. */
export interface PartDriver extends Driver {
  /** The bytes of `[start, end)`, as far as the value has them: as `subarray` cuts. Null where there is no value. */
  readPart(key: string, start: number, end: number): Promise<Uint8Array | null>
}

export function isPartDriver(driver: object): driver is PartDriver {
  return 'readPart' in driver
}

/** What differs between the drivers. Keys are checked; errors and undefined stay as they are, `createDriver` sees to them. */
export interface Backend {
  name: string
  readonly exclusive: boolean
  /** False if the key has a value, as far as the backend can tell. A value is there as a whole or not at all. */
  create(key: string, bytes: Uint8Array): Promise<boolean>
  read(key: string): Promise<Uint8Array | undefined>
  /** The bytes of `[start, end)`, of which there is at least one to ask for, as far as the value has them. Left out where it would read the whole value. */
  readPart?(key: string, start: number, end: number): Promise<Uint8Array | undefined>
  has(key: string): Promise<boolean>
  /** Every key below a prefix, which is empty or ends in a colon. */
  list(prefix: string): Promise<string[]>
  remove(key: string): Promise<void>
  /** What the owner can do about an error that is not of the network. */
  remedy(cause: unknown): string
  checks?(): Promise<Check[]>
  dispose?(): Promise<void>
}

/**
 * Makes a driver of a backend: checks keys, ends what hangs, names what fails.
 * @param timeout of each call, ms
 */
export function createDriver(backend: Backend, timeout: number): StoreDriver & Partial<PartDriver> {
  const { name } = backend

  async function attempt<T>(action: string, act: () => Promise<T>): Promise<T> {
    try {
      return await withTimeout(act(), timeout)
    } catch (cause) {
      throw createDriverError({ driver: name, action, cause, remedy: backend.remedy(cause) })
    }
  }

  async function read(key: string): Promise<Buffer | null> {
    checkKey(name, key)
    return toBuffer(await attempt(`read ${key}`, () => backend.read(key)))
  }

  async function readPart(key: string, start: number, end: number): Promise<Buffer | null> {
    checkKey(name, key)
    checkPart(name, start, end)
    // An empty range has no words in HTTP.
    if (start === end) return (await attempt(`look for ${key}`, () => backend.has(key))) ? Buffer.of() : null
    return toBuffer(await attempt(`read ${key}`, () => backend.readPart!(key, start, end)))
  }

  async function create(key: string, value: string | Uint8Array): Promise<void> {
    checkKey(name, key)
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    if (!(await attempt(`write ${key}`, () => backend.create(key, bytes)))) throw createExistsError(name, key)
  }

  return {
    name: `treadlight-${name}`,
    get exclusive() {
      return backend.exclusive
    },
    async hasItem(key) {
      checkKey(name, key)
      return attempt(`look for ${key}`, () => backend.has(key))
    },
    // Keys that end in $ are unstorage's metadata of other keys; we keep none.
    getItem: async (key) => (key.endsWith('$') ? null : ((await read(key))?.toString() ?? null)),
    getItemRaw: read,
    ...(backend.readPart && { readPart }),
    setItem: create,
    setItemRaw: create,
    async removeItem(key) {
      checkKey(name, key)
      await attempt(`remove ${key}`, () => backend.remove(key))
    },
    async getKeys(base = '') {
      const scope = base.replace(/:$/, '')
      if (scope !== '') checkKey(name, scope)
      return attempt(`list ${scope || 'the keys'}`, () => backend.list(scope && `${scope}:`))
    },
    ...(backend.checks && { checks: () => attempt('look at the settings', async () => backend.checks!()) }),
    dispose: () => attempt('close the connection', async () => backend.dispose?.()),
  }
}

function toBuffer(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * What `readPart` can be asked for.
 * @throws RangeError
 */
export function checkPart(driver: string, start: number, end: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end) return
  throw new RangeError(`[treadlight ${driver}] [${start}, ${end}) is no part of a value`)
}

/**
 * The same alphabet on every backend, so that values can move from one to another.
 * @throws RangeError
 */
function checkKey(driver: string, key: string): void {
  const bad = key.split(':').find((segment) => !segmentPattern.test(segment))
  if (bad === undefined) return
  throw new RangeError(`[treadlight ${driver}] ${JSON.stringify(bad)} in key ${JSON.stringify(key)} must match ${segmentPattern.source}`)
}

/** Whether something found in a backend can be a key of ours: others may keep things beside it. */
export function isKey(text: string): boolean {
  return text.split(':').every((segment) => segmentPattern.test(segment))
}

/** The same bytes without the methods of Node's Buffer, for bindings that know the web's types only. */
export function toView({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
