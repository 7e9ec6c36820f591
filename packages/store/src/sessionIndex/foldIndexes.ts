import { codesBelow, narrow } from './buildIndex.ts'
import { rowsOf } from './columnNames.ts'
import type { CodedTexts, ColumnName, HitKind, IndexColumns, IndexDay, SessionIndex } from './sessionIndex.ts'

/** A home day of an index. */
interface Piece {
  index: SessionIndex
  day: IndexDay
}

/**
 * One index of the home days of several. Its columns are put together when they are asked for, so that no more of
 * them are held at a time than somebody wants.
 * @param isWanted which days of which index are taken: each day once
 */
export function foldIndexes(indexes: readonly SessionIndex[], isWanted: (day: IndexDay, index: SessionIndex) => boolean = () => true): SessionIndex {
  const pieces = indexes
    .flatMap((index) => index.days.filter((day) => isWanted(day, index)).map((day): Piece => ({ index, day })))
    .toSorted((a, b) => (a.day.day < b.day.day ? -1 : 1))
  const days = placeDays(pieces)
  const { visitsEnd: visits, hitsEnd: hits } = days.at(-1) ?? { visitsEnd: 0, hitsEnd: 0 }
  return {
    days,
    visits,
    hits,
    async load(names) {
      const columns: Partial<Record<ColumnName, unknown>> = {}
      for (const name of names) columns[name] = await foldColumn(pieces, name)
      return columns as Pick<IndexColumns, (typeof names)[number]>
    },
  }
}

function placeDays(pieces: readonly Piece[]): IndexDay[] {
  let [visits, hits] = [0, 0]
  return pieces.map(({ day }) => {
    const from = { visits, hits, mixed: visits + day.mixed - day.visits, mixedHits: hits + day.mixedHits - day.hits }
    visits += day.visitsEnd - day.visits
    hits += day.hitsEnd - day.hits
    return { ...day, ...from, visitsEnd: visits, hitsEnd: hits }
  })
}

async function foldColumn(pieces: readonly Piece[], name: ColumnName): Promise<IndexColumns[ColumnName]> {
  const loaded = new Map<SessionIndex, IndexColumns[ColumnName]>()
  for (const { index } of pieces) if (!loaded.has(index)) loaded.set(index, (await index.load([name]))[name])
  const parts = pieces.map(({ index, day }) => ({ column: loaded.get(index)!, ...rangeOf(index, day, name) }))
  const rows = parts.reduce((sum, { start, end }) => sum + end - start, 0)
  if (name === 'engaged' || name === 'scroll') return joinParts(new Float64Array(rows), parts)
  if (parts.every(({ column }) => ArrayBuffer.isView(column))) {
    const joined = joinParts(new Uint32Array(rows), parts)
    return name === 'flags' ? new Uint8Array(joined) : narrow(joined)
  }
  return joinCoded(rows, parts as (Part & { column: Coded })[], name === 'revenue' || name === 'props' ? [''] : [])
}

function mostValues(parts: readonly { column: Coded }[]): number {
  let most = 0
  for (const values of new Set(parts.map(({ column }) => column.values))) most += values.length
  return most
}

interface Part {
  column: IndexColumns[ColumnName]
  start: number
  end: number
}
type Coded = CodedTexts | IndexColumns['kind']

function rangeOf(index: SessionIndex, day: IndexDay, name: ColumnName): { start: number; end: number } {
  const rows = rowsOf(name)
  if (rows === 'visits') return { start: day.visits, end: day.visitsEnd }
  if (rows === 'hits') return { start: day.hits, end: day.hitsEnd }
  let start = 0
  for (const other of index.days) if (other.hits < day.hits) start += other.hitsEnd - other.mixedHits
  return { start, end: start + day.hitsEnd - day.mixedHits }
}

function joinParts<Numbers extends Uint32Array | Float64Array>(joined: Numbers, parts: readonly Part[]): Numbers {
  let at = 0
  for (const { column, start, end } of parts) {
    joined.set((column as Uint32Array).subarray(start, end), at)
    at += end - start
  }
  return joined
}

/** Values that no row has any more are left out. @param first those that come before all */
function joinCoded(rows: number, parts: readonly (Part & { column: Coded })[], first: readonly string[]): Coded {
  const values: (string | HitKind)[] = [...first]
  const known = new Map<string, number>(first.map((value, code) => [value, code]))
  /** By the values: held indexes share them. */
  const codesOf = new Map<Coded['values'], Int32Array>()
  const joined = codesBelow(mostValues(parts) + first.length, rows)
  let at = 0
  for (const { column, start, end } of parts) {
    let codeOf = codesOf.get(column.values)
    if (codeOf === undefined) codesOf.set(column.values, (codeOf = new Int32Array(column.values.length).fill(-1)))
    for (let row = start; row < end; row++) {
      const from = column.codes[row]!
      let code = codeOf[from]!
      if (code === -1) {
        const value = column.values[from]!
        const key = typeof value === 'string' ? value : JSON.stringify(value)
        code = known.get(key) ?? values.push(value) - 1
        known.set(key, code)
        codeOf[from] = code
      }
      joined[at++] = code
    }
  }
  return { values, codes: narrow(joined, Math.max(0, values.length - 1)) } as Coded
}
