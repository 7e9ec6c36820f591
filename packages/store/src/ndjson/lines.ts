import type { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { Erasure } from '../erasure.ts'
import type { StoredHit } from '../hit.ts'
import type { Pruning } from '../pruning.ts'
import type { Link } from '../store.ts'

/**
 * What a line says. A hit stands as it is, so that jq finds its fields at the top; everything else is named by its only
 * field.
 */
export type Entry =
  | StoredHit
  | { link: Link }
  | { erasure: Erasure & { site: string } }
  | { pruning: Pruning & { site: string } }
  /** The line that begins at this byte was cut off before it was acknowledged: nothing is missed with it. */
  | { torn: { offset: number } }

/** Of the file. A later one is refused, never guessed at. */
const version = 1
const sealPattern = /^,"crc":"([0-9a-f]{8})"\}$/
const sealLength = ',"crc":"00000000"}'.length

/** The first line of every file. */
export const header: string = encodeLine({ treadlight: 'ndjson', version })

/**
 * One line of JSON whose last field, `crc`, is the CRC32 (8 hex) of all bytes before its comma. So the line stays JSON,
 * and a flipped bit is found wherever it is.
 */
export function encodeLine(value: object): string {
  const text = JSON.stringify(value).slice(0, -1)
  return `${text},"crc":"${crc32(text).toString(16).padStart(8, '0')}"}\n`
}

/** Reads a line, given without its newline. Undefined where its bytes are not those that were written, or lack an end. */
export function decodeLine(bytes: Buffer): object | undefined {
  const end = bytes.length - sealLength
  const [, crc] = sealPattern.exec(bytes.toString('latin1', Math.max(end, 0))) ?? []
  if (crc === undefined) return undefined
  const text = bytes.subarray(0, end)
  if (crc32(text) !== parseInt(crc, 16)) return undefined
  try {
    return JSON.parse(`${text.toString()}}`) as object
  } catch {
    // Cut off behind a visitor's property that is called crc.
    return undefined
  }
}

/** The length of the line that these bytes begin with, where its newline has become another byte. */
export function findWholeLine(bytes: Buffer): number | undefined {
  for (const { 0: seal, index } of bytes.toString('latin1').matchAll(/,"crc":"[0-9a-f]{8}"\}/g)) {
    const end = index + seal.length
    if (decodeLine(bytes.subarray(0, end)) !== undefined) return end
  }
  return undefined
}

/**
 * @param head the first bytes of a file
 * @throws Error unless it is ours and of a version that can be read
 */
export function checkHeader(head: string, path: string): void {
  if (head.startsWith(header)) return
  const its = /^\{"treadlight":"ndjson","version":(\d{1,9})\b/.exec(head)?.[1]
  if (its !== undefined && Number(its) > version) {
    throw new Error(`[treadlight ndjson] ${path} has format ${its}, later than this version's (${version}): upgrade treadlight; nothing was changed`)
  }
  throw new Error(`[treadlight ndjson] ${path} does not begin as our files do: choose another path or, if it is ours and damaged, make its first line ${header.trim()}; nothing was changed`)
}
