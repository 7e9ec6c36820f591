import type { Codes } from './sessionIndex.ts'

// What is done for every visit or hit with a column of codes. Each loop stands here three times, once for each width:
// engines make good code of a loop only as long as it sees one kind of array. Nothing is asked of a value but its number,
// so that these loops have no branch to guess.

/** Writes the rows from `from` to `to` whose code has a 1 in `mask` to `out`, and says how many. */
export function pickRows(codes: Codes, mask: Uint8Array, from: number, to: number, out: Int32Array): number {
  if (codes instanceof Uint8Array) return pick8(codes, mask, from, to, out)
  return codes instanceof Uint16Array ? pick16(codes, mask, from, to, out) : pick32(codes, mask, from, to, out)
}

function pick8(codes: Uint8Array, mask: Uint8Array, from: number, to: number, out: Int32Array): number {
  let count = 0
  for (let row = from; row < to; row++) {
    out[count] = row
    count += mask[codes[row]!]!
  }
  return count
}

function pick16(codes: Uint16Array, mask: Uint8Array, from: number, to: number, out: Int32Array): number {
  let count = 0
  for (let row = from; row < to; row++) {
    out[count] = row
    count += mask[codes[row]!]!
  }
  return count
}

function pick32(codes: Uint32Array, mask: Uint8Array, from: number, to: number, out: Int32Array): number {
  let count = 0
  for (let row = from; row < to; row++) {
    out[count] = row
    count += mask[codes[row]!]!
  }
  return count
}

/** What `table` has for the codes of the rows `at`. */
export function lookUp(codes: Codes, at: Int32Array, count: number, table: Int32Array, out: Int32Array): void {
  if (codes instanceof Uint8Array) look8(codes, at, count, table, out)
  else if (codes instanceof Uint16Array) look16(codes, at, count, table, out)
  else look32(codes, at, count, table, out)
}

function look8(codes: Uint8Array, at: Int32Array, count: number, table: Int32Array, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = table[codes[at[i]!]!]!
}

function look16(codes: Uint16Array, at: Int32Array, count: number, table: Int32Array, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = table[codes[at[i]!]!]!
}

function look32(codes: Uint32Array, at: Int32Array, count: number, table: Int32Array, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = table[codes[at[i]!]!]!
}

/** The numbers of the rows `at`. */
export function readNumbers(numbers: Codes, at: Int32Array, count: number, out: Float64Array): void {
  if (numbers instanceof Uint8Array) read8(numbers, at, count, out)
  else if (numbers instanceof Uint16Array) read16(numbers, at, count, out)
  else read32(numbers, at, count, out)
}

function read8(numbers: Uint8Array, at: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = numbers[at[i]!]!
}

function read16(numbers: Uint16Array, at: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = numbers[at[i]!]!
}

function read32(numbers: Uint32Array, at: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = numbers[at[i]!]!
}

/** Where the hits of visits are. */
export interface HitBounds {
  starts: Int32Array
  ends: Int32Array
}

/**
 * Where the hits of the visits `at` are, all of which lie between `from` and `to`.
 * @param first where those of `from` begin
 * @returns where those of `to` begin
 */
export function boundHits(counts: Codes, at: Int32Array, count: number, from: number, to: number, first: number, out: HitBounds): number {
  if (counts instanceof Uint8Array) return bound8(counts, at, count, from, to, first, out)
  return counts instanceof Uint16Array ? bound16(counts, at, count, from, to, first, out) : bound32(counts, at, count, from, to, first, out)
}

function bound8(counts: Uint8Array, at: Int32Array, count: number, from: number, to: number, first: number, { starts, ends }: HitBounds): number {
  let visit = from
  let hit = first
  for (let i = 0; i < count; i++) {
    for (const next = at[i]!; visit < next; visit++) hit += counts[visit]!
    starts[i] = hit
    ends[i] = hit + counts[visit]!
  }
  for (; visit < to; visit++) hit += counts[visit]!
  return hit
}

function bound16(counts: Uint16Array, at: Int32Array, count: number, from: number, to: number, first: number, { starts, ends }: HitBounds): number {
  let visit = from
  let hit = first
  for (let i = 0; i < count; i++) {
    for (const next = at[i]!; visit < next; visit++) hit += counts[visit]!
    starts[i] = hit
    ends[i] = hit + counts[visit]!
  }
  for (; visit < to; visit++) hit += counts[visit]!
  return hit
}

function bound32(counts: Uint32Array, at: Int32Array, count: number, from: number, to: number, first: number, { starts, ends }: HitBounds): number {
  let visit = from
  let hit = first
  for (let i = 0; i < count; i++) {
    for (const next = at[i]!; visit < next; visit++) hit += counts[visit]!
    starts[i] = hit
    ends[i] = hit + counts[visit]!
  }
  for (; visit < to; visit++) hit += counts[visit]!
  return hit
}

/** Leaves the rows that have a 1 in `wanted`, and says how many. */
export function keepRows(at: Int32Array, count: number, wanted: Int32Array): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    at[kept] = at[i]!
    kept += wanted[i]!
  }
  return kept
}
