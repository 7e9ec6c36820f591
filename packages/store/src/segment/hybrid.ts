import type { ByteWriter } from 'hyparquet-writer'
import { readVarInt } from 'hyparquet/src/thrift.js'
import type { DataReader } from 'hyparquet/src/types.js'

/** Codes of rows, 0 to 255 or to 65,535. */
export type Codes = Uint8Array | Uint16Array

/**
 * Parquet's RLE and bit-packing hybrid at the widths that we write: 1 bit for levels, and whole bytes for dictionary
 * codes. The format would allow just enough bits, but gzip sees bytes: it takes less space and time with whole ones.
 */
export type HybridWidth = 1 | 8 | 16

/** Writes codes as runs if they repeat that much, else bit-packed in one piece. */
export function writeHybrid(writer: ByteWriter, codes: Codes, width: HybridWidth): void {
  if (width === 1 && areAllEqual(codes)) {
    writeRuns(writer, codes, width, codes.length)
    return
  }
  const mostRuns = (codes.length * width) / 8 / (1 + Math.ceil(width / 8))
  if (countRuns(codes, mostRuns) < mostRuns) writeRuns(writer, codes, width)
  else writePacked(writer, codes, width)
}

/** Of bits. Most columns lack no value or have none, and this is told without looking at each. */
function areAllEqual(bits: Codes): boolean {
  return bits.length > 0 && bits.indexOf(1 - bits[0]!) === -1
}

/** Stops at `most`. */
function countRuns(codes: Codes, most: number): number {
  let runs = codes.length === 0 ? 0 : 1
  for (let row = 1; row < codes.length && runs < most; row++) if (codes[row] !== codes[row - 1]) runs++
  return runs
}

/** @param first how many are known to be equal to the first one */
function writeRuns(writer: ByteWriter, codes: Codes, width: HybridWidth, first = 0): void {
  for (let row = 0; row < codes.length; ) {
    const start = row
    const code = codes[start]!
    row = Math.max(row, first)
    while (row < codes.length && codes[row] === code) row++
    writer.appendVarInt((row - start) << 1)
    writer.appendUint8(code & 0xff)
    if (width === 16) writer.appendUint8(code >> 8)
  }
}

/** Groups of eight values; the last one is filled up with zeros. */
function writePacked(writer: ByteWriter, codes: Codes, width: HybridWidth): void {
  const groups = Math.ceil(codes.length / 8)
  writer.appendVarInt((groups << 1) | 1)
  const packed = new Uint8Array(groups * width)
  if (width === 1) packBits(codes, packed)
  else packBytes(codes, packed, width)
  writer.appendBytes(packed)
}

function packBits(codes: Codes, packed: Uint8Array): void {
  for (let row = 0; row < codes.length; row++) packed[row >> 3]! |= codes[row]! << (row & 7)
}

function packBytes(codes: Codes, packed: Uint8Array, width: HybridWidth): void {
  const step = width / 8
  for (let row = 0; row < codes.length; row++) {
    packed[row * step] = codes[row]! & 0xff
    if (step === 2) packed[row * step + 1] = codes[row]! >> 8
  }
}

/**
 * Fills `codes` from the reader's offset on.
 * @throws Error if the bytes say anything but exactly that many codes
 */
export function readHybrid(reader: DataReader, codes: Codes, width: HybridWidth): void {
  let row = 0
  while (row < codes.length) {
    const header = readVarInt(reader)
    const count = header >>> 1
    row = header & 1 ? readPacked(reader, codes, row, count, width) : readRun(reader, codes, row, count, width)
  }
}

/** The bit that all rows have, if one run says so; else undefined, and nothing was read. */
export function readOnlyRun(reader: DataReader, rows: number): 0 | 1 | undefined {
  const { offset } = reader
  const header = readVarInt(reader)
  if (header === rows * 2) {
    const bit = reader.view.getUint8(reader.offset++)
    if (bit <= 1) return bit as 0 | 1
  }
  reader.offset = offset
  return undefined
}

/**
 * The codes at some places, in order, without those between them; `missing` for -1.
 * @throws Error if the bytes end before the last one
 */
export function readHybridAt(reader: DataReader, places: readonly number[], width: 8 | 16, missing: number): number[] {
  const { view } = reader
  const codeAt = (offset: number) => (width === 16 ? view.getUint16(offset, true) : view.getUint8(offset))
  const step = width / 8
  let [start, end, offset, isPacked] = [0, 0, 0, false]
  return places.map((place) => {
    if (place === -1) return missing
    while (place >= end) {
      const header = readVarInt(reader)
      const count = header >>> 1
      isPacked = (header & 1) === 1
      if (count === 0 || reader.offset >= view.byteLength) throw new Error('a run is longer than its page')
      start = end
      end += isPacked ? 8 * count : count
      offset = reader.offset
      reader.offset += isPacked ? width * count : step
    }
    return codeAt(isPacked ? offset + step * (place - start) : offset)
  })
}

function readRun(reader: DataReader, codes: Codes, row: number, count: number, width: HybridWidth): number {
  if (count === 0 || count > codes.length - row) throw new Error('a run is longer than its page')
  const { view } = reader
  const low = view.getUint8(reader.offset++)
  const code = width === 16 ? low | (view.getUint8(reader.offset++) << 8) : low
  // A call of `fill` costs as much as some ten values, and most runs are shorter.
  if (count > 10) codes.fill(code, row, row + count)
  else for (let at = row; at < row + count; at++) codes[at] = code
  return row + count
}

function readPacked(reader: DataReader, codes: Codes, row: number, groups: number, width: HybridWidth): number {
  const { buffer, byteOffset, byteLength } = reader.view
  if (groups === 0 || groups * width > byteLength - reader.offset) throw new Error('a run is longer than its page')
  const packed = new Uint8Array(buffer, byteOffset + reader.offset, groups * width)
  reader.offset += packed.length
  const end = Math.min(codes.length, row + groups * 8)
  if (width === 1) unpackBits(packed, codes, row, end)
  else unpackBytes(packed, codes, row, end, width)
  return end
}

function unpackBits(packed: Uint8Array, codes: Codes, start: number, end: number): void {
  for (let row = start; row < end; row++) codes[row] = (packed[(row - start) >> 3]! >> ((row - start) & 7)) & 1
}

function unpackBytes(packed: Uint8Array, codes: Codes, start: number, end: number, width: HybridWidth): void {
  if (width === 8) codes.set(packed.subarray(0, end - start), start)
  else for (let row = start, at = 0; row < end; row++, at += 2) codes[row] = packed[at]! | (packed[at + 1]! << 8)
}
