import type { Hit } from '@treadlight/protocol'
import { promisifyRequest } from 'idb-keyval'
import { idStart } from './id.ts'

/** What is kept on the device until it is confirmed: every hit, hits that could not be sent, or none. */
export type QueueMode = 'always' | 'offline' | 'off'

/**
 * Undelivered hits that outlive the page. Removes `ids` and adds `hits`, both or neither; without arguments
 * reads the newest 1,000. Resolves to the hits that were added or read, in the order of their ids, and to
 * nothing where storage is denied, full, broken or silent for a second.
 */
export type Queue = (hits?: Hit[], ids?: string[]) => Promise<Hit[] | void>

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
export function createQueue(name: string): Queue {
  const work: Queue = async (hits, ids = []) => {
    // `indexedDB` itself throws where storage is denied.
    try {
      const opening = indexedDB.open(name)
      opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
      const database = await promisifyRequest(opening)
      const store = database.transaction(storeName, 'readwrite').objectStore(storeName)
      // Takes effect after the transaction.
      database.close()
      for (const id of ids) store.delete(id)
      for (const hit of hits ?? []) store.put(hit, hit.id)
      const rows = hits ?? (await promisifyRequest<Hit[]>(store.getAll()))
      // Ids begin with their time.
      const oldest = idStart(Date.now() - maxAge)
      while (rows.length > maxHits || (rows[0]?.id ?? oldest) < oldest) store.delete(rows.shift()!.id)
      // The transaction, not the last request: a full disk shows only on commit.
      await promisifyRequest(store.transaction)
      return rows
    } catch {
      // The tracker goes on from memory.
    }
  }
  return (...change) => Promise.race([work(...change), new Promise<void>((resolve) => setTimeout(resolve, patience))])
}

/** Keeps nothing on the device. */
export const nullQueue: Queue = async () => {}
