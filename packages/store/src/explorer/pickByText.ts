import { compareText } from '../byTime.ts'
import { pickByTime, type Part, type Place } from './pickByTime.ts'
import type { Selected } from './selectRows.ts'
import type { UnitTexts } from './unit.ts'

export type TextPart = Selected & UnitTexts

/** The texts of a part that some of its rows have, in the order of the page, and how many rows there are up to each. */
interface Ranked extends TextPart {
  sorted: Uint32Array
  before: Float64Array
  /** Between these is still looked. */
  low: number
  high: number
}

/** The places from `skip` on by a text, of each text the newest first. @param isDescending of texts */
export async function pickByText(parts: readonly TextPart[], isDescending: boolean, skip: number, take: number): Promise<Place[]> {
  const ranked = parts.filter(({ count }) => count > 0).map((part) => rank(part, isDescending))
  const compare = isDescending ? (a: string, b: string) => compareText(b, a) : compareText
  let rest = seek(ranked, compare, skip)
  const places: Place[] = []
  while (places.length < take) {
    const run = nextRun(ranked, compare)
    if (run.length === 0) break
    places.push(...(await pickByTime(run, rest, take - places.length)))
    rest = 0
  }
  return places
}

function rank(part: TextPart, isDescending: boolean): Ranked {
  const { codes, rows, texts } = part
  const counts = new Uint32Array(texts.count)
  for (let row = 0; row < codes.length; row++) if (rows === undefined || rows[row] === 1) counts[codes[row]!]!++
  const order = texts.order().filter((code) => counts[code]! > 0)
  const sorted = isDescending ? order.reverse() : order
  const before = new Float64Array(sorted.length + 1)
  for (let at = 0; at < sorted.length; at++) before[at + 1] = before[at]! + counts[sorted[at]!]!
  return { ...part, sorted, before, low: 0, high: sorted.length }
}

type Compare = (a: string, b: string) => number

/** Moves `low` of all parts to the text that has the place. @returns how many hits of this text come before it */
function seek(parts: readonly Ranked[], compare: Compare, place: number): number {
  let rest = place
  for (;;) {
    const widest = parts.reduce<Ranked | undefined>((most, part) => (part.high - part.low > (most ? most.high - most.low : 0) ? part : most), undefined)
    if (widest === undefined) break
    const pivot = textAt(widest, (widest.low + widest.high) >> 1)
    const ends = parts.map((part) => {
      const start = lowerBound(part, pivot, compare)
      return { start, end: endOfRun(part, start, pivot) }
    })
    const [less, same] = countAll(parts, ends)
    if (rest < less) parts.forEach((part, index) => (part.high = ends[index]!.start))
    else if (rest < less + same) {
      parts.forEach((part, index) => Object.assign(part, { low: ends[index]!.start, high: part.sorted.length }))
      return rest - less
    } else {
      rest -= less + same
      parts.forEach((part, index) => (part.low = ends[index]!.end))
    }
  }
  for (const part of parts) part.high = part.sorted.length
  return rest
}

function countAll(parts: readonly Ranked[], ends: readonly { start: number; end: number }[]): [less: number, same: number] {
  let [less, same] = [0, 0]
  for (const [index, { before, low }] of parts.entries()) {
    const { start, end } = ends[index]!
    less += before[start]! - before[low]!
    same += before[end]! - before[start]!
  }
  return [less, same]
}

function textAt({ texts, sorted }: Ranked, at: number): string {
  return texts.text(sorted[at]!)
}

function lowerBound(part: Ranked, text: string, compare: Compare): number {
  let { low, high } = part
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(textAt(part, middle), text) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** A text may be there several times. */
function endOfRun(part: Ranked, start: number, text: string): number {
  let end = start
  while (end < part.high && textAt(part, end) === text) end++
  return end
}

/** The rows of the next text, of all parts that have it. */
function nextRun(parts: readonly Ranked[], compare: Compare): Part[] {
  let next: string | undefined
  for (const part of parts) {
    if (part.low >= part.high) continue
    const text = textAt(part, part.low)
    if (next === undefined || compare(text, next) < 0) next = text
  }
  if (next === undefined) return []
  const run: Part[] = []
  for (const part of parts) {
    const end = endOfRun(part, part.low, next)
    if (end === part.low) continue
    run.push({ unit: part.unit, count: part.before[end]! - part.before[part.low]!, rows: rowsOf(part, part.sorted.subarray(part.low, end)) })
    part.low = end
  }
  return run
}

function rowsOf({ codes, rows, texts }: Ranked, wanted: Uint32Array): Uint8Array {
  const isWanted = new Uint8Array(texts.count)
  for (const code of wanted) isWanted[code] = 1
  const its = new Uint8Array(codes.length)
  for (let row = 0; row < its.length; row++) its[row] = isWanted[codes[row]!]! & (rows === undefined ? 1 : rows[row]!)
  return its
}
