import type { ShelfKey, ShelfKind } from './keys.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { ShelfHeader } from './shelfValue.ts'
import type { ValueSource } from './valueSource.ts'

/** A value on the shelf. */
export interface ShelfEntry {
  readonly key: string
  readonly name: ShelfKey
  /** Days from the first to the last one that it may have, by its name. */
  readonly span: number
  /** Undefined until it was read. */
  header?: ShelfHeader
  /** While that is done. */
  reading?: Promise<void>
  /** The home days that it has, by its header. */
  days?: readonly string[]
  /** Why nothing can be had of it. `earlier` and `later`: such a version has written it. */
  unfit?: 'torn' | 'damaged' | 'earlier' | 'later'
  body?: ValueSource
  index?: Promise<SessionIndex>
}

/** Those whose header was read, by kind and home day. */
export function placeAll(all: Iterable<ShelfEntry>): Record<ShelfKind, Map<string, ShelfEntry[]>> {
  const placed: Record<ShelfKind, Map<string, ShelfEntry[]>> = { index: new Map(), rollup: new Map() }
  for (const entry of all) if (entry.header !== undefined && entry.unfit === undefined) place(placed[entry.name.kind], entry)
  return placed
}

/** Puts an entry where it is asked for: those with most days first, then the newest ones. */
export function place(byDay: Map<string, ShelfEntry[]>, entry: ShelfEntry): void {
  for (const day of entry.days ?? []) {
    const list = byDay.get(day)
    if (list === undefined) byDay.set(day, [entry])
    else if (!list.includes(entry)) list.splice(list.filter((other) => inOrder(other, entry) <= 0).length, 0, entry)
  }
}

function inOrder(a: ShelfEntry, b: ShelfEntry): number {
  return countDays(b) - countDays(a) || b.name.time - a.name.time
}

function countDays({ days = [] }: ShelfEntry): number {
  return days.length
}

/** @see ShelfEntry.span */
export function spanOf({ first, last }: Pick<ShelfKey, 'first' | 'last'>): number {
  return first === last ? 1 : 1 + (Date.parse(last) - Date.parse(first)) / 86_400_000
}
