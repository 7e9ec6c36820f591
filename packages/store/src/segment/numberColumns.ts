import type { Statistics } from 'hyparquet'
import { roomFor, type Column, type Rows } from './column.ts'
import { packDeltas } from './deltas.ts'
import type { SectionReader, SectionWriter } from './sections.ts'
import type { ChunkData } from './writeChunk.ts'

/** Stands for no value. */
const none = -(2 ** 31)
/** Most that a time may differ from the first one, ms: so any two differ by less than 32 bits. Twelve days. */
const maxOffset = 2 ** 30

interface Picked {
  levels: Uint8Array
  /** Of the rows that have a value, without gaps. */
  values: Int32Array
}

/** Integers of 32 bits. */
export class IntegerColumn implements Column<number> {
  private values = noIntegers

  set(row: number, value: number | undefined): boolean {
    if (value === undefined) return true
    const integer = value | 0
    if (integer !== value || integer === none) return false
    if (row >= this.values.length) {
      const old = this.values
      this.values = new Int32Array(roomFor(row)).fill(none, old.length)
      this.values.set(old)
    }
    this.values[row] = integer
    return true
  }

  get(row: number): number | undefined {
    const value = row < this.values.length ? this.values[row]! : none
    return value === none ? undefined : value
  }

  /** Those of the first rows, with something added; NaN for none. */
  floats(rows: number, added = 0): Float64Array {
    const floats = new Float64Array(rows).fill(NaN)
    const { values } = this
    for (let row = Math.min(rows, values.length) - 1; row >= 0; row--) if (values[row] !== none) floats[row] = added + values[row]!
    return floats
  }

  pick(rows: Rows): Picked {
    const { values } = this
    const levels = new Uint8Array(rows.length)
    const dense = new Int32Array(values.length === 0 ? 0 : rows.length)
    let count = 0
    for (let at = 0; at < dense.length; at++) {
      const row = rows[at]!
      const value = row < values.length ? values[row]! : none
      if (value === none) continue
      levels[at] = 1
      dense[count++] = value
    }
    return { levels, values: dense.subarray(0, count) }
  }

  encode(rows: Rows): ChunkData {
    const { levels, values } = this.pick(rows)
    return { levels, encoding: 'DELTA_BINARY_PACKED', values: packDeltas(0, values, 'INT32') }
  }

  pack(rows: Rows, out: SectionWriter): true | undefined {
    const { values } = this
    if (values.length === 0) return undefined
    const its = new Int32Array(rows.length)
    let isEmpty = true
    for (let at = 0; at < its.length; at++) {
      const row = rows[at]!
      const value = row < values.length ? values[row]! : none
      if (value !== none) isEmpty = false
      its[at] = value
    }
    if (isEmpty) return undefined
    out.numbers(its)
    return true
  }

  unpack(_how: unknown, from: SectionReader, rows: number): void {
    this.values = new Int32Array(from.words32(rows).buffer)
  }
}

/** Times, ms since 1970: integers that are not weeks apart. */
export class TimeColumn implements Column<number> {
  private offsets = new IntegerColumn()
  private base: number | undefined

  set(row: number, value: number | undefined): boolean {
    if (!Number.isSafeInteger(value)) return false
    this.base ??= value!
    const offset = value! - this.base
    return Math.abs(offset) <= maxOffset && this.offsets.set(row, offset)
  }

  get(row: number): number | undefined {
    const offset = this.offsets.get(row)
    return offset === undefined ? undefined : this.base! + offset
  }

  /** Those of the first rows; NaN for none. */
  floats(rows: number): Float64Array {
    return this.offsets.floats(rows, this.base)
  }

  encode(rows: Rows): ChunkData {
    const { levels, values } = this.offsets.pick(rows)
    const [first = 0] = values
    for (let at = 0; at < values.length; at++) values[at]! -= first
    const start = values.length === 0 ? 0 : this.base! + first
    const statistics = statisticsOf(start, values, rows.length - values.length)
    return { levels, encoding: 'DELTA_BINARY_PACKED', values: packDeltas(start, values, 'INT64'), statistics }
  }

  /** @returns the time that the others are told from */
  pack(rows: Rows, out: SectionWriter): number | undefined {
    return this.offsets.pack(rows, out) && this.base
  }

  unpack(how: unknown, from: SectionReader, rows: number): void {
    this.base = how as number
    this.offsets.unpack(true, from, rows)
  }
}

/**
 * How long hits took to be received, ms: integers of 32 bits, as live ones are, or of an import, which may be years late, all
 * about as long. What is of the other kind than the first does not fit.
 */
export class DelayColumn implements Column<number> {
  private live = new IntegerColumn()
  private late: TimeColumn | undefined
  private isEmpty = true

  set(row: number, value: number | undefined): boolean {
    if (this.isEmpty && value !== undefined && !(Math.abs(value) <= maxOffset)) this.late = new TimeColumn()
    if (value !== undefined) this.isEmpty = false
    return this.late === undefined ? this.live.set(row, value) : this.late.set(row, value)
  }

  get(row: number): number | undefined {
    return (this.late ?? this.live).get(row)
  }

  encode(rows: Rows): ChunkData {
    return this.late === undefined ? this.live.encode(rows) : { ...this.late.encode(rows), type: 'INT64' }
  }

  /** @returns of late ones the one that the others are told from */
  pack(rows: Rows, out: SectionWriter): true | number | undefined {
    return this.late === undefined ? this.live.pack(rows, out) : this.late.pack(rows, out)
  }

  unpack(how: unknown, from: SectionReader, rows: number): void {
    this.isEmpty = false
    if (typeof how !== 'number') return this.live.unpack(how, from, rows)
    this.late = new TimeColumn()
    this.late.unpack(how, from, rows)
  }
}

/** Flags. */
export class FlagColumn implements Column<boolean> {
  /** 0 for none, 1 for false, 2 for true. */
  private flags = noFlags

  set(row: number, value: boolean | undefined): boolean {
    if (value === undefined) return true
    if (typeof value !== 'boolean') return false
    if (row >= this.flags.length) {
      const old = this.flags
      this.flags = new Uint8Array(roomFor(row))
      this.flags.set(old)
    }
    this.flags[row] = value ? 2 : 1
    return true
  }

  get(row: number): boolean | undefined {
    const flag = this.flags[row] ?? 0
    return flag === 0 ? undefined : flag === 2
  }

  /** For each of the first rows 1 where it is false. */
  falses(rows: number): Uint8Array {
    const falses = new Uint8Array(rows)
    for (let row = Math.min(rows, this.flags.length) - 1; row >= 0; row--) falses[row] = this.flags[row] === 1 ? 1 : 0
    return falses
  }

  encode(rows: Rows): ChunkData {
    const { flags } = this
    const levels = new Uint8Array(rows.length)
    const bits = new Uint8Array(Math.ceil(rows.length / 8))
    let count = 0
    for (let at = 0; at < rows.length && flags.length > 0; at++) {
      const flag = flags[rows[at]!] ?? 0
      if (flag === 0) continue
      levels[at] = 1
      if (flag === 2) bits[count >> 3]! |= 1 << (count & 7)
      count++
    }
    return { levels, encoding: 'PLAIN', values: bits.subarray(0, Math.ceil(count / 8)) }
  }

  pack(rows: Rows, out: SectionWriter): true | undefined {
    const { flags } = this
    const its = Uint8Array.from(rows, (row) => flags[row] ?? 0)
    if (!its.some((flag) => flag !== 0)) return undefined
    out.numbers(its)
    return true
  }

  unpack(_how: unknown, from: SectionReader, rows: number): void {
    this.flags = from.bytes8(rows)
  }
}

/** Many columns never have a value: these are never written to. */
const noIntegers = new Int32Array(0)
const noFlags = new Uint8Array(0)

function statisticsOf(start: number, offsets: Int32Array, nulls: number): Statistics {
  if (offsets.length === 0) return { null_count: BigInt(nulls) }
  let min = 0
  let max = 0
  for (const offset of offsets) {
    if (offset < min) min = offset
    if (offset > max) max = offset
  }
  return { min_value: BigInt(start + min), max_value: BigInt(start + max), null_count: BigInt(nulls) }
}
