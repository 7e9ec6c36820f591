import { crc32 } from 'node:zlib'
import type { Storage } from 'unstorage'
import type { StoredHit } from './hit.ts'
import { nameValue } from './laterFormat.ts'
import type { SegmentFile } from './manifest.ts'
import { decodeColumns, decodeSegment, type SegmentColumns } from './segment/decodeSegment.ts'
import { decodeIds, decodePerson, type PersonValues } from './segment/findRows.ts'
import { openSegment, SegmentError, type Segment } from './segment/openSegment.ts'
import { readBytes, type StorageProblem } from './values.ts'

/** Reads segments, and remembers those that were asked for last: they never change. */
export interface SegmentReader {
  /** @param remember false for what is read once, such as by upkeep */
  facts(file: SegmentFile, remember?: boolean): Promise<readonly StoredHit[]>
  /** Some fields by row, for a fraction of what whole facts cost. */
  columns<K extends keyof SegmentColumns>(file: SegmentFile, columns: readonly K[]): Promise<Pick<SegmentColumns, K>>
  /** The facts with these ids: others are not made. */
  factsOf(file: SegmentFile, ids: ReadonlySet<string>): Promise<readonly StoredHit[]>
  /** The facts that name a person. */
  personFacts(file: SegmentFile, person: PersonValues): Promise<readonly StoredHit[]>
  /** Looks at a segment by its parts. @throws as `decode` */
  look<T>(file: SegmentFile, act: (segment: Segment) => T): Promise<T>
  bytes(file: SegmentFile): Promise<Uint8Array>
  /**
   * Decodes bytes of the segment.
   * @throws SegmentDamaged, having reported it: what was damaged before its manifest was made has the right checksum
   */
  decode<T>(file: SegmentFile, act: () => Promise<T>): Promise<T>
}

/** The value is not there: either it was replaced meanwhile, or it is lost. */
export class SegmentGone extends Error {}

/** The value is there and is not what was written. It was reported. */
export class SegmentDamaged extends Error {}

/** Decoded facts that are remembered: some 60 MB. */
const maxRemembered = 100_000
/** Bytes of segments in which persons were looked for: whoever asks for one mostly asks for others of the day. */
const maxOpened = 16 * 1024 * 1024
/** Of the pages of a row that are not compressed any more, about. */
const rowBytes = 130

export function createSegmentReader(storage: Storage, onProblem: (problem: StorageProblem) => void): SegmentReader {
  /** By key, the one asked for last at the end. */
  const remembered = new Map<string, readonly StoredHit[]>()
  const underWay = new Map<string, Promise<readonly StoredHit[]>>()
  let count = 0
  /** The same of segments as they are stored. */
  const opened = new Map<string, Segment>()
  let openedBytes = 0

  async function bytes(file: SegmentFile): Promise<Uint8Array> {
    const value = await readBytes(storage, file.key)
    if (value === undefined) throw new SegmentGone(file.key)
    if (value.length === file.bytes && crc32(value) === file.crc) return value
    onProblem({ key: file.key, offset: 0, reason: value.length < file.bytes ? 'torn' : 'checksum' })
    throw new SegmentDamaged(`[treadlight store] ${file.key} is damaged`)
  }

  async function decode<T>({ key }: SegmentFile, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (cause) {
      if (!(cause instanceof SegmentError)) throw nameValue(cause, key)
      onProblem({ key, offset: 0, reason: 'checksum' })
      throw new SegmentDamaged(`[treadlight store] ${key} is damaged`, { cause })
    }
  }

  async function decodeFacts(file: SegmentFile): Promise<readonly StoredHit[]> {
    const value = await bytes(file)
    return decode(file, () => decodeSegment(value))
  }

  async function read(file: SegmentFile): Promise<readonly StoredHit[]> {
    try {
      const facts = await decodeFacts(file)
      keep(file.key, facts)
      return facts
    } finally {
      underWay.delete(file.key)
    }
  }

  function keep(key: string, facts: readonly StoredHit[]): void {
    remembered.set(key, facts)
    count += facts.length
    for (const [oldest, { length }] of remembered) {
      if (count <= maxRemembered || oldest === key) return
      remembered.delete(oldest)
      count -= length
    }
  }

  async function look<T>(file: SegmentFile, act: (segment: Segment) => T): Promise<T> {
    const known = opened.get(file.key)
    const value = known === undefined ? await bytes(file) : known.bytes
    return decode(file, async () => {
      const segment = known ?? openSegment(value)
      for (const group of segment.groups) group.kept ??= new Map()
      keepOpened(file, segment)
      return act(segment)
    })
  }

  function keepOpened({ key }: SegmentFile, segment: Segment): void {
    // Two may have read it at once.
    const before = opened.get(key)
    if (before !== undefined) forgetOpened(key, before)
    opened.set(key, segment)
    openedBytes += sizeOf(segment)
    for (const [oldest, its] of opened) if (openedBytes > maxOpened) forgetOpened(oldest, its)
  }

  function forgetOpened(key: string, segment: Segment): void {
    opened.delete(key)
    openedBytes -= sizeOf(segment)
  }

  return {
    bytes,
    look,
    async facts(file, remember = true) {
      const known = remembered.get(file.key)
      if (known !== undefined) {
        remembered.delete(file.key)
        remembered.set(file.key, known)
        return known
      }
      if (!remember) return decodeFacts(file)
      // A dashboard asks six questions at once, all about the same days.
      const reading = underWay.get(file.key) ?? read(file)
      underWay.set(file.key, reading)
      return reading
    },
    decode,
    async columns(file, columns) {
      const value = await bytes(file)
      return decode(file, () => decodeColumns(value, columns))
    },
    factsOf: (file, ids) => look(file, (segment) => decodeIds(segment, ids)),
    personFacts: (file, person) => look(file, (segment) => decodePerson(segment, person)),
  }
}

function sizeOf({ bytes, groups }: Segment): number {
  return bytes.length + rowBytes * groups.reduce((sum, { rows }) => sum + rows, 0)
}
