import { roomFor, type Column, type Rows } from './column.ts'
import type { SectionReader, SectionWriter } from './sections.ts'
import { formatUuid, wordsOf } from './uuid.ts'
import type { ChunkData } from './writeChunk.ts'

/**
 * UUIDs in lower case.
 *
 * PLAIN, although BYTE_STREAM_SPLIT takes 12 % less space for UUIDv7: DuckDB 1.5 reads it for floats only.
 */
export class UuidColumn implements Column<string> {
  /** The bytes of all rows, four words of 32 bits each; 0 where there is no value. Another array when there are more. */
  words: Int32Array = new Int32Array(0)
  private bytes = new Uint8Array(0)
  private present = new Uint8Array(0)

  set(row: number, value: string | undefined): boolean {
    if (value === undefined) return true
    const words = typeof value === 'string' ? wordsOf(value) : undefined
    if (words === undefined) return false
    if (row >= this.present.length) this.grow(row)
    // Four words are copied sooner one by one than by `set`, which is made for many.
    for (let word = 0; word < 4; word++) this.words[4 * row + word] = words[word]!
    this.present[row] = 1
    return true
  }

  get(row: number): string | undefined {
    return this.present[row] === 1 ? formatUuid(this.bytes, 16 * row) : undefined
  }

  /** Those of the first rows, four words each, zeros where there is none, and 1 where there is one. */
  raw(rows: number): { words: Int32Array; present: Uint8Array } {
    const raw = { words: new Int32Array(4 * rows), present: new Uint8Array(rows) }
    raw.words.set(this.words.subarray(0, 4 * rows))
    raw.present.set(this.present.subarray(0, rows))
    return raw
  }

  has(row: number): boolean {
    return this.present[row] === 1
  }

  /** @returns how many have one: all, or these are told by a byte for each row */
  pack(rows: Rows, out: SectionWriter): number | undefined {
    const { levels, values } = this.encode(rows)
    const count = values.length / 16
    if (count === 0) return undefined
    if (count < rows.length) out.bytes(levels)
    out.bytes(values)
    return count
  }

  unpack(how: unknown, from: SectionReader, rows: number): void {
    const count = how as number
    this.present = count < rows ? from.bytes8(rows) : new Uint8Array(rows).fill(1)
    const dense = from.bytes8(16 * count)
    this.bytes = count < rows ? new Uint8Array(16 * rows) : dense
    this.words = new Int32Array(this.bytes.buffer)
    if (count === rows) return
    const words = new Int32Array(dense.buffer)
    for (let row = 0, at = 0; row < rows; row++) {
      if (this.present[row] === 0) continue
      for (let word = 0; word < 4; word++) this.words[4 * row + word] = words[at++]!
    }
  }

  encode(rows: Rows): ChunkData {
    const { words, present } = this
    const levels = new Uint8Array(rows.length)
    const dense = new Int32Array(4 * rows.length)
    let end = 0
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      if (present[row] !== 1) continue
      levels[at] = 1
      for (let word = 0; word < 4; word++) dense[end++] = words[4 * row + word]!
    }
    return { levels, encoding: 'PLAIN', values: new Uint8Array(dense.buffer, 0, 4 * end) }
  }

  private grow(row: number): void {
    const [oldBytes, oldPresent] = [this.bytes, this.present]
    this.present = new Uint8Array(roomFor(row))
    this.bytes = new Uint8Array(16 * this.present.length)
    this.present.set(oldPresent)
    this.bytes.set(oldBytes)
    this.words = new Int32Array(this.bytes.buffer)
  }
}
