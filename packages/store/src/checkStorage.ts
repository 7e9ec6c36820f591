import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { Storage } from 'unstorage'
import { createLimit } from './drivers/limit.ts'
import { createItem, readBytes } from './values.ts'

/** One thing that was looked at. */
export interface Check {
  /** `listing`, `redis persistence`. */
  name: string
  /** `warning`: it works, and is worth less than it could be. */
  ok: boolean | 'warning'
  detail: string
  /** What the owner can do about it. */
  remedy?: string
}

export interface CheckStorageOptions {
  /** How many values the listing is tried with; a service may bill for them. @default 1_050: beyond the page of object stores */
  keys?: number
}

interface Bench {
  storage: Storage
  /** Of every key of this run. */
  prefix: string
  /** A key of this run, noted for the tidying up. */
  keyOf(name: string): string
  keys: number
}

type Finding = Omit<Check, 'name'>

const checks: [name: string, check: (bench: Bench) => Promise<Finding>][] = [
  ['bytes', checkBytes],
  ['write once', checkWriteOnce],
  ['listing', checkListing],
  ['removal', checkRemoval],
  ['latency', checkLatency],
]

/** Calls under way at once. */
const parallel = 16
const mebibyte = 1024 * 1024
/** Hits wait this long for their 201, ms. */
const slowWrite = 250

/**
 * Tries out a storage under keys of its own, `doctor:{random}:…`, which are removed at the end: whether it does what the
 * store takes for granted, how fast, and what its driver has to say. Yields each check as it is done, never throws.
 *
 * @example
 * for await (const { name, ok, detail } of checkStorage(storage)) console.log(ok === true ? '✓' : '✗', name, detail)
 */
export async function* checkStorage(storage: Storage, options: CheckStorageOptions = {}): AsyncGenerator<Check, void, void> {
  const prefix = `doctor:${randomBytes(6).toString('hex')}`
  const written = new Set<string>()
  const keyOf = (name: string) => {
    const key = `${prefix}:${name}`
    written.add(key)
    return key
  }
  try {
    for (const [name, check] of checks) {
      yield { name, ...(await findOut(() => check({ storage, prefix, keyOf, keys: options.keys ?? 1050 }))) }
    }
    yield* checksOfDrivers(storage)
  } finally {
    // Also where nobody asks for the next check.
    await inParallel([...written], (key) => storage.removeItem(key).catch(() => undefined))
  }
  const left = await storage.getKeys(prefix).catch(() => [])
  if (left.length > 0) yield { name: 'tidying up', ok: 'warning', detail: `${left.length} values are left under ${prefix}`, remedy: 'remove them' }
}

async function findOut(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error), remedy: 'see the message' }
  }
}

async function* checksOfDrivers(storage: Storage): AsyncGenerator<Check, void, void> {
  for (const { driver } of storage.getMounts()) {
    if (!('checks' in driver) || typeof driver.checks !== 'function') continue
    const look = driver.checks as () => Promise<Check[]>
    try {
      yield* await look()
    } catch (error) {
      yield { name: driver.name ?? 'driver', ok: 'warning', detail: error instanceof Error ? error.message : String(error) }
    }
  }
}

async function checkBytes({ storage, keyOf }: Bench): Promise<Finding> {
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  for (const [name, bytes] of [['every-byte', every], ['empty', Buffer.of()], ['large', randomBytes(mebibyte)]] as const) {
    const key = keyOf(name)
    await storage.setItemRaw(key, bytes)
    const read = await readBytes(storage, key)
    if (read === undefined) return { ok: false, detail: `the value ${name} cannot be read after its write`, remedy: 'choose a storage that shows its writes' }
    if (!bytes.equals(read)) return { ok: false, detail: `the value ${name} comes back as other bytes`, remedy: 'choose another driver' }
  }
  return { ok: true, detail: 'every byte, no byte and 1 MiB come back as they were written' }
}

async function checkWriteOnce({ storage, keyOf }: Bench): Promise<Finding> {
  const key = keyOf('once')
  const made = await Promise.all(Array.from({ length: 8 }, (_, index) => createItem(storage, key, Buffer.from(`value ${index}`))))
  const winners = made.filter(Boolean).length
  const again = await createItem(storage, key, Buffer.from('again'))
  if (winners === 1 && !again) return { ok: true, detail: 'of 8 writes to one key at once one succeeded, a later one was refused' }
  if (winners === 0) return { ok: false, detail: 'of 8 writes to one key at once none succeeded', remedy: 'choose another driver' }
  return { ok: 'warning', detail: 'not enforced: a second write to a key is not refused. No hit is lost by it; work that one process should do may be done by two' }
}

async function checkListing({ storage, prefix, keyOf, keys }: Bench): Promise<Finding> {
  const many = Array.from({ length: keys }, (_, index) => keyOf(`many:${index}`))
  await inParallel([...many, keyOf('manyx:1'), keyOf('man:1')], (key) => storage.setItemRaw(key, Buffer.from('x')))
  const started = performance.now()
  const listed = new Set(await storage.getKeys(`${prefix}:many`))
  const took = Math.round(performance.now() - started)
  const missing = many.filter((key) => !listed.has(key)).length
  if (missing > 0) return { ok: false, detail: `${missing} of ${keys} values are missing in the listing`, remedy: 'choose a driver that lists completely: hits would be missing' }
  const expected = new Set(many)
  const strange = [...listed].find((key) => !expected.has(key))
  if (strange !== undefined) return { ok: false, detail: `the listing of one prefix has ${strange} of another`, remedy: 'choose another driver' }
  return { ok: true, detail: `${keys} values, complete, in ${took} ms` }
}

async function checkRemoval({ storage, prefix, keyOf }: Bench): Promise<Finding> {
  const key = keyOf('removed')
  await storage.setItemRaw(key, Buffer.from('x'))
  await storage.removeItem(key)
  await storage.removeItem(key)
  const [read, listed, has] = [await readBytes(storage, key), await storage.getKeys(prefix), await storage.hasItem(key)]
  if (read === undefined && !has && !listed.includes(key)) return { ok: true, detail: 'gone at once, and may be removed twice' }
  return { ok: false, detail: 'a removed value can still be read or listed', remedy: 'check the rights to delete: what was to be deleted would come back' }
}

async function checkLatency({ storage, keyOf }: Bench): Promise<Finding> {
  const times: number[] = []
  for (let index = 0; index < 20; index++) {
    const started = performance.now()
    await storage.setItemRaw(keyOf(`time-${index}`), randomBytes(500))
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const [median, worst] = [times[10]!, times.at(-1)!]
  const detail = `a write takes ${median.toFixed(1)} ms (median of 20), at worst ${worst.toFixed(1)} ms`
  if (median < slowWrite) return { ok: true, detail }
  return { ok: 'warning', detail: `${detail}: hits wait as long for their answer`, remedy: 'bring the storage nearer' }
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const limited = createLimit(parallel)
  await Promise.all(items.map((item) => limited(() => act(item))))
}
