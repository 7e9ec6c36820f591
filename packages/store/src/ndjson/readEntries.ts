import type { Buffer } from 'node:buffer'
import type { StorageProblem } from '../values.ts'
import { decodeLine, encodeLine, findWholeLine, type Entry } from './lines.ts'
import { readLines } from './readLines.ts'

/** What a reading of the file has found beside its entries. */
export interface EntriesRead {
  /** Where the file ends, bytes. */
  end: number
  /** Lines behind the first, those included that count for nothing. */
  lines: number
  /** Whether it holds what nobody can read. */
  doubtful: boolean
  /** Whether it ends with a newline. */
  ended: boolean
  /** Where lines begin that were cut off and of which no later line says so yet. */
  torn: number[]
  problems: StorageProblem[]
}

/**
 * Hands over what the file says, in its order. Its first line is not looked at: see `checkHeader`.
 *
 * A line whose checksum is right is whole, whatever has become of its newline. Of the others a last one without an end
 * was cut off before it was acknowledged, and so was what a later line calls torn; all else is damage.
 */
export async function readEntries(path: string, onEntry: (entry: Exclude<Entry, { torn: unknown }>) => void): Promise<EntriesRead> {
  const read: EntriesRead = { end: 0, lines: 0, doubtful: false, ended: true, torn: [], problems: [] }
  const problems = new Map<number, StorageProblem>()
  /** Where the last line that nobody can read begins and ends. */
  let unread = { offset: 0, end: 0 }
  read.end = await readLines(path, (bytes, offset, ended) => {
    read.ended = ended
    if (offset === 0) return
    read.lines++
    if (bytes.length > 0) readEntry(bytes, offset)
  })
  read.problems.push(...problems.values())
  return read

  function readEntry(bytes: Buffer, offset: number): void {
    const entry = decodeLine(bytes) as Entry | undefined
    if (entry === undefined) readDamaged(bytes, offset)
    else if ('torn' in entry) problems.delete(entry.torn.offset)
    else onEntry(entry)
  }

  /** A bit of a newline that has changed joins two lines, or adds a byte to the last one. */
  function readDamaged(bytes: Buffer, offset: number): void {
    const length = findWholeLine(bytes)
    if (length !== undefined) {
      readEntry(bytes.subarray(0, length), offset)
      const rest = bytes.subarray(length + 1)
      if (rest.length > 0) readEntry(rest, offset + length + 1)
      return
    }
    read.doubtful = true
    if (read.ended) problems.set(offset, { key: path, offset, reason: 'checksum' })
    else read.torn = [...tornBefore(bytes, offset), offset]
    unread = { offset, end: offset + bytes.length + 1 }
  }

  /** The line that was to say so of the one before it may have been cut off itself, on a disk that is full. */
  function tornBefore(bytes: Buffer, offset: number): number[] {
    if (unread.end !== offset || !encodeLine({ torn: { offset: unread.offset } }).startsWith(bytes.toString('latin1'))) return []
    problems.delete(unread.offset)
    return [unread.offset]
  }
}
