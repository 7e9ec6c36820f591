import type { Values } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'

/** What an owner has made, as it is listed. */
export type Recorded<T> = T & {
  /** 12 hex digits, by which it is changed and removed. */
  id: string
  /** ISO 8601. */
  created: string
}

/** Small things that owners make, of one kind: segments, share links, notes. Each belongs to a scope: the id of a site. */
export interface Records<T extends object> {
  /** Oldest first. What other processes have made or removed is known after 5 s. Those that are damaged are left out. */
  list(scope: string): Promise<readonly Recorded<T>[]>
  /** The one of this id; undefined for none. */
  get(scope: string, id: string): Promise<Recorded<T> | undefined>
  /** @throws RangeError where there are as many as there may be: its message is for whoever asked */
  add(scope: string, fields: T): Promise<Recorded<T>>
  /** The changed one; undefined where there is none of this id. */
  replace(scope: string, id: string, fields: T): Promise<Recorded<T> | undefined>
  /** False where there is none of this id. */
  remove(scope: string, id: string): Promise<boolean>
}

export interface RecordsOptions<T> {
  values: Values
  /** Begins the keys, and names the kind in messages: `segment`. */
  prefix: string
  /** What was stored, as it counts: undefined for what is damaged or of a later version, which brings nothing older back. */
  read: (stored: Record<string, unknown>) => T | undefined
  /** Most of one scope. */
  max: number
  /** ms since 1970. */
  now: () => number
}

/** For how long a listing is good, ms. */
const fresh = 5000

interface Stored<T> {
  scope: string
  id: string
  stamp: string
  record: Recorded<T> | undefined
}

/**
 * Keeps records as small values, each written once: `{prefix}:{scope}.{id}.{ms since 1970, 12 hex digits}-{12 random ones}`. Of
 * one id the latest counts; a removal deletes all of them. Where one process changes what another removes, it stays.
 */
export function createRecords<T extends object>({ values, prefix, read, max, now }: RecordsOptions<T>): Records<T> {
  const keyPattern = new RegExp(`^${prefix}:([a-z0-9_-]{1,64})\\.([0-9a-f]{12})\\.([0-9a-f]{12}-[0-9a-f]{12})$`)
  /** By key: a value never changes, so it is read once. */
  let known = new Map<string, Stored<T>>()
  let listed: { at: number; byScope: Promise<Map<string, Stored<T>[]>> } | undefined

  return {
    list: async (scope) => recordsOf(await loadFresh(), scope),
    get: async (scope, id) => recordsOf(await loadFresh(), scope).find((record) => record.id === id),
    async add(scope, fields) {
      listed = undefined
      if (recordsOf(await loadFresh(), scope).length >= max) throw new RangeError(`there are ${max} ${prefix}s already, and no more are taken: remove one first`)
      return write(scope, randomBytes(6).toString('hex'), fields, new Date(now()).toISOString(), 0)
    },
    async replace(scope, id, fields) {
      listed = undefined
      const before = (await loadFresh()).get(scope)?.find((stored) => stored.id === id)
      return before?.record && write(scope, id, fields, before.record.created, Number.parseInt(before.stamp, 16))
    },
    async remove(scope, id) {
      listed = undefined
      const keys = (await values.list(`${prefix}:`)).filter((key) => isOf(key, scope, id))
      for (const key of keys) await values.remove(key)
      listed = undefined
      return keys.length > 0
    },
  }

  /** @param newest ms since 1970 of what is replaced: also of a clock that was ahead */
  async function write(scope: string, id: string, fields: T, created: string, newest: number): Promise<Recorded<T>> {
    const stamp = `${Math.max(Math.floor(now()), newest + 1).toString(16).padStart(12, '0')}-${randomBytes(6).toString('hex')}`
    await values.create(`${prefix}:${scope}.${id}.${stamp}`, JSON.stringify({ ...fields, created }))
    listed = undefined
    return { ...fields, id, created }
  }

  function isOf(key: string, scope: string, id: string): boolean {
    const [, itsScope, itsId] = keyPattern.exec(key) ?? []
    return itsScope === scope && itsId === id
  }

  function loadFresh(): Promise<Map<string, Stored<T>[]>> {
    if (listed === undefined || Math.abs(now() - listed.at) > fresh) {
      const byScope = load()
      listed = { at: now(), byScope }
      // What could not be listed is listed anew by the next request.
      byScope.catch(() => (listed = undefined))
    }
    return listed.byScope
  }

  async function load(): Promise<Map<string, Stored<T>[]>> {
    const found = new Map<string, Stored<T>>()
    for (const key of await values.list(`${prefix}:`)) {
      const stored = known.get(key) ?? (await readStored(key))
      if (stored) found.set(key, stored)
    }
    known = found
    const latest = new Map<string, Stored<T>>()
    for (const stored of [...found.values()].toSorted((a, b) => (a.stamp < b.stamp ? -1 : 1))) latest.set(`${stored.scope}.${stored.id}`, stored)
    const byScope = new Map<string, Stored<T>[]>()
    for (const stored of latest.values()) byScope.set(stored.scope, [...(byScope.get(stored.scope) ?? []), stored])
    return byScope
  }

  async function readStored(key: string): Promise<Stored<T> | undefined> {
    const [, scope, id, stamp] = keyPattern.exec(key) ?? []
    if (scope === undefined || id === undefined || stamp === undefined) return undefined
    const stored = parseObject(await readText(values, key))
    const fields = stored && read(stored)
    return { scope, id, stamp, record: fields && { ...fields, id, created: String(stored['created']) } }
  }
}

function recordsOf<T>(byScope: ReadonlyMap<string, readonly Stored<T>[]>, scope: string): Recorded<T>[] {
  const records = (byScope.get(scope) ?? []).flatMap(({ record }) => record ?? [])
  return records.toSorted((a, b) => (a.created < b.created || (a.created === b.created && a.id < b.id) ? -1 : 1))
}
