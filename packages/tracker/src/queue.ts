import type { Hit } from '@treadlight/protocol'
import { promisifyRequest } from 'idb-keyval'

/** What is kept on the device until it is confirmed: every hit, hits that could not be sent, or none. */
export type QueueMode = 'always' | 'offline' | 'off'

/** Undelivered hits that outlive the page. Both methods may reject; the tracker then goes on from memory. */
export interface Queue {
  /** Whether hits are added only after a failed send. */
  isLate?: boolean
  /** At most the 1,000 newest hits of the last 7 days, in the order of their ids; nothing if there is no telling. */
  read(): Promise<Hit[] | void>
  /** Adds `hits` and removes `ids`, both or neither. */
  change(hits: Hit[], ids: string[]): Promise<unknown>
}

const storeName = 'hits'
const maxHits = 1000
/** `queueMaxAge` of @treadlight/protocol, of which only types are imported. */
export const maxAge: number = 7 * 86_400_000
/** Safari 14 never answered the first `open` of a session (WebKit bug 226547). */
const patience = 1000

/**
 * A queue in IndexedDB, one row per hit under its id.
 *
 * The database is opened for each operation: a connection kept open gets lost in background tabs (WebKit
 * "Connection to Indexed Database server lost") and can keep a page out of the back/forward cache. It has
 * one version for ever, so no tab ever blocks another.
 */
export function createQueue(name: string, isLate = false): Queue {
  const inStore = async <T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T> | IDBTransaction,
  ): Promise<T> => {
    // `indexedDB` itself throws where storage is denied: async makes that a rejection.
    const opening = indexedDB.open(name)
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
    const database = await promisifyRequest(opening)
    try {
      return await promisifyRequest<T>(work(database.transaction(storeName, mode).objectStore(storeName)))
    } finally {
      database.close()
    }
  }

  const change: Queue['change'] = (hits, ids) =>
    inStore('readwrite', (store) => {
      for (const hit of hits) store.put(hit, hit.id)
      for (const id of ids) store.delete(id)
      // The transaction, not the last request: a full disk shows only on commit.
      return store.transaction
    })

  const readAll = async (): Promise<Hit[]> => {
    const rows = await inStore<Hit[]>('readonly', (store) => store.getAll())
    const hits = rows.slice(-maxHits).filter(({ timestamp }) => Date.parse(timestamp) > Date.now() - maxAge)
    const gone = rows.filter((hit) => !hits.includes(hit))
    if (gone.length > 0) await change([], gone.map(({ id }) => id))
    return hits
  }

  return {
    isLate,
    change,
    read: () => Promise.race([readAll(), new Promise<void>((resolve) => setTimeout(resolve, patience))]),
  }
}

/** Keeps nothing on the device. */
export const nullQueue: Queue = {
  isLate: true,
  read: async () => {},
  change: () => Promise.reject(),
}
