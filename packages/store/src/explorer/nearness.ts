import { compareText } from '../byTime.ts'
import type { StoredHit } from '../hit.ts'

/** The hit of an id, as `HitStore.find` has it: a copy. */
export function findHit(hits: readonly StoredHit[], id: string): StoredHit | undefined {
  const [hit] = orderByNearness(hits.filter((each) => each.id === id), id)
  return hit && { ...hit }
}

/** In which order home days are looked through for a hit: those next to the time that is in its id first. */
export function orderByNearness<T extends { day: string }>(days: readonly T[], id: string): T[] {
  const time = timeOf(id)
  const distance = ({ day }: T) => Math.abs(Date.parse(`${day}T12:00Z`) - time) || 0
  return days.toSorted((a, b) => distance(a) - distance(b) || compareText(b.day, a.day))
}

/** Of a UUIDv7, ms since 1970; NaN for what is none. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
