import type { AppendOutcome, StoredHit } from '@treadlight/store'
import type { AnyStore } from '../openStore.ts'
import type { ImportPlace } from './importNotes.ts'

/** Collects hits until they make whole days, or there are many, and hands them to the store. */
export interface Loader {
  /** @param place of the piece that it came with: where reading would begin to have it again */
  add(hit: StoredHit, place: ImportPlace): void
  /** Whether so many wait that some are to be stored. */
  readonly isFull: boolean
  /** How many wait. */
  readonly size: number
  /** The hits that wait. */
  waiting(): Iterable<StoredHit>
  /** Stores what it is time for; with `all` everything. */
  flush(all: boolean): Promise<void>
  /** From where on hits are not stored yet; undefined where all are. */
  readonly earliest: ImportPlace | undefined
}

export interface LoaderOptions {
  store: AnyStore | undefined
  dryRun: boolean
  /** Told of what became of each. */
  onOutcome: (hit: StoredHit, outcome: AppendOutcome) => void
  /** How many hits are stored at a time. @default 20_000 */
  loadAt?: number
}

interface WaitingDay {
  hits: StoredHit[]
  /** Where the first of them was read. */
  since: ImportPlace
}

/** A day is taken to go on while rows of it were among the last; but not if it is most of what waits. */
const mostOpen = 0.5
/** Where days come again that were stored, with fewer hits each than this, rows are in no order of time: then more are collected, since each day is a value. */
const fewHits = 1000
const scattered = 2
/** What a store without `load` takes at a time. */
const appended = 1000

/**
 * Exports are mostly in the order of time: then each day is written once. Others come in pieces, which the store's upkeep
 * puts together.
 */
export function createLoader({ store, dryRun, onOutcome, loadAt = 20_000 }: LoaderOptions): Loader {
  const days = new Map<string, WaitingDay>()
  /** Those of which some hits are stored, and how many of them wait anew. */
  const stored = new Set<string>()
  let again = 0
  let size = 0
  let last: { key: string; day: WaitingDay } | undefined

  async function store_(hits: readonly StoredHit[]): Promise<void> {
    const outcomes = await storeHits(store, hits, dryRun)
    for (const [index, hit] of hits.entries()) onOutcome(hit, outcomes[index]!)
  }

  return {
    get isFull() {
      return size >= loadAt && (size >= scattered * loadAt || size >= fewHits * days.size || 2 * again <= days.size)
    },
    get size() {
      return size
    },
    *waiting() {
      for (const { hits } of days.values()) yield* hits
    },
    add(hit, place) {
      const key = `${hit.site} ${hit.day}`
      if (last?.key !== key) {
        let day = days.get(key)
        if (day === undefined) {
          days.set(key, (day = { hits: [], since: place }))
          if (stored.has(key)) again++
        }
        last = { key, day }
      }
      last.day.hits.push(hit)
      size++
    },
    async flush(all) {
      const open = all || last === undefined || last.day.hits.length > mostOpen * size ? undefined : last.key
      const due = [...days].filter(([key]) => key !== open)
      for (const [key] of due) {
        days.delete(key)
        stored.add(key)
      }
      again = [...days.keys()].filter((key) => stored.has(key)).length
      if (open === undefined) last = undefined
      size = [...days.values()].reduce((sum, { hits }) => sum + hits.length, 0)
      const hits = due.flatMap(([, its]) => its.hits)
      if (hits.length > 0) await store_(hits)
    },
    get earliest() {
      // In the order in which they came.
      return days.values().next().value?.since
    },
  }
}

async function storeHits(store: AnyStore | undefined, hits: readonly StoredHit[], dryRun: boolean): Promise<AppendOutcome[]> {
  if (store?.load) return store.load(hits, { dryRun })
  if (store === undefined || dryRun) return hits.map(() => 'stored')
  const outcomes: AppendOutcome[] = []
  for (let start = 0; start < hits.length; start += appended) outcomes.push(...(await store.append(hits.slice(start, start + appended))))
  return outcomes
}
