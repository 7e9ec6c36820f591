import type { HitPageFilter } from '../store.ts'
import type { Unit, UnitTexts } from './unit.ts'

/** The rows of a unit that meet a filter. */
export interface Selected {
  unit: Unit
  count: number
  /** 1 by row; undefined where all do. */
  rows: Uint8Array | undefined
}

/** PV25, beside the id. */
const searched = ['url', 'source', 'medium', 'user', 'session'] as const
const exact = ['type', 'user', 'session', 'visitor', 'source', 'medium', 'name', 'path'] as const

/** What of a filter is asked of rows, as a key: '' for nothing. Its `filters` were applied when the unit was made. */
export function nameQuestion(filter: HitPageFilter): string {
  const { search = '', known } = filter
  const asked = exact.flatMap((field) => (filter[field] === undefined ? [] : [[field, filter[field]]]))
  return asked.length === 0 && search === '' && known === undefined ? '' : JSON.stringify([asked, search.toLowerCase(), known])
}

/** Whether the answer changes with links. */
export function asksForUser({ user, known, search = '' }: HitPageFilter): boolean {
  return user !== undefined || known !== undefined || search !== ''
}

/** The rows that meet what is asked of texts: undefined for all, false for none. */
export async function markRows(unit: Unit, filter: HitPageFilter): Promise<Uint8Array | undefined | false> {
  const rows = new Uint8Array(unit.rows).fill(1)
  for (const field of exact) {
    const value = filter[field]
    if (value === undefined) continue
    const [column] = await unit.texts([field])
    if (!keep(rows, column!, column!.texts.equal(value))) return false
  }
  if (filter.known !== undefined && !(await keepKnown(rows, unit, filter.known))) return false
  const search = filter.search?.toLowerCase() ?? ''
  if (search !== '' && !(await keepFound(rows, unit, search))) return false
  return rows
}

/** @param wanted 1 by code; undefined for none @returns false if no row is left for sure */
function keep(rows: Uint8Array, { codes }: UnitTexts, wanted: Uint8Array | undefined): boolean {
  if (wanted === undefined) return false
  for (let row = 0; row < rows.length; row++) rows[row]! &= wanted[codes[row]!]!
  return true
}

async function keepKnown(rows: Uint8Array, unit: Unit, known: boolean): Promise<boolean> {
  const [users] = await unit.texts(['user'])
  const nobody = users!.texts.equal('') ?? new Uint8Array(users!.texts.count)
  return keep(rows, users!, known ? nobody.map((flag) => 1 - flag) : nobody)
}

/** Each distinct text is looked at once; ids only where the text may be a piece of one. */
async function keepFound(rows: Uint8Array, unit: Unit, search: string): Promise<boolean> {
  const found = new Uint8Array(rows.length)
  let count = 0
  for (const field of searched) {
    if (count === rows.length) return true
    const [column] = await unit.texts([field])
    const wanted = column!.texts.containing(search)
    if (wanted === undefined) continue
    const { codes } = column!
    for (let row = 0; row < found.length; row++) found[row]! |= wanted[codes[row]!]!
    count = countRows(found)
  }
  if (count < rows.length && unit.mayHaveId(search)) {
    const ids = await unit.ids()
    ids.mark(search, found)
    count = countRows(found)
  }
  if (count === 0) return false
  for (let row = 0; row < rows.length; row++) rows[row]! &= found[row]!
  return true
}

/** What of the rows lies in a range of time. */
export async function keepRange(unit: Unit, rows: Uint8Array | undefined, from: number, to: number): Promise<Uint8Array | undefined> {
  if (unit.from >= from && unit.to < to) return rows
  const times = await unit.times()
  const kept = rows === undefined ? new Uint8Array(unit.rows).fill(1) : rows.slice()
  for (let row = 0; row < kept.length; row++) if (times[row]! < from || times[row]! >= to) kept[row] = 0
  return kept
}

export function countRows(rows: Uint8Array): number {
  let count = 0
  for (let row = 0; row < rows.length; row++) count += rows[row]!
  return count
}
