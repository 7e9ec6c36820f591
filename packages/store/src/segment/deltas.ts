import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { readVarInt, readZigZagBigInt } from 'hyparquet/src/thrift.js'
import type { DataReader } from 'hyparquet/src/types.js'

/*
 * DELTA_BINARY_PACKED of 64-bit integers that are close together. hyparquet reckons with BigInt where values leave 32
 * bits, which takes ten times as long. Only the first value has to, since behind it stand differences: so they are
 * packed as if the first value were 0, and the real one is put in its place.
 */

/** Packs `base + offsets[0]`, `base + offsets[1]` …; in 64 bits the first offset is 0, in 32 bits the base. */
export function packDeltas(base: number, offsets: Int32Array, type: 'INT32' | 'INT64'): Uint8Array {
  const packed = new ByteWriter(offsets.length * 4 + 64)
  deltaBinaryPack(packed, offsets, type)
  const bytes = packed.getBytes()
  if (type === 'INT32') return bytes
  const first = skipHeader(readerOf(bytes))
  const writer = new ByteWriter(bytes.length + 16)
  writer.appendBytes(bytes.subarray(0, first))
  writer.appendZigZag(BigInt(base))
  writer.appendBytes(bytes.subarray(first + 1))
  return writer.getBytes()
}

/**
 * The other way round: the first `count` values, which need nothing of those behind them.
 * @throws RangeError where the bytes end before the last of them
 */
export function unpackDeltas(bytes: Uint8Array, count: number): { base: number; offsets: Int32Array } {
  const offsets = new Int32Array(count)
  if (count === 0) return { base: 0, offsets }
  const reader = readerOf(bytes)
  const blockSize = readVarInt(reader)
  const miniblocks = readVarInt(reader)
  readVarInt(reader)
  const base = Number(readZigZagBigInt(reader))
  const length = blockSize / miniblocks
  if (!(length > 0 && length % 8 === 0)) throw new RangeError('blocks of another length than the format has')
  for (let row = 1, value = 0; row < count; ) {
    const least = readLeast(reader)
    const widths = reader.offset
    reader.offset += miniblocks
    for (let block = 0; block < miniblocks && row < count; block++) {
      const width = bytes[widths + block]!
      const start = reader.offset
      reader.offset += (length * width) / 8
      if (!(reader.offset <= bytes.length)) throw new RangeError('differences end behind their page')
      const end = Math.min(count, row + length)
      for (let bit = 8 * start; row < end; row++, bit += width) offsets[row] = value = (value + least + bitsAt(bytes, bit, width)) | 0
    }
  }
  return { base, offsets }
}

/** Of a number of more than 32 bits the lowest ones, as all sums are. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >>> 3
  const shift = bit & 7
  if (shift + width <= 32) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    return width === 32 ? word : (word >>> shift) & ((1 << width) - 1)
  }
  let bits = 0
  for (let each = Math.min(width, 32) - 1; each >= 0; each--) bits = (bits << 1) | ((bytes[(bit + each) >>> 3]! >>> ((bit + each) & 7)) & 1)
  return bits
}

/** The least difference of a block, its lowest 32 bits. */
function readLeast(reader: DataReader): number {
  let [zigzag, scale, byte] = [0, 1, 128]
  for (; byte > 127; scale *= 128) {
    byte = reader.view.getUint8(reader.offset++)
    zigzag += (byte & 127) * scale
  }
  return (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2) | 0
}

/** Block size, miniblocks and count stand before the first value. */
function skipHeader(reader: DataReader): number {
  for (let field = 0; field < 3; field++) readVarInt(reader)
  return reader.offset
}

function readerOf({ buffer, byteOffset, byteLength }: Uint8Array): DataReader {
  return { view: new DataView(buffer, byteOffset, byteLength), offset: 0 }
}
