import type { HitAnswer } from '@treadlight/protocol'
import { endpoint, halted, listen, type Deliver, type PageHit } from './page.ts'
import { pageTransport, type Answer, type Transport } from './transport.ts'

/** What is kept on the device until it is confirmed: every hit, hits that could not be sent, or none. */
export type QueueMode = 'always' | 'offline' | 'off'

/** A unit of UTF-16 is at most three bytes of UTF-8, so this is at most 60,000 bytes: below the 64 KiB that a beacon may have and the collector takes. */
const longestBody = 20_000
/**
 * A hit stays if all that wait, were they as long as it, had no more characters: 1,600 of the usual length, and large ones leave
 * room for smaller. Of what this page made the oldest stay, of former pages' hits the newest. How old a hit may be is for the
 * collector to say, whose clock is right: it refuses what has waited for more than a week.
 */
const longestQueue = 500_000

/** Undelivered hits of this page by id, but for those on their way: in memory too, because nothing can be read as a page goes. */
const hits = new Map<string, PageHit>()
let mode: QueueMode | undefined
let transport: Transport = pageTransport
let timer: ReturnType<typeof setTimeout> | 0 | undefined
let isBusy: boolean | undefined
let failures = 0
/** No retry before this time, by performance.now(). */
let earliest = 0
let limit = longestBody

/**
 * Writes `add` and deletes `remove`, both or neither. Without arguments reads what former pages and other tabs
 * left, newest first. Resolves to nothing where storage is denied, full or broken: the tracker goes on from memory.
 *
 * The database is opened for each operation: a connection kept open gets lost in background tabs (WebKit
 * "Connection to Indexed Database server lost") and can keep a page out of the back/forward cache. It has one
 * version for ever, so no tab ever blocks another.
 */
async function change(add?: PageHit[], remove?: PageHit[]): Promise<PageHit[] | undefined> {
  try {
    // `indexedDB` itself throws where storage is denied, and `false` has no `open`.
    const opening = ((mode !== 'off' && indexedDB) as IDBFactory).open(endpoint as string)
    opening.onupgradeneeded = () => opening.result.createObjectStore('hits')
    const database = await answerOf(opening)
    const store = database.transaction('hits', 'readwrite').objectStore('hits')
    // Takes effect after the transaction.
    database.close()
    remove?.map((hit) => store.delete(hit.id))
    if (add) {
      add.map((hit) => store.put(hit, hit.id))
      // Without waiting for the answers: a transaction that is open as the page goes keeps it out of the back/forward cache.
      store.transaction.commit()
    } else {
      return (await answerOf(store.getAll() as IDBRequest<PageHit[]>))
        .reverse()
        .filter((hit, index) => index * JSON.stringify(hit).length < longestQueue || void store.delete(hit.id))
    }
  } catch {
    // Said above.
  }
  return undefined
}

/** A request's answer as a promise. */
function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a request has one reader, and bytes count
    request.onerror = reject
  })
}

function keep(list: PageHit[]): void {
  list.map((hit) => hits.set(hit.id, hit))
}

/**
 * Sends what is undelivered, of former pages too. Resolves once it was tried, and at once where that is going on; does nothing
 * while hits are held, and while the collector wants a pause.
 */
export async function flush(): Promise<void> {
  if (endpoint && !halted && performance.now() > earliest) {
    clearTimeout(timer)
    timer = 0
    // First what is in memory: storage that never answers (Safari 14, WebKit bug 226547) must not delay it.
    await sendAll()
    try {
      await navigator.locks.request(endpoint as string, sendRows)
    } catch {
      // No locks on plain http and in opaque origins: there two tabs may send the same hit.
      await sendRows()
    }
  }
}

/** Sends what other pages left: one tab at a time. */
async function sendRows(): Promise<void> {
  if (!timer) keep((await change()) ?? [])
  await sendAll()
}

/** One request at a time, so that hits which come meanwhile go together. A retry that is planned is waited for by all. */
async function sendAll(): Promise<void> {
  if (isBusy) return
  isBusy = true
  while (hits.size && !timer) await send()
  isBusy = false
}

/**
 * Sends as much as fits. Whatever goes wrong, a hit is at worst sent twice, and the collector knows its id:
 * only an answer of the collector's own (`x-hit`) that is none of "later" deletes it.
 */
async function send(isLeaving?: boolean): Promise<unknown> {
  // More than 64 seldom fit, and what waits need not be gone through for each request.
  let list = [...hits.values()].slice(0, 64)
  let body
  let pause = 0
  while ((body = JSON.stringify({ sentAt: Date.now(), hits: list })).length > limit && list[1]) list.length >>= 1
  list.map((hit) => hits.delete(hit.id))
  try {
    const answer = (await transport(endpoint!, body, isLeaving)) as Answer
    // Too big, or one of them is more than the collector can bear: halves, until it is alone.
    // A firewall in between answers 403 for one.
    if (list[1] && /4.3|500/.test(answer.status as unknown as string)) return keep(list), (limit = body.length >> 1)
    // Without this header a captive portal or a proxy has answered, which says nothing about the hits.
    if (answer.headers.get('x-hit') && /20|40[05]|413/.test(answer.status as unknown as string)) {
      // A wrong clock: the collector says how the hits would have been with the right one.
      const retimed = ((await answer.json()) as HitAnswer & { retimed?: PageHit[] }).retimed ?? []
      void change(retimed, list)
      limit = longestBody
      list = retimed
      if (!list[0]) return (failures = 0)
    }
    pause = (answer.headers.get('retry-after') as unknown as number) * 1e3 || 0
  } catch {
    // Offline, cut off, blocked, a patched fetch that throws, or a beacon, which has no answer.
  }
  // At the end: one that never gets through must not hold up the others.
  keep(list)
  void change(list)
  // A beacon has no answer, and says nothing about the pause that the collector wants.
  if (isLeaving) return 0
  earliest = performance.now() + pause
  // "Full jitter", up to 1 s, 2 s, 4 s … 256 s, so that browsers do not come back in step; a little later than `earliest`.
  // Without a timer there is no later: the page is gone (an iframe removed, a page dropped from the back/forward cache),
  // where all requests fail at once. To go on would hang the pages that share its process.
  return (timer = setTimeout(flush, pause + 99 + Math.random() * 1e3 * 2 ** Math.min(8, failures++)) || 1)
}

/** Replaces what the queue sends with. */
export function setTransport(value: Transport): void {
  transport = value
}

/** Starts the queue of this page and returns what takes its hits. Write and request start together, and neither waits for the other. */
export function startQueue(queueMode?: QueueMode): Deliver {
  mode = queueMode
  // Later than all others that listen for the page's end, whose last hits go with it.
  queueMicrotask(() => {
    listen('visibilitychange online', () => {
      if (!document.hidden) void flush()
      else if (hits.size) void send(true)
    })
    void flush()
  })
  return (hit) => {
    // Only what JSON can hold, as it is now: a batch with more than that would never leave, nor would any after it.
    hit = JSON.parse(JSON.stringify(hit))
    // What is made while nothing gets through has an end.
    if (hits.size * JSON.stringify(hit).length < longestQueue) {
      if (mode !== 'offline' || timer) void change([hit])
      keep([hit])
      queueMicrotask(sendAll)
    }
  }
}
