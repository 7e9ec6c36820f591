import { setTimeout as wait } from 'node:timers/promises'
import type { Driver } from 'unstorage'
import type { PartDriver } from '../packages/store/src/drivers/storeDriver.ts'

/** What an object store bills: writes and listings as class A, reads and looks as class B, deletions not at all. */
export interface ObjectRequests {
  put: number
  /** A page of a thousand names each. */
  list: number
  get: number
  head: number
  delete: number
  /** Bytes that left the object store, and that came. */
  read: number
  written: number
}

const pageSize = 1000

export function noRequests(): ObjectRequests {
  return { put: 0, list: 0, get: 0, head: 0, delete: 0, read: 0, written: 0 }
}

/**
 * A bucket in memory that counts the requests which our driver of S3 would make, one for each call and page.
 * @param latency of a listing, ms
 */
export function createCountingDriver(latency = 0): { driver: Driver & PartDriver; requests: ObjectRequests; values: ReadonlyMap<string, Uint8Array> } {
  const values = new Map<string, Uint8Array>()
  const requests = noRequests()
  const read = (bytes: Uint8Array | undefined): Uint8Array | null => {
    requests.get++
    requests.read += bytes?.length ?? 0
    return bytes ?? null
  }
  const write = (key: string, value: unknown): void => {
    const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array)
    requests.put++
    requests.written += bytes.length
    values.set(key, Uint8Array.from(bytes))
  }
  return {
    requests,
    values,
    driver: {
      name: 'counting',
      hasItem: (key) => {
        requests.head++
        return values.has(key)
      },
      getItem: (key) => {
        const bytes = read(values.get(key))
        return bytes === null ? null : Buffer.from(bytes).toString()
      },
      getItemRaw: (key) => read(values.get(key)),
      readPart: async (key, start, end) => read(values.get(key)?.subarray(start, end)),
      setItem: write,
      setItemRaw: write,
      removeItem: (key) => {
        requests.delete++
        values.delete(key)
      },
      getKeys: async (base = '') => {
        if (latency > 0) await wait(latency)
        const found = [...values.keys()].filter((key) => key.startsWith(base))
        requests.list += Math.max(1, Math.ceil(found.length / pageSize))
        return found
      },
    },
  }
}

/** What came since a count before. */
export function requestsSince(all: ObjectRequests, before: ObjectRequests): ObjectRequests {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value - before[name as keyof ObjectRequests]])) as unknown as ObjectRequests
}
