import { Buffer, isAscii } from 'node:buffer'
import { ByteWriter } from 'hyparquet-writer'
import type { Steps } from '../steps.ts'
import { roomFor, type Column, type Rows } from './column.ts'
import { writeHybrid, type HybridWidth } from './hybrid.ts'
import type { SectionReader, SectionWriter } from './sections.ts'
import { sortTexts } from './sortTexts.ts'
import type { ChunkData } from './writeChunk.ts'

/** So many codes have 16 bits. */
const maxShortCodes = 65_536

/**
 * Texts, as codes into a dictionary. A text with lone surrogates, which UTF-8 cannot say, is held with replacement
 * characters.
 */
export class TextColumn implements Column<string> {
  /** By their codes; 0 is none. */
  private values: string[] = nothing
  private codeOf: Map<string, number> = noCodes
  private inexact: Set<string> | undefined
  private codes: Uint16Array | Uint32Array = noRows
  private last: string | undefined
  private lastCode = 0
  /** What was unpacked and nobody has asked for yet: the values, and their codes. */
  private packed: Buffer | undefined
  private isIndexed = true

  set(row: number, value: string | undefined): boolean {
    if (value === undefined) return true
    // Many have the value of the one before.
    if (value !== this.last) {
      if (typeof value !== 'string') return false
      if (!this.isIndexed) this.index()
      this.lastCode = this.codeOf.get(value) ?? this.addValue(value)
      this.last = value
    }
    if (row >= this.codes.length) this.grow(row)
    this.codes[row] = this.lastCode
    return this.inexact?.has(value) !== true
  }

  get(row: number): string | undefined {
    const code = this.codeAt(row)
    if (this.packed !== undefined) this.open()
    return code === 0 ? undefined : this.values[code]
  }

  /** For each of the rows the place of its value among all that they have, by code units: 0 for none, then 1, 2 … */
  *rank(rows: Rows): Steps<Uint32Array> {
    if (!this.isIndexed) this.index()
    const isPresent = new Uint8Array(this.values.length)
    for (let at = 0; at < rows.length; at++) isPresent[this.codeAt(rows[at]!)] = 1
    const present = this.values.filter((_, code) => code > 0 && isPresent[code] === 1)
    const rankOf = new Uint32Array(this.values.length)
    let rank = 0
    for (const value of yield* sortTexts(present)) rankOf[this.codeOf.get(value)!] = ++rank
    return rows.map((row) => rankOf[this.codeAt(row)]!)
  }

  encode(rows: Rows): ChunkData {
    if (this.packed !== undefined) this.open()
    const { codes, values } = this
    const levels = new Uint8Array(rows.length)
    /** Of the rows that have a value, without gaps. */
    const dense = new Uint16Array(codes.length === 0 ? 0 : rows.length)
    /** The distinct ones in the order in which they come, and where each of them stands there, from 1. */
    const distinct: string[] = []
    const placeOf = new Uint16Array(values.length)
    let count = 0
    for (let at = 0; at < dense.length; at++) {
      const row = rows[at]!
      const code = row < codes.length ? codes[row]! : 0
      if (code === 0) continue
      if (placeOf[code] === 0) placeOf[code] = distinct.push(values[code]!)
      levels[at] = 1
      dense[count++] = placeOf[code]! - 1
    }
    return { levels, encoding: 'RLE_DICTIONARY', ...encodeDictionary(distinct, dense.subarray(0, count)) }
  }

  /** The values, undefined for none among them, and for each of the first rows which it has. */
  coded(rows: number): { values: (string | undefined)[]; codes: Uint16Array | Uint32Array } {
    if (this.packed !== undefined) this.open()
    const { codes } = this
    const its = codes instanceof Uint32Array ? new Uint32Array(rows) : new Uint16Array(rows)
    its.set(codes.subarray(0, rows))
    return { values: [undefined, ...this.values.slice(1)], codes: its }
  }

  /**
   * The values that these rows have, no others, as JSON; and the code of each row, unless all have the same.
   * @returns bytes of the values, and of a code
   */
  pack(rows: Rows, out: SectionWriter): PackedTexts | undefined {
    if (this.packed !== undefined) this.open()
    const { values } = this
    const places = new Uint32Array(values.length)
    const distinct = ['']
    let isGapless = true
    const codes = new Uint32Array(values.length === 1 ? 0 : rows.length)
    for (let at = 0; at < codes.length; at++) {
      const code = this.codeAt(rows[at]!)
      if (code === 0) isGapless = false
      else codes[at] = places[code] ||= distinct.push(values[code]!) - 1
    }
    const count = distinct.length - 1
    if (count === 0) return undefined
    const json = Buffer.from(JSON.stringify(distinct))
    const width = count === 1 && isGapless ? 0 : count < 2 ** 8 ? 1 : count < 2 ** 16 ? 2 : 4
    out.bytes(json)
    if (width > 0) out.numbers(width === 1 ? new Uint8Array(codes) : width === 2 ? new Uint16Array(codes) : codes)
    return [json.length, width]
  }

  /** The values are told apart once somebody asks for them: nobody does of most columns. */
  unpack(how: unknown, from: SectionReader, rows: number): void {
    const [bytes, width] = how as PackedTexts
    this.packed = from.bytes(bytes)
    this.isIndexed = false
    this.codes = width === 0 ? new Uint16Array(rows).fill(1) : width === 1 ? new Uint16Array(from.bytes8(rows)) : width === 2 ? from.words16(rows) : from.words32(rows)
  }

  private open(): void {
    const json = this.packed!
    this.values = JSON.parse(json.toString(isAscii(json) ? 'latin1' : 'utf8')) as string[]
    this.packed = undefined
  }

  /** Gets ready to look for values. */
  private index(): void {
    if (this.packed !== undefined) this.open()
    this.codeOf = new Map()
    for (let code = 1; code < this.values.length; code++) this.codeOf.set(this.values[code]!, code)
    this.isIndexed = true
  }

  private codeAt(row: number): number {
    return row < this.codes.length ? this.codes[row]! : 0
  }

  private addValue(value: string): number {
    if (this.values === nothing) [this.values, this.codeOf] = [[''], new Map()]
    const exact = value.toWellFormed()
    if (exact !== value) (this.inexact ??= new Set()).add(value)
    let code = exact === value ? undefined : this.codeOf.get(exact)
    if (code === undefined) {
      code = this.values.push(exact) - 1
      this.codeOf.set(exact, code)
      if (code === maxShortCodes) this.codes = Uint32Array.from(this.codes)
    }
    this.codeOf.set(value, code)
    return code
  }

  private grow(row: number): void {
    const old = this.codes
    this.codes = this.values.length > maxShortCodes ? new Uint32Array(roomFor(row)) : new Uint16Array(roomFor(row))
    this.codes.set(old)
  }
}

type PackedTexts = [bytes: number, width: 0 | 1 | 2 | 4]

/** Most columns of most days never have a value: these are never written to. */
const nothing: string[] = ['']
const noCodes = new Map<string, number>()
const noRows = new Uint16Array(0)

interface EncodedDictionary {
  values: Uint8Array
  dictionary: { bytes: Uint8Array; count: number }
}

function encodeDictionary(values: readonly string[], codes: Uint16Array): EncodedDictionary {
  const width: HybridWidth = values.length > 256 ? 16 : 8
  const writer = new ByteWriter(codes.length * 2 + 16)
  writer.appendUint8(width)
  writeHybrid(writer, codes, width)
  return { values: writer.getBytes(), dictionary: { bytes: encodePlain(values), count: values.length } }
}

/** Each value in UTF-8 behind its length. */
function encodePlain(values: readonly string[]): Uint8Array {
  const size = values.reduce((bytes, value) => bytes + 4 + value.length * 3, 0)
  const bytes = Buffer.allocUnsafe(size)
  let offset = 0
  for (const value of values) {
    const length = bytes.write(value, offset + 4)
    bytes.writeUInt32LE(length, offset)
    offset += 4 + length
  }
  return bytes.subarray(0, offset)
}
