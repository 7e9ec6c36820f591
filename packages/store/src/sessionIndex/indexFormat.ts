import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { Packing } from './packNumbers.ts'
import type { ColumnName } from './sessionIndex.ts'

/** Of the bytes and of what they mean. */
const indexVersion = 3

/** A stored index that is not what was written. Nothing is lost: it is made of the segments again. */
export class IndexDamaged extends Error {}

/** A stored index that a later version has written: it is of no use to this one, and none is needed. */
export class LaterIndex extends Error {}

export interface IndexHeader {
  site: string
  days: HeaderDay[]
  sections: Section[]
}

/** One without hits has no first and last. */
export interface HeaderDay {
  day: string
  fingerprint: string
  base: number
  tick: 1 | 60_000
  first: number | null
  last: number | null
  hasRevenue: boolean
  keepsProps: boolean
  /** How many. */
  visits: number
  hits: number
  /** The first mixed ones among them. */
  mixed: number
  mixedHits: number
}

/** A column. They stand in this order, each beginning at a whole word. */
export interface Section {
  name: ColumnName
  bytes: number
  crc: number
  packing: Packing
  /** The largest number. */
  most: number
  /** Of a column with values: what these take at its end, and whether they are deflated. */
  values?: { bytes: number; isDeflated: boolean }
}

const headPattern = /^(treadlight index (\d{2}) ([0-9a-f]{8}) )([0-9a-f]{8})\n$/
/** Length of the first line. */
const headLength = 38

/**
 * The line `treadlight index {version, two digits} {bytes of the header, 8 hex} {CRC32 of the line so far and the header, 8 hex}`,
 * then the header as JSON, filled up so that whole words follow.
 */
export function encodeHeader(header: IndexHeader): Buffer {
  const text = JSON.stringify(header)
  const bytes = Buffer.from(text + ' '.repeat((4 - ((Buffer.byteLength(text) + headLength) % 4)) % 4))
  const head = `treadlight index ${String(indexVersion).padStart(2, '0')} ${hex(bytes.length)} `
  return Buffer.concat([Buffer.from(`${head}${hex(crc32(bytes, crc32(head)))}\n`), bytes])
}

/** How many bytes the header takes with its first line, by that line; undefined where it is none. */
export function headerLengthOf(bytes: Uint8Array): number | undefined {
  const [, , , length] = headPattern.exec(Buffer.from(bytes.subarray(0, headLength)).toString('latin1')) ?? []
  return length === undefined ? undefined : headLength + parseInt(length, 16)
}

/** @throws IndexDamaged, LaterIndex */
export function decodeHeader(bytes: Uint8Array): IndexHeader {
  const [, head, version, , checksum] = headPattern.exec(Buffer.from(bytes.subarray(0, headLength)).toString('latin1')) ?? []
  const body = bytes.subarray(headLength)
  if (head === undefined || hex(crc32(body, crc32(head))) !== checksum) throw new IndexDamaged('[treadlight store] session index is damaged: its header')
  if (Number(version) !== indexVersion) throw new LaterIndex(`[treadlight store] session index is of format ${Number(version)}, this version's is ${indexVersion}`)
  return JSON.parse(Buffer.from(body).toString()) as IndexHeader
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0')
}
