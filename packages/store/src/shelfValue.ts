import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { encodeFrame, frameLength, readFrames } from './frame.ts'
import { hashNames } from './fingerprint.ts'
import type { ShelfKind } from './keys.ts'
import type { MarkLog } from './markLog.ts'
import { behind, type ValueSource } from './valueSource.ts'

/** What a value on the shelf says of itself, in front of what it holds. */
export interface ShelfHeader {
  /** Of what each of its home days was made: see `fingerprint`. */
  days: Readonly<Record<string, string>>
  /** Of what stands behind the header: see `shelfFormats`. */
  format: number
  /** CRC-32 of all that stands behind the header. Its sections have their own, for those who read no more than these. */
  crc: number
  /** What whoever made it knew of: none of it takes anything from the hits that it was made of. */
  marks: KnownMarks
}

export interface KnownMarks {
  /** See `hashNames`. */
  erasures: string
  /** The stamps of prunings. */
  prunings: readonly string[]
}

/** To be raised with any change of what stands behind the header, or of what it means. */
export const shelfFormats: Readonly<Record<ShelfKind, number>> = { index: 4, rollup: 3 }

/** Read at once, bytes: this header, which has some 2 kB for a month, and what the body begins with, as it tells where the rest is. */
const firstRead = 24 * 1024

/** Erasures only become more. */
const hashes = new WeakMap<MarkLog['erasures'], { size: number; hash: string }>()

/** What tells apart the sets of erasures that a process may know of. */
export function knownErasures({ erasures }: Pick<MarkLog, 'erasures'>): string {
  const known = hashes.get(erasures)
  if (known?.size === erasures.size) return known.hash
  const hash = hashNames([...erasures.keys()])
  hashes.set(erasures, { size: erasures.size, hash })
  return hash
}

/** The marks as they stand now. */
export function knownMarks(log: Pick<MarkLog, 'erasures' | 'prunings'>): KnownMarks {
  return { erasures: knownErasures(log), prunings: [...log.prunings.keys()].map(stampOf) }
}

export function stampOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1)
}

export function encodeShelfValue(header: Omit<ShelfHeader, 'crc'>, body: Uint8Array): Buffer {
  const whole: ShelfHeader = { ...header, crc: crc32(body) }
  return Buffer.concat([encodeFrame(JSON.stringify(whole)), body])
}

/**
 * Undefined where it is damaged.
 * @throws ValueGone, ValueTorn; Error for a format of a later version
 */
export async function readShelfValue(source: ValueSource): Promise<{ header: ShelfHeader; body: ValueSource } | undefined> {
  let bytes = bufferOf(await source.read(0, Math.min(source.size, firstRead)))
  const length = frameLength(bytes)
  if (length === undefined || length > source.size) return undefined
  if (length > bytes.length) bytes = bufferOf(await source.read(0, length))
  const [payload] = readFrames(bytes.subarray(0, length)).payloads
  return payload && { header: JSON.parse(payload.toString()) as ShelfHeader, body: behind(source, length, bytes) }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
