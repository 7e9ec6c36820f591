import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
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

/** The other way round. */
export function unpackDeltas(bytes: Uint8Array, count: number): { base: number; offsets: Int32Array } {
  const offsets = new Int32Array(count)
  if (count === 0) return { base: 0, offsets }
  const reader = readerOf(bytes)
  const first = skipHeader(reader)
  const base = Number(readZigZagBigInt(reader))
  // Ends one byte before the differences, where 0 takes the place of the first value's last byte.
  const start = reader.offset - 1 - first
  const copy = bytes.slice(start)
  copy.set(bytes.subarray(0, first))
  copy[first] = 0
  deltaBinaryUnpack(readerOf(copy), count, offsets)
  return { base, offsets }
}

/** Block size, miniblocks and count stand before the first value. */
function skipHeader(reader: DataReader): number {
  for (let field = 0; field < 3; field++) readVarInt(reader)
  return reader.offset
}

function readerOf({ buffer, byteOffset, byteLength }: Uint8Array): DataReader {
  return { view: new DataView(buffer, byteOffset, byteLength), offset: 0 }
}
