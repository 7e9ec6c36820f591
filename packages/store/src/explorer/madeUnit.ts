import type { StoredHit } from '../hit.ts'
import { textsOf } from './texts.ts'
import { unitFields, weighTexts, type Unit, type UnitField, type UnitTexts } from './unit.ts'

/** Hits in columns. */
export interface MadeColumns {
  from: number
  to: number
  times: Float64Array
  ids: UnitTexts
  texts: Record<UnitField, UnitTexts>
}

/** Of what cannot be read from the columns of segments: facts that are merged, days of which something is taken, what has just come. */
export function columnsOf(all: readonly StoredHit[]): MadeColumns {
  // What has no time is in no listing.
  const hits = all.filter(({ time }) => !Number.isNaN(time))
  const times = Float64Array.from(hits, ({ time }) => time)
  const texts = Object.fromEntries(unitFields.map((field) => [field, codesOf(hits.map((hit) => hit[field] ?? ''))])) as MadeColumns['texts']
  let [from, to] = [Infinity, -Infinity]
  for (const time of times) {
    if (time < from) from = time
    if (time > to) to = time
  }
  return { from, to, times, ids: codesOf(hits.map(({ id }) => id)), texts }
}

function codesOf(values: readonly string[]): UnitTexts {
  const places = new Map<string, number>()
  const codes = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    let code = places.get(value)
    if (code === undefined) places.set(value, (code = places.size))
    codes[row] = code
  }
  return { texts: textsOf([...places.keys()]), codes }
}

/** Bytes of memory, about. */
export function weighColumns({ times, ids, texts }: MadeColumns): number {
  return Object.values(texts).reduce((sum, each) => sum + weighTexts(each), times.byteLength + weighTexts(ids))
}

/** @param read the hits with these ids */
export function createMadeUnit(key: string, day: string, columns: MadeColumns, read: (ids: readonly string[]) => Promise<StoredHit[]>): Unit {
  const { from, to, times, ids, texts } = columns
  const idOf = (row: number) => ids.texts.text(ids.codes[row]!)
  return {
    key,
    day,
    rows: times.length,
    from,
    to,
    times: async () => times,
    ids: async () => ({
      text: idOf,
      mark(search, rows) {
        const found = ids.texts.containing(search)
        if (found !== undefined) for (let row = 0; row < rows.length; row++) rows[row]! |= found[ids.codes[row]!]!
      },
    }),
    mayHaveId: () => true,
    texts: async (fields) => fields.map((field) => texts[field]),
    hits: (rows) => read(rows.map(idOf)),
  }
}
