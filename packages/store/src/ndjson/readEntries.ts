import type { Buffer } from 'node:buffer'
import type { StorageProblem } from '../values.ts'
import { decodeLine, type Entry } from './lines.ts'
import { readLines } from './readLines.ts'

/** What a reading of the file has found beside its entries. */
export interface EntriesRead {
  /** Where the file ends, bytes. */
  end: number
  /** Lines behind the first, those included that count for nothing. */
  lines: number
  /** Whether it holds what nobody can read. */
  doubtful: boolean
  /** Where a last line begins that has no end. */
  torn: number | undefined
  problems: StorageProblem[]
}

/** Hands over what the file says, in its order. Its first line is not looked at: see `checkHeader`. */
export async function readEntries(path: string, onEntry: (entry: Exclude<Entry, { torn: unknown }>) => void): Promise<EntriesRead> {
  const read: EntriesRead = { end: 0, lines: 0, doubtful: false, torn: undefined, problems: [] }
  const problems = new Map<number, StorageProblem>()
  read.end = await readLines(path, (bytes, offset, hasEnd) => {
    if (offset === 0) return
    read.lines++
    if (bytes.length > 0) readEntry(bytes, offset, hasEnd)
  })
  read.problems.push(...problems.values())
  return read

  function readEntry(bytes: Buffer, offset: number, hasEnd: boolean): void {
    const entry = decodeLine(bytes) as Entry | StorageProblem['reason']
    if (!hasEnd) read.torn = offset
    if (typeof entry === 'string') {
      read.doubtful = true
      // A last line without an end was not acknowledged: nobody misses it. It was if only its newline is another byte now.
      if (hasEnd || typeof decodeLine(bytes.subarray(0, -1)) !== 'string') problems.set(offset, { key: path, offset, reason: entry })
    } else if ('torn' in entry) problems.delete(entry.torn.offset)
    else onEntry(entry)
  }
}
