import { Buffer } from 'node:buffer'
import type { StoredHit } from '../hit.ts'
import { readExtras } from './decodeColumns.ts'
import { orDamaged, type Segment, type SegmentGroup } from './openSegment.ts'
import { eachText, readCodedTexts, readDictionary, readUuids } from './readChunk.ts'
import { readHits } from './readHits.ts'
import { formatUuid, wordsOf } from './uuid.ts'

const personColumns = ['user', 'session', 'visitor'] as const
export type PersonColumn = (typeof personColumns)[number]

/** The values of each column that stand for a person: any of them will do. */
export type PersonValues = ReadonlyMap<PersonColumn, ReadonlySet<string>>

/** Up to so many values are sooner compared with each text of a dictionary than the texts are made strings. */
const fewValues = 4

/** The facts of which a column has one of the values. Of all others nothing is made. */
export function decodePerson(segment: Segment, person: PersonValues): StoredHit[] {
  return decodeRows(segment, (group) => findPersonRows(group, person))
}

/**
 * Says each user, session and visitor that a row group names, each once by the column, and perhaps some that it does not.
 * @param takeBytes may take a text in UTF-8, of which no string has to be made then: says whether it has
 */
export function eachPerson(
  group: SegmentGroup,
  take: (column: PersonColumn, value: string) => void,
  takeBytes?: (column: PersonColumn, bytes: Uint8Array, start: number, end: number) => boolean,
): void {
  const extras = readExtras(group)
  for (const name of personColumns) {
    const { dictionary, count } = readDictionary(group, name)
    eachText(dictionary, count, (start, end) => {
      if (takeBytes?.(name, dictionary, start, end) !== true) take(name, dictionary.toString('utf8', start, end))
    })
    for (const extra of extras.values()) if (says(extra, name)) take(name, extra[name]!)
  }
}

/** The facts with these ids. */
export function decodeIds(segment: Segment, ids: ReadonlySet<string>): StoredHit[] {
  const ends = new Set([...ids].flatMap((id) => wordsOf(id)?.[3] ?? []))
  return decodeRows(segment, (group) => findIdRows(group, ids, ends))
}

function decodeRows({ groups }: Segment, find: (group: SegmentGroup) => ReadonlySet<number>): StoredHit[] {
  return orDamaged('hits', () =>
    groups.flatMap((group) => {
      const picked = [...find(group)].toSorted((a, b) => a - b)
      return picked.length === 0 ? [] : readHits({ ...group, picked })
    }),
  )
}

function findPersonRows(group: SegmentGroup, person: PersonValues): Set<number> {
  const rows = new Set<number>()
  const extras = readExtras(group)
  for (const [name, values] of person) {
    for (const row of rowsWith(group, name, values)) if (!says(extras.get(row), name)) rows.add(row)
    for (const [row, extra] of extras) if (says(extra, name) && values.has(extra[name]!)) rows.add(row)
  }
  return rows
}

/** Whether what the columns lack is laid over this one. */
function says(extra: Partial<StoredHit> | undefined, name: keyof StoredHit): extra is Partial<StoredHit> {
  return extra !== undefined && Object.hasOwn(extra, name)
}

function rowsWith(group: SegmentGroup, name: PersonColumn, values: ReadonlySet<string>): number[] {
  const wanted = codesOf(group, name, values)
  if (wanted.size === 0) return []
  const rows: number[] = []
  const { codes } = readCodedTexts(group, name)
  for (let row = 0; row < codes.length; row++) if (wanted.has(codes[row]!)) rows.push(row)
  return rows
}

/** Where the values stand in the dictionary of a column: to find that none does takes no look at the rows. */
function codesOf(group: SegmentGroup, name: PersonColumn, values: ReadonlySet<string>): Set<number> {
  const { dictionary, count } = readDictionary(group, name)
  // As UTF-8 two texts with lone surrogates may be one.
  const texts = values.size <= fewValues ? [...values].filter((value) => value.isWellFormed()).map((value) => Buffer.from(value)) : undefined
  const codes = new Set<number>()
  for (let code = 0, end = 0; code < count; code++) {
    const start = end + 4
    end = start + dictionary.readUInt32LE(end)
    if (end > dictionary.length) throw new Error('a text is longer than its dictionary')
    const isWanted = texts === undefined ? values.has(dictionary.toString('utf8', start, end)) : texts.some((text) => stands(text, dictionary, start, end))
    if (isWanted) codes.add(code)
  }
  return codes
}

function stands(text: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const { length } = text
  return length === end - start && (length === 0 || (text[length - 1] === bytes[end - 1] && text.compare(bytes, start, end) === 0))
}

/** @param ends the last words of those ids that are UUIDs: only what ends like one of them is made a string */
function findIdRows(group: SegmentGroup, ids: ReadonlySet<string>, ends: ReadonlySet<number>): Set<number> {
  const rows = new Set<number>()
  const { bytes, levels } = readUuids(group, 'id')
  // A page need not begin at a multiple of four.
  const words = new Int32Array(bytes.slice().buffer)
  for (let row = 0, at = 0; row < group.rows; row++) {
    if (levels?.[row] === 0) continue
    if (ends.has(words[at + 3]!) && ids.has(formatUuid(bytes, 4 * at))) rows.add(row)
    at += 4
  }
  for (const [row, extra] of readExtras(group)) {
    if (!says(extra, 'id')) continue
    if (ids.has(extra.id!)) rows.add(row)
    else rows.delete(row)
  }
  return rows
}

/** The facts in some rows, of all row groups together, in the order in which they are asked for. */
export function decodeAt({ groups }: Segment, rows: readonly number[]): StoredHit[] {
  const facts = new Map<number, StoredHit>()
  let before = 0
  for (const group of groups) {
    const end = before + group.rows
    const picked = [...new Set(rows.filter((row) => row >= before && row < end))].map((row) => row - before).toSorted((a, b) => a - b)
    if (picked.length > 0) orDamaged('hits', () => readHits({ ...group, picked })).forEach((hit, at) => facts.set(before + picked[at]!, hit))
    before = end
  }
  return rows.flatMap((row) => facts.get(row) ?? [])
}
