import type { StoredHit } from '@treadlight/store'
import { beatName } from '../hit/beatName.ts'
import { sessionKey } from './sessionKey.ts'

/** Somebody was on a page: a row of django-pagetimer's table (PT06). */
export interface Entry extends Reader {
  /** ms since 1970. */
  time: number
  /** ms of engaged time that it stands for, at most an interval; 0 for a view of which nobody told how long it was read. */
  engaged: number
}

/** Who was where. */
interface Reader {
  /** The user, or `anonymousName`. */
  username: string
  /** See `sessionKey`. */
  session: string
  /** Cut to its /24 or /48; '' where the site keeps none. */
  address: string
  path: string
}

/** What django-pagetimer calls who has not logged in. */
export const anonymousName = 'anonymous'

export interface EntryOptions {
  /** ms between beats. */
  interval: number
  /** ms since 1970, inclusive. */
  from?: number | undefined
  /** Exclusive. */
  to?: number | undefined
}

/**
 * ms from a hit to the furthest entry that it may still change. All that is told of a view is stored within the site day
 * of its id, and a day has 25 hours at most.
 */
export const reach: number = 25 * 3_600_000

const hour = 3_600_000

/** Entries of 25 hours that are held at once: some 300 MB. A report may say that a page was read for a day, which is 86,400 entries by the second. */
const mostHeld = 2_000_000
/** Hits, and entries of them, between two signs of life. */
const hitsPerBatch = 5000
const entriesPerBatch = 20_000

/**
 * The entries of a site, oldest first, in batches: an empty one says that the work goes on.
 *
 * - a pageview is one, at its time: the first beat of the view
 * - a beat of django-pagetimer's protocol is one, and stands for an interval
 * - engaged time that was told as running totals or as deltas has no single beats: they are made of it, one for each
 *   interval of it that was begun. It is taken to lie right before the report that told of it. What it fills up of its
 *   view's last entry makes none.
 *
 * So entries × interval is the engaged time, rounded up, and the sum of `engaged` is it exactly.
 *
 * What is kept in memory: the views and entries of 25 hours, since a report changes what came before it.
 *
 * @param hits oldest first, from `reach` before `from` to `reach` behind `to`, so that parts of a range make the whole
 */
export async function* readEntries(hits: AsyncIterable<StoredHit>, options: EntryOptions): AsyncGenerator<Entry[]> {
  const { from = -Infinity, to = Infinity } = options
  const entries = collectEntries(options.interval, mostHeld)
  const inRange = (some: Entry[]): Entry[] => some.filter(({ time }) => time >= from && time < to)
  let settled = -Infinity
  let read = 0
  let seen = 0
  for await (const hit of hits) {
    const horizon = Math.floor((hit.time - reach) / hour)
    if (horizon > settled) yield inRange(entries.takeBefore((settled = horizon)))
    else if (++read % hitsPerBatch === 0 || entries.held() - seen > entriesPerBatch) yield []
    else {
      entries.add(hit)
      continue
    }
    seen = entries.held()
    entries.add(hit)
  }
  yield inRange(entries.takeBefore(Infinity))
}

/** Entries as they are made of hits. */
export interface EntryCollection {
  /** Takes the next hit, oldest first. */
  add(hit: StoredHit): void
  /** The entries before an hour, counted since 1970, in order; they and the views of that time are forgotten. */
  takeBefore(hour: number): Entry[]
  /** How many entries there are. */
  held(): number
}

/** What is known of a view so far, ms. */
interface View {
  seen: number
  /** As the pageview says; until it is seen, as the first report does. */
  reader: Reader
  last: Entry | undefined
  /** When its engaged time ended, as it was placed. */
  end: number
  /** Of engaged time: the largest running total, the sum of the deltas, and what entries stand for. */
  total: number
  deltas: number
  placed: number
}

/** There are more entries than may be held. */
export class TooManyEntries extends Error {
  override readonly name = 'TooManyEntries'
}

/**
 * See `readEntries`: for hits that are read by others, of which all are held.
 * @param interval ms between beats
 * @param most entries that are held at once
 * @throws TooManyEntries when a hit is added that makes more of them
 */
export function collectEntries(interval: number, most: number = Infinity): EntryCollection {
  const views = new Map<string, View>()
  const hours = new Map<number, Entry[]>()
  let held = 0

  function addEntry(reader: Reader, time: number, engaged: number): Entry {
    if (++held > most) throw new TooManyEntries(`[treadlight reports] there are more than ${most} entries at once: ask by a longer interval`)
    const entry = { ...reader, time, engaged }
    const at = Math.floor(time / hour)
    const those = hours.get(at)
    if (those === undefined) hours.set(at, [entry])
    else those.push(entry)
    return entry
  }

  function viewOf(hit: StoredHit): View {
    const known = views.get(hit.view)
    if (known !== undefined) return known
    const view = { seen: hit.time, reader: readerOf(hit), last: undefined, end: -Infinity, total: 0, deltas: 0, placed: 0 }
    views.set(hit.view, view)
    return view
  }

  /** Lays engaged time that is new into entries, as late as the report that told of it allows. */
  function place(hit: StoredHit, view: View): void {
    view.total = Math.max(view.total, hit.engaged ?? 0)
    view.deltas += hit.engagedDelta ?? 0
    // No view is longer: see `deriveEngagement`.
    let left = Math.min(Math.round(view.total + view.deltas), reach) - view.placed
    if (left <= 0) return
    view.placed += left
    // No earlier than what was handed on already.
    let time = Math.max(hit.time - Math.min(left, reach), view.end)
    // Also behind a short rest: then entries are at most two intervals apart, which is one visit.
    if (view.last !== undefined && time - view.end <= interval) {
      const part = Math.min(left, interval - view.last.engaged)
      view.last.engaged += part
      left -= part
      time += part
    }
    while (left > 0) {
      const part = Math.min(left, interval)
      view.last = addEntry(view.reader, time, part)
      left -= part
      time += part
    }
    view.end = time
  }

  return {
    add(hit) {
      if (hit.type === 'event') {
        if (hit.name === beatName) addEntry(readerOf(hit), hit.time, interval)
        return
      }
      const view = viewOf(hit)
      if (hit.type === 'pageview') {
        view.reader = readerOf(hit)
        view.last = addEntry(view.reader, hit.time, 0)
        view.end = Math.max(view.end, hit.time)
      }
      place(hit, view)
    },
    takeBefore(horizon) {
      const taken = [...hours.keys()].filter((at) => at < horizon).toSorted((a, b) => a - b)
      const entries = taken.flatMap((at) => hours.get(at)!.toSorted((a, b) => a.time - b.time))
      for (const at of taken) hours.delete(at)
      held -= entries.length
      // In the order in which they were seen.
      for (const [id, { seen }] of views) {
        if (seen >= horizon * hour) break
        views.delete(id)
      }
      return entries
    },
    held: () => held,
  }
}

function readerOf(hit: StoredHit): Reader {
  return { username: hit.user || anonymousName, session: sessionKey(hit), address: hit.address ?? '', path: hit.path }
}
