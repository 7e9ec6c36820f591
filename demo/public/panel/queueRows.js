import { meet, note } from './trail.js'

/** What the tracker keeps on the device: a database named for the collector's address, with one table. */
const table = 'hits'
const isQueue = (store) => store.name === table && store.transaction.db.name.endsWith('/hit')

let databaseName

/** Watches what the tracker writes into its queue and deletes from it. `onChange` is told when a write is through. */
export function watchQueue(onChange) {
  const { put, delete: remove } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value, key) {
    const request = put.call(this, value, key)
    if (isQueue(this)) whenDone(this, () => noteQueued(meet(value)))
    return request
  }
  IDBObjectStore.prototype.delete = function (key) {
    const request = remove.call(this, key)
    if (isQueue(this)) whenDone(this, () => undefined)
    return request
  }

  function whenDone(store, act) {
    databaseName = store.transaction.db.name
    store.transaction.addEventListener('complete', () => {
      act()
      onChange()
    })
  }
}

function noteQueued(entry) {
  const text = 'in the queue: IndexedDB has it'
  // It is written anew after each request that failed, which changes nothing.
  if (entry.steps.some((step) => step.text === text)) return
  // Writing and sending begin together: what is on its way is in the queue as well.
  note(entry, text, { state: 'queued', aside: entry.state !== 'made' })
}

/** The hits that are in the queue of this browser now, those of other tabs too. Undefined until the tracker has been at it. */
export async function readQueue(name = databaseName) {
  if (name === undefined) return undefined
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open(name)
    // Only the tracker makes its database.
    opening.addEventListener('upgradeneeded', () => opening.transaction.abort())
    opening.addEventListener('success', () => resolve(opening.result))
    opening.addEventListener('error', () => resolve(undefined))
  })
  if (!database) return undefined
  const reading = database.transaction(table).objectStore(table).getAll()
  database.close()
  return new Promise((resolve) => {
    reading.addEventListener('success', () => resolve(reading.result))
    reading.addEventListener('error', () => resolve([]))
  })
}
