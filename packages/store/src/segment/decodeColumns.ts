import type { Origin, StoredHit } from '../hit.ts'
import { openSegment, orDamaged, type SegmentGroup } from './openSegment.ts'
import { readNumbers, readText } from './readChunk.ts'
import { readIds } from './readHits.ts'

/** The columns that can be read on their own, a value for each fact in the order of `decodeSegment`. */
export interface SegmentColumns {
  id: string[]
  origin: Origin[]
  user: string[]
  session: string[]
  visitor: string[]
  time: number[]
  received: number[]
}

/**
 * Some fields of all facts, for a fraction of what whole facts cost. A text that many rows share is one string.
 *
 * @example
 * const { user } = await decodeColumns(bytes, ['user'])
 * if (user.includes('ada')) …
 * @throws Error for damaged bytes, and for a format of a later version
 */
export async function decodeColumns<K extends keyof SegmentColumns>(
  bytes: Uint8Array,
  columns: readonly K[],
): Promise<Pick<SegmentColumns, K>> {
  const { groups } = openSegment(bytes)
  const parts = orDamaged('columns', () => groups.map((group) => readGroup(group, columns)))
  const read = columns.map((name, index) => [name, parts.length === 1 ? parts[0]![index] : parts.flatMap((part) => part[index]!)])
  return Object.fromEntries(read) as Pick<SegmentColumns, K>
}

function readGroup(group: SegmentGroup, columns: readonly (keyof SegmentColumns)[]): unknown[][] {
  const extras = readExtras(group)
  return columns.map((name) => layExtras(readers[name](group), name, extras))
}

const readers: Record<keyof SegmentColumns, (group: SegmentGroup) => unknown[]> = {
  id: (group) => readIds(group, 'id'),
  origin: (group) => readTexts(group, 'origin'),
  user: (group) => readTexts(group, 'user'),
  session: (group) => readTexts(group, 'session'),
  visitor: (group) => readTexts(group, 'visitor'),
  time: (group) => [...readNumbers(group, 'time')],
  received: readReceived,
}

function readTexts(group: SegmentGroup, name: 'origin' | 'user' | 'session' | 'visitor'): (string | undefined)[] {
  const { values, codes } = readText(group, name)
  return Array.from(codes, (code) => values[code])
}

function readReceived(group: SegmentGroup): number[] {
  const delay = readNumbers(group, 'delay')
  return Array.from(readNumbers(group, 'time'), (time, row) => time + delay[row]!)
}

/** What the columns do not say of a row, by the row. */
export function readExtras(group: SegmentGroup): Map<number, Partial<StoredHit>> {
  const extras = new Map<number, Partial<StoredHit>>()
  const { values, codes } = readText(group, 'extra')
  if (values.length === 1 && values[0] === undefined) return extras
  codes.forEach((code, row) => {
    const value = values[code]
    if (value !== undefined) extras.set(row, JSON.parse(value) as Partial<StoredHit>)
  })
  return extras
}

function layExtras(values: unknown[], name: keyof SegmentColumns, extras: ReadonlyMap<number, Partial<StoredHit>>): unknown[] {
  for (const [row, extra] of extras) if (Object.hasOwn(extra, name)) values[row] = extra[name]
  return values
}
