// Runs in the pages of the proof before any other script: spoils what the case wants spoiled, and watches.
import { nameOfHit, type PageProof, type PageSettings, type Told } from './told.ts'

declare global {
  interface Window {
    proof: PageProof
    /** For `data-before-send`. */
    report: <T extends Told['made'][number]>(hit: T) => T
  }
}

/** What of the tracker's API a page of the proof uses. */
interface Tracks {
  track(name: string, props: Record<string, number>): void
  stop(): void
}

/** @param settings of the page; by the tag that holds this script */
function watch({ clockAhead = 0, storage }: PageSettings): void {
  const told: Told = { made: [], queued: [], acts: [], errors: [] }
  const { sendBeacon } = navigator
  const page = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)
  let acts = 0

  /** At once and by a beacon, which outlives the page; to the site, which no fault cuts off. */
  function tell<K extends keyof Told>(kind: K, value: Told[K][number]): void {
    told[kind].push(value as never)
    sendBeacon.call(navigator, '/told', JSON.stringify({ [kind]: [value] }))
  }

  window.report = (hit) => {
    const { id, type } = hit
    if (!told.made.some((other) => nameOfHit(other.id) === nameOfHit(id))) tell('made', { id, type })
    return hit
  }

  watchErrors((what) => tell('errors', `${location.pathname} ${page}/${told.errors.length}: ${String(what)}`))
  reportBodies()
  watchQueue((name) => tell('queued', name))
  if (storage) blockStorage(storage)
  if (clockAhead) shiftClock(clockAhead)
  addEventListener('DOMContentLoaded', () => tell('acts', `view ${page} load`))

  window.proof = {
    async act(letters, gap) {
      let tracker
      while (!(tracker = findTracker())) await pause(10)
      for (const letter of letters) {
        const name = `${letter === 'v' ? 'view' : 'event'} ${page} ${++acts}`
        tell('acts', name)
        if (letter === 'v') {
          history.pushState(null, '', `/${page}/${acts}`)
          document.title = name
        } else tracker.track(name, { act: acts })
        await pause(gap)
      }
    },
    tell: () => told,
    countQueued: async (names) => (storage ? 0 : countRows(names)),
    comeBack: () => void dispatchEvent(new Event('online')),
    stop: () => findTracker()?.stop(),
  }
}

function watchErrors(listener: (what: unknown) => void): void {
  // A script that did not load has no message, and its event does not bubble.
  addEventListener('error', (event) => listener(event.message ?? `${(event.target as Element).outerHTML} did not load`), true)
  addEventListener('unhandledrejection', ({ reason }) => listener(reason))
  const { error } = console
  console.error = (...args: unknown[]) => {
    listener(args.join(' '))
    error(...args)
  }
}

/**
 * What the tracker makes, wherever it shows first: `t.js` has no `data-before-send`, so also in what it writes and
 * sends. That a hit was made of each act at all is for the oracle to compare.
 */
function reportBodies(): void {
  const note = (body: unknown): void => {
    for (const hit of (JSON.parse(String(body)) as { hits: Told['made'] }).hits) window.report(hit)
  }
  const { fetch } = window
  window.fetch = (input, init) => {
    note(init?.body)
    return fetch(input, init)
  }
  const { sendBeacon } = navigator
  navigator.sendBeacon = (url, body) => {
    note(body)
    return sendBeacon.call(navigator, url, body)
  }
}

/** Undefined until its script has run; calls may wait for it under the same name. */
function findTracker(): Tracks | undefined {
  const { treadlight } = window as { treadlight?: unknown }
  return treadlight && 'track' in (treadlight as Tracks) ? (treadlight as Tracks) : undefined
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Told of each hit that is written, once that cannot be undone by a crash of the page. Of a hit it knows no more than its id. */
function watchQueue(listener: (name: string) => void): void {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value: Partial<Told['made'][number]>, key) {
    const { id, type } = Object(value) as typeof value
    if (id && type) {
      window.report({ id, type })
      this.transaction.addEventListener('complete', () => listener(nameOfHit(id)))
    }
    return put.call(this, value, key)
  }
}

function blockStorage(storage: NonNullable<PageSettings['storage']>): void {
  if (storage === 'hangs') IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest
  else if (storage === 'is missing') Object.defineProperty(window, 'indexedDB', { value: undefined })
  else
    Object.defineProperty(window, 'indexedDB', {
      get() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
}

function shiftClock(ahead: number): void {
  const Truth = Date
  const now = () => Truth.now() + ahead
  window.Date = class extends Truth {
    static override now = now
    constructor(...args: [number]) {
      super(...(args.length > 0 ? args : ([now()] as [number])))
    }
  } as DateConstructor
}

/** Rows in all databases of the origin that hold one of the names, however the tracker lays them out. */
async function countRows(names: readonly string[]): Promise<number> {
  let count = 0
  for (const { name } of await indexedDB.databases()) {
    const database = await promisify(indexedDB.open(name!))
    for (const store of database.objectStoreNames) {
      const rows = (await promisify(database.transaction(store).objectStore(store).getAll())).map((row) => JSON.stringify(row))
      count += names.filter((each) => rows.some((row) => row.includes(each))).length
    }
    database.close()
  }
  return count
}

function promisify<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

watch(JSON.parse(document.currentScript!.dataset['settings']!) as PageSettings)
