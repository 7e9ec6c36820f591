import type { Buffer } from 'node:buffer'
import { encodeFrame, readFrames } from './frame.ts'
import { formatStamp } from './keys.ts'
import { isLaterFormat } from './laterFormat.ts'

/** Home days in whose segments nobody is that was erased: what one process has looked up, for all others. */
export interface CleanValue {
  /** Whom they were searched for, and nobody else: see `hashSought`. */
  sought: string
  /** Of the segments of each of these days: see `fingerprint`. It names no person, as segments' names do not. */
  fingerprints: readonly string[]
}

/** To be raised with any change of what the value says, or of what it means. */
const format = 1

const keyPattern = /^[a-z0-9_-]{1,64}:clean:([0-9a-f]{12})-[0-9a-f]{12}-(\d+)$/

/** `{site}:clean:{when and nonce}-{bytes}` */
export function formatCleanKey(site: string, time: number, nonce: string, bytes: number): string {
  return `${site}:clean:${formatStamp(time, nonce)}-${bytes}`
}

/** When the value was made, ms since 1970, and its length; undefined for a key that is none of ours. */
export function parseCleanKey(key: string): { time: number; bytes: number } | undefined {
  const [, time, bytes] = keyPattern.exec(key) ?? []
  return time === undefined ? undefined : { time: Number.parseInt(time, 16), bytes: Number(bytes) }
}

/** A frame of JSON. */
export function encodeCleanValue({ sought, fingerprints }: CleanValue): Buffer {
  return encodeFrame(JSON.stringify({ format, sought, fingerprints }))
}

/** What a value says; `'damaged'`, or `'later'` if a later version has made it. */
export function decodeCleanValue(bytes: Buffer): CleanValue | 'damaged' | 'later' {
  try {
    const { payloads, end, problems } = readFrames(bytes)
    const [payload] = payloads
    if (payload === undefined || payloads.length > 1 || problems.length > 0 || end !== bytes.length) return 'damaged'
    const value = JSON.parse(payload.toString()) as CleanValue & { format: number }
    if (value.format !== format) return value.format > format ? 'later' : 'damaged'
    return typeof value.sought === 'string' && Array.isArray(value.fingerprints) ? value : 'damaged'
  } catch (error) {
    return isLaterFormat(error) ? 'later' : 'damaged'
  }
}
