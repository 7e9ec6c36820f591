import type { PersonColumn, PersonValues } from '../segment/findRows.ts'

/**
 * A Bloom filter of the users, sessions and visitors that a segment names: tells of most values that they are not in it,
 * from some ten thousand bytes in place of a million. What it says "may be" of is looked for in the segment.
 */
export type PersonFilter = Uint8Array

/**
 * Of each value so many bits are looked at, and each more halves how many pass that are not there: one user or session in a
 * thousand segments, one visitor in 64. Who asks for a visitor is rare, and they are what there is most of.
 */
const probes: Record<PersonColumn, number> = { user: 10, session: 10, visitor: 6 }

/** What of a value says where its bits are. */
export interface PersonHash {
  first: number
  second: number
  probes: number
}

/** @param hashes of the distinct values: as many bits that half of them are set */
export function createPersonFilter(hashes: readonly PersonHash[]): PersonFilter {
  const bits = hashes.reduce((sum, hash) => sum + hash.probes, 0) / Math.LN2
  // An empty one stands for what was not read.
  const filter = new Uint8Array(Math.max(1, Math.ceil(bits / 8)))
  for (const hash of hashes) {
    for (let probe = 0; probe < hash.probes; probe++) {
      const bit = bitOf(hash, probe, filter)
      filter[bit >>> 3]! |= 1 << (bit & 7)
    }
  }
  return filter
}

/** Whether a segment may have one of the values. */
export function mayHold(filter: PersonFilter, hashes: readonly PersonHash[]): boolean {
  return hashes.some((hash) => hasBits(filter, hash))
}

function hasBits(filter: PersonFilter, hash: PersonHash): boolean {
  for (let probe = 0; probe < hash.probes; probe++) {
    const bit = bitOf(hash, probe, filter)
    if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false
  }
  return true
}

function bitOf({ first, second }: PersonHash, probe: number, filter: PersonFilter): number {
  return ((first + Math.imul(probe, second)) >>> 0) % (8 * filter.length)
}

export function hashesOf(person: PersonValues): PersonHash[] {
  return [...person].flatMap(([column, values]) => [...values].map((value) => hashOf(column, value)))
}

/** By code units, so that it is the same for a text that UTF-8 cannot say. */
export function hashOf(column: PersonColumn, value: string): PersonHash {
  let first = seeds[column]
  let second = ~first
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at)
    first = Math.imul(first ^ unit, 0x01000193)
    second = Math.imul(second ^ unit, 0x5bd1e995)
    second ^= second >>> 15
  }
  return { first: mix(first), second: mix(second) | 1, probes: probes[column] }
}

/** The same of a text in UTF-8; undefined where a code unit is not a byte. */
export function hashOfBytes(column: PersonColumn, bytes: Uint8Array, start: number, end: number): PersonHash | undefined {
  let first = seeds[column]
  let second = ~first
  for (let at = start; at < end; at++) {
    const unit = bytes[at]!
    if (unit > 127) return undefined
    first = Math.imul(first ^ unit, 0x01000193)
    second = Math.imul(second ^ unit, 0x5bd1e995)
    second ^= second >>> 15
  }
  return { first: mix(first), second: mix(second) | 1, probes: probes[column] }
}

const seeds: Record<PersonColumn, number> = { user: 0x811c9dc5, session: 0x3c6ef372, visitor: 0x1b873593 }

/** Has every bit depend on every other: the hash of texts that differ in their last letters differs in its lowest bits only. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
