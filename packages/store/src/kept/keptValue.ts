import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { encodeFrame, frameLength, readFrames } from '../frame.ts'
import { encodeRollup } from '../rollup/encodeRollup.ts'
import type { Rollup } from '../rollup/rollup.ts'
import { openRollupBody } from '../shelfMakers.ts'
import { behind, sourceOf } from '../valueSource.ts'

/** What a value of kept sums says of itself, in front of the rollup. */
export interface KeptHeader {
  /** Of all that stands behind it. */
  crc: number
  /** The store's clock, ms since 1970: of what was received until then. */
  at: number
  /** See `KeptSpan`; of the day as a whole. */
  first: number
  last: number
  hasRevenue: boolean
  /** Whether known users had been there: then their sums are in a value of their own. */
  hasKnown: boolean
}

/** A frame with the header, and the rollup. */
export async function encodeKept(header: Omit<KeptHeader, 'crc'>, rollup: Rollup, site: string): Promise<Buffer> {
  const body = await encodeRollup(rollup, { site })
  const whole: KeptHeader = { ...header, crc: crc32(body) }
  return Buffer.concat([encodeFrame(JSON.stringify(whole)), body])
}

/** Undefined where it is damaged. @throws Error for a format of a later version; RollupDamaged */
export async function decodeKept(bytes: Buffer): Promise<{ header: KeptHeader; rollup: Rollup } | undefined> {
  const length = frameLength(bytes)
  if (length === undefined || length > bytes.length) return undefined
  const [payload] = readFrames(bytes.subarray(0, length)).payloads
  if (payload === undefined) return undefined
  const header = JSON.parse(payload.toString()) as KeptHeader
  if (crc32(bytes.subarray(length)) !== header.crc) return undefined
  return { header, rollup: await openRollupBody(behind(sourceOf(bytes), length, bytes)) }
}
