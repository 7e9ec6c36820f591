import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { RollupDay, RollupSection } from './rollup.ts'

/** Of the bytes and of what they mean. */
const version = 2

/** A stored rollup that is not what was written. Nothing is lost: it is made again. */
export class RollupDamaged extends Error {}

/** A stored rollup that a later version has written: it is of no use to this one, and none is needed. */
export class LaterRollup extends Error {}

export interface RollupHeader {
  site: string
  /** See `Rollup.names`. */
  names: number
  /** One without hits has no first and last. */
  days: (Omit<RollupDay, 'first' | 'last'> & { first: number | null; last: number | null })[]
  sections: SectionPlace[]
}

/** They stand in this order. */
export interface SectionPlace {
  name: 'totals' | RollupSection
  /** As many as `size`: they are not deflated. */
  bytes: number
  crc: number
  size: number
}

const headPattern = /^(treadlight rollup (\d{2}) ([0-9a-f]{8}) )([0-9a-f]{8})\n$/
/** Length of the first line. */
const headLength = 39

/**
 * The line `treadlight rollup {version, two digits} {bytes of the header, 8 hex} {CRC32 of the line so far and the header, 8 hex}`,
 * then the header as JSON.
 */
export function encodeHeader(header: RollupHeader): Buffer {
  const bytes = Buffer.from(JSON.stringify(header))
  const head = `treadlight rollup ${String(version).padStart(2, '0')} ${hex(bytes.length)} `
  return Buffer.concat([Buffer.from(`${head}${hex(crc32(bytes, crc32(head)))}\n`), bytes])
}

/** How many bytes the header takes with its first line, by that line; undefined where it is none. */
export function headerLengthOf(bytes: Uint8Array): number | undefined {
  const length = matchHead(bytes)?.[3]
  return length === undefined ? undefined : headLength + parseInt(length, 16)
}

/** @throws RollupDamaged, LaterRollup */
export function decodeHeader(bytes: Uint8Array): RollupHeader {
  const [, head, its, , checksum] = matchHead(bytes) ?? []
  const body = bytes.subarray(headLength)
  if (head === undefined || hex(crc32(body, crc32(head))) !== checksum) throw new RollupDamaged('[treadlight store] rollup is damaged: its header')
  if (Number(its) !== version) throw new LaterRollup(`[treadlight store] rollup is of format ${Number(its)}, this version's is ${version}`)
  return JSON.parse(Buffer.from(body).toString()) as RollupHeader
}

function matchHead(bytes: Uint8Array): RegExpExecArray | null {
  return headPattern.exec(Buffer.from(bytes.subarray(0, headLength)).toString('latin1'))
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0')
}
