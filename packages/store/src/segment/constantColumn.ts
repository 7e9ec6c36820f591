import { Buffer } from 'node:buffer'
import { ByteWriter } from 'hyparquet-writer'
import { writeHybrid } from './hybrid.ts'
import type { ChunkData } from './writeChunk.ts'

/** A text that all rows have. */
export function encodeConstant(rows: number, text: string): ChunkData {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return encodeOne(rows, Buffer.concat([length, bytes]))
}

/** A day that all rows have, days since 1970; null unless it is a date of the calendar. */
export function encodeDay(rows: number, day: string): ChunkData {
  const time = Date.parse(`${day}T00:00:00Z`)
  const isDate = !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${day}T`)
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(isDate ? time / 86_400_000 : 0)
  return encodeOne(rows, bytes, isDate)
}

function encodeOne(rows: number, bytes: Uint8Array, present = true): ChunkData {
  const writer = new ByteWriter()
  writer.appendUint8(8)
  if (present) writeHybrid(writer, new Uint8Array(rows), 8)
  const levels = new Uint8Array(rows).fill(present ? 1 : 0)
  return { levels, encoding: 'RLE_DICTIONARY', values: writer.getBytes(), dictionary: { bytes, count: 1 } }
}
