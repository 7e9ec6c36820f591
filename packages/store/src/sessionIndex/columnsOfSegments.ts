import type { Segment, SegmentGroup } from '../segment/openSegment.ts'
import { orDamaged } from '../segment/openSegment.ts'
import { readAllNumbers, readBooleans, readText, readUuids } from '../segment/readChunk.ts'
import { finish, type Steps } from '../steps.ts'
import { columnsInSteps, type FactParts } from './columnsOfParts.ts'
import type { DayColumns, FieldTexts } from './dayColumns.ts'
import { personsOfGroups } from './personsOfGroups.ts'

/**
 * The columns of a home day whose hits are the facts of these segments, each there once and none of them hidden: nothing
 * here tells. Undefined where that cannot be said from the columns alone, or not by an index: then the hits have to be made.
 * Texts are read when they are asked for, by `load` and `encodeIndex`: these throw the same.
 * @throws SegmentError
 */
export function columnsOfSegments(day: string, segments: readonly Segment[]): DayColumns | undefined {
  return finish(columnsOfSegmentsInSteps(day, segments))
}

/** The same, some milliseconds at a time. */
export function* columnsOfSegmentsInSteps(day: string, segments: readonly Segment[]): Steps<DayColumns | undefined> {
  const steps = columnsIn(day, segments)
  while (true) {
    const { done, value } = orDamaged('columns', () => steps.next())
    if (done === true) return value
    yield
  }
}

function* columnsIn(day: string, segments: readonly Segment[]): Steps<DayColumns | undefined> {
  const parts = yield* partsIn(day, segments)
  return parts && (yield* columnsInSteps(day, parts))
}

/**
 * The facts of these segments by the column; undefined where the columns do not say all of each. What is not asked for is not read.
 * @throws SegmentError, also where it is asked
 */
export function partsOfSegments(day: string, segments: readonly Segment[]): FactParts | undefined {
  return orDamaged('columns', () => finish(partsIn(day, segments)))
}

function* partsIn(day: string, segments: readonly Segment[]): Steps<FactParts | undefined> {
  const groups = segments.flatMap((segment) => segment.groups)
  if (segments.some((segment) => segment.day !== day) || groups.some(hasExtras)) return undefined
  const rows = groups.reduce((sum, group) => sum + group.rows, 0)
  const ids = joinUuids(groups, rows, 'id')
  if (ids.present.includes(0)) return undefined
  yield
  const views = joinUuids(groups, rows, 'view')
  yield
  return {
    rows,
    text: (field) => orDamaged(field, () => joinTexts(groups, rows, field)),
    persons: (field) => orDamaged(field, () => personsOfGroups(groups, rows, field)),
    number: (field) => orDamaged(field, () => joinNumbers(groups, rows, field)),
    isPassive: joinPassive(groups, rows),
    ids: ids.words,
    views: views.words,
    hasView: views.present,
  }
}

function hasExtras(group: SegmentGroup): boolean {
  return readText(group, 'extra').values.some((value) => value !== undefined)
}

function joinTexts(groups: readonly SegmentGroup[], rows: number, field: Parameters<typeof readText>[1]): FieldTexts {
  const read = new Uint16Array(rows)
  const placed = placeGroups(groups)
  const texts = placed.map(({ group, start, end }) => readText(group, field, read.subarray(start, end)).values)
  if (texts.length === 1) return { values: texts[0]!, codes: read }
  const known = new Map<string | undefined, number>()
  const codesOf = texts.map((values) => Uint32Array.from(values, (value) => codeIn(known, value)))
  const codes = known.size <= 2 ** 16 ? read : Uint32Array.from(read)
  for (const [index, { start, end }] of placed.entries()) {
    const codeOf = codesOf[index]!
    // Most columns have one value only, and the first of several groups has them in this very order.
    if (codeOf.every((code, at) => code === at)) continue
    for (let row = start; row < end; row++) codes[row] = codeOf[codes[row]!]!
  }
  return { values: [...known.keys()], codes }
}

function codeIn(known: Map<string | undefined, number>, value: string | undefined): number {
  const code = known.get(value) ?? known.size
  known.set(value, code)
  return code
}

/** Which rows of all are those of each group. */
function placeGroups(groups: readonly SegmentGroup[]): { group: SegmentGroup; start: number; end: number }[] {
  let end = 0
  return groups.map((group) => ({ group, start: end, end: (end += group.rows) }))
}

function joinNumbers(groups: readonly SegmentGroup[], rows: number, field: Parameters<typeof readAllNumbers>[1]): Float64Array {
  const joined = new Float64Array(rows)
  for (const { group, start, end } of placeGroups(groups)) readAllNumbers(group, field, joined.subarray(start, end))
  return joined
}

function joinPassive(groups: readonly SegmentGroup[], rows: number): Uint8Array {
  const joined = new Uint8Array(rows)
  let start = 0
  for (const group of groups) {
    const flags = readBooleans(group, 'interactive')
    for (let row = 0; row < group.rows && flags !== undefined; row++) joined[start + row] = flags[row] === 0 ? 1 : 0
    start += group.rows
  }
  return joined
}

/** Four words for each row; zeros where it has none. */
function joinUuids(groups: readonly SegmentGroup[], rows: number, field: 'id' | 'view'): { words: Int32Array; present: Uint8Array } {
  const bytes = new Uint8Array(16 * rows)
  const present = new Uint8Array(rows).fill(1)
  let start = 0
  for (const group of groups) {
    const its = readUuids(group, field)
    if (its.levels === undefined) bytes.set(its.bytes, 16 * start)
    else {
      present.set(its.levels, start)
      spreadUuids(new Uint8Array(its.bytes), its.levels, bytes, 16 * start)
    }
    start += group.rows
  }
  return { words: new Int32Array(bytes.buffer), present }
}

function spreadUuids(dense: Uint8Array, levels: Uint8Array, bytes: Uint8Array, start: number): void {
  const from = new Int32Array(dense.buffer)
  const to = new Int32Array(bytes.buffer, start, 4 * levels.length)
  for (let row = 0, at = 0; row < levels.length; row++) {
    if (levels[row] === 0) continue
    for (let word = 4 * row; word < 4 * row + 4; word++) to[word] = from[at++]!
  }
}
