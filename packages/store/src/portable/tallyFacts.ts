import { hash } from 'node:crypto'
import type { StoredHit } from '../hit.ts'

/** What some facts come to: the same in whatever order and pieces they come. */
export interface FactTally {
  facts: number
  /** 16 hex digits: the sum, modulo 2^64, of the first 64 bits of the SHA-256 of each fact's JSON with sorted fields. */
  checksum: string
}

export interface FactCounter {
  add(facts: readonly StoredHit[]): void
  tally(): FactTally
}

export function createFactCounter(): FactCounter {
  let facts = 0
  // In halves, each a whole number that a double holds exactly.
  let [high, low] = [0, 0]
  return {
    add(more) {
      facts += more.length
      for (const fact of more) {
        const digest = hash('sha256', JSON.stringify(sorted(fact)), 'buffer')
        low += digest.readUInt32BE(4)
        high = (high + digest.readUInt32BE(0) + Math.floor(low / 2 ** 32)) % 2 ** 32
        low %= 2 ** 32
      }
    },
    tally: () => ({ facts, checksum: `${hex(high)}${hex(low)}` }),
  }
}

/** Stores keep fields in whatever order; what is not said and what is undefined are the same. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
