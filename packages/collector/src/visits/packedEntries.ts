import type { Entry } from '../reports/entries.ts'

/** What can be asked for exactly: the columns of django-pagetimer's table, by their names here (PT11). */
export const entryFields = ['username', 'session', 'address', 'path'] as const
export type EntryField = (typeof entryFields)[number]

/** Entries by the column, oldest first: a tenth of what they take as objects, and quick to look through. */
export interface PackedEntries {
  /** ms since 1970, of each. */
  times: Float64Array
  columns: Record<EntryField, PackedColumn>
  /** In memory, about. */
  bytes: number
}

interface PackedColumn {
  /** Each text once. */
  texts: readonly string[]
  /** Where the text of each entry is among them. */
  places: Uint32Array
}

/** A row of the table. */
export type Visit = Pick<Entry, EntryField | 'time'>

const bytesPerEntry = 8 + 4 * entryFields.length
/** Of a text beside its letters. */
const bytesPerText = 40

/** @param entries oldest first */
export function packEntries(entries: readonly Visit[]): PackedEntries {
  const columns = Object.fromEntries(entryFields.map((field) => [field, packColumn(entries, field)])) as Record<EntryField, PackedColumn>
  const letters = entryFields.reduce((sum, field) => columns[field].texts.reduce((length, text) => length + text.length + bytesPerText, sum), 0)
  return { times: Float64Array.from(entries, ({ time }) => time), columns, bytes: entries.length * bytesPerEntry + letters }
}

function packColumn(entries: readonly Visit[], field: EntryField): PackedColumn {
  const known = new Map<string, number>()
  const places = Uint32Array.from(entries, ({ [field]: text }) => {
    const place = known.get(text) ?? known.size
    if (place === known.size) known.set(text, place)
    return place
  })
  return { texts: [...known.keys()], places }
}

/** One of them. */
export function visitAt({ times, columns }: PackedEntries, index: number): Visit {
  const textOf = (field: EntryField): string => columns[field].texts[columns[field].places[index]!]!
  return { time: times[index]!, username: textOf('username'), session: textOf('session'), address: textOf('address'), path: textOf('path') }
}

/** All of several, oldest first: for days that overlap, where a site changed its time zone. */
export function joinEntries(parts: readonly PackedEntries[]): PackedEntries {
  const [first, ...others] = parts
  if (first !== undefined && others.length === 0) return first
  const all = parts.flatMap((part) => Array.from(part.times, (_, index) => visitAt(part, index)))
  return packEntries(all.toSorted((a, b) => a.time - b.time))
}
