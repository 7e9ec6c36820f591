import { byAge } from './pageHits.ts'
import type { Unit } from './unit.ts'

/** A hit of a page. */
export interface Place {
  unit: Unit
  row: number
}

/** Rows of a unit, of which some are to be picked. */
export interface Part {
  unit: Unit
  count: number
  /** 1 by row; undefined where it is all rows. */
  rows: Uint8Array | undefined
}

interface Timed extends Place {
  time: number
}

/**
 * The places from `skip` on, the newest first. Only the parts in whose time they can be are looked at: what is newer than
 * all of these is counted.
 */
export async function pickByTime(all: readonly Part[], skip: number, take: number): Promise<Place[]> {
  const parts = all.filter(({ count }) => count > 0)
  const total = parts.reduce((sum, { count }) => sum + count, 0)
  const last = Math.min(skip + take, total) - 1
  if (last < skip) return []
  const [from, to] = [boundOf(parts, last, 'from'), boundOf(parts, skip, 'to')]
  const near = parts.filter(({ unit }) => unit.from <= to && unit.to >= from)
  const times = await Promise.all(near.map(({ unit }) => unit.times()))
  let before = parts.reduce((sum, { unit, count }) => (unit.from > to ? sum + count : sum), 0)
  let count = 0
  const found = new Float64Array(near.reduce((sum, part) => sum + part.count, 0))
  for (const [index, { unit, rows }] of near.entries()) {
    const its = times[index]!
    for (let row = 0; row < unit.rows; row++) {
      if (rows !== undefined && rows[row] === 0) continue
      const time = its[row]!
      if (time > to) before++
      else if (time >= from) found[count++] = time
    }
  }
  const sorted = found.subarray(0, count).sort()
  const [newest, oldest] = [sorted[count - 1 - (skip - before)]!, sorted[count - 1 - (last - before)]!]
  const picked: Timed[] = []
  for (const [index, { unit, rows }] of near.entries()) {
    const its = times[index]!
    for (let row = 0; row < unit.rows; row++) {
      if (rows !== undefined && rows[row] === 0) continue
      const time = its[row]!
      if (time > newest) continue
      if (time >= oldest) picked.push({ unit, row, time })
    }
  }
  const newer = countNewer(sorted, newest) + before
  return (await sortPlaces(picked)).slice(skip - newer, last + 1 - newer)
}

function countNewer(sorted: Float64Array, time: number): number {
  let count = 0
  while (count < sorted.length && sorted[sorted.length - 1 - count]! > time) count++
  return count
}

/** Before (`from`) or after (`to`) when the hit at a place cannot have been: the bound of the last part that is needed to reach so far. */
function boundOf(parts: readonly Part[], place: number, end: 'from' | 'to'): number {
  let count = 0
  let bound = Infinity
  for (const part of parts.toSorted((a, b) => b.unit[end] - a.unit[end])) {
    if (count > place) break
    count += part.count
    bound = part.unit[end]
  }
  return bound
}

/** The newest first; where several are of one moment their ids tell. */
async function sortPlaces(places: Timed[]): Promise<Timed[]> {
  const named = await Promise.all(places.map(async ({ unit, row, time }) => ({ time, day: unit.day, id: (await unit.ids()).text(row), unit, row })))
  return named.toSorted(byAge)
}
