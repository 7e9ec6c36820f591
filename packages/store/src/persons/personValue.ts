import { Buffer } from 'node:buffer'
import { encodeFrame, readFrames } from '../frame.ts'
import { formatStamp } from '../keys.ts'
import { isLaterFormat } from '../laterFormat.ts'
import type { PersonFilter } from './personFilter.ts'

/** Filters by the key of their segment: that never changes, so nor do they. Undefined where the segment could not be read. */
export type PersonFilters = ReadonlyMap<string, PersonFilter | undefined>

/** Of the filters, their hashes and how they are put together. */
const version = 1

const keyPattern = /^[a-z0-9_-]{1,64}:persons:(\d{4}-\d\d-\d\d)\.\d{4}-\d\d-\d\d-[0-9a-f]{12}-[0-9a-f]{12}-(\d+)$/

/** Some ten days, whose filters are one value. */
export interface PersonSpan {
  first: string
  last: string
}

/** The third of its month that a day is in. */
export function spanOf(day: string): PersonSpan {
  const month = day.slice(0, 7)
  const number = Number(day.slice(8))
  if (number <= 10) return { first: `${month}-01`, last: `${month}-10` }
  if (number <= 20) return { first: `${month}-11`, last: `${month}-20` }
  const days = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate()
  return { first: `${month}-21`, last: `${month}-${days}` }
}

/** `{site}:persons:{first day}.{last day}-{when and nonce}-{bytes}` */
export function formatPersonKey(site: string, { first, last }: PersonSpan, time: number, nonce: string, bytes: number): string {
  return `${site}:persons:${first}.${last}-${formatStamp(time, nonce)}-${bytes}`
}

/** Undefined for a key that is none of ours. */
export function parsePersonKey(key: string): { first: string; bytes: number } | undefined {
  const [, first, bytes] = keyPattern.exec(key) ?? []
  return first === undefined ? undefined : { first, bytes: Number(bytes) }
}

/** A frame of one line of JSON, which says of each segment how long its filter is, and the filters. */
export function encodePersonFilters(filters: PersonFilters): Buffer {
  const lengths = [...filters].map(([key, filter]) => [key, filter?.length ?? 0])
  const head = Buffer.from(`${JSON.stringify({ version, filters: lengths })}\n`)
  return encodeFrame([head, ...[...filters.values()].flatMap((filter) => filter ?? [])])
}

/** What a value holds; `'damaged'`, or `'later'` if a later version has made it. */
export function decodePersonFilters(bytes: Buffer): PersonFilters | 'damaged' | 'later' {
  try {
    const { payloads, problems } = readFrames(bytes)
    const [payload] = payloads
    if (payload === undefined || payloads.length > 1 || problems.length > 0) return 'damaged'
    const end = payload.indexOf('\n')
    const head = JSON.parse(payload.toString('utf8', 0, end)) as { version: number; filters: [string, number][] }
    if (head.version !== version) return 'later'
    return cutFilters(payload.subarray(end + 1), head.filters)
  } catch (error) {
    return isLaterFormat(error) ? 'later' : 'damaged'
  }
}

function cutFilters(bytes: Buffer, lengths: readonly [string, number][]): PersonFilters | 'damaged' {
  let end = 0
  const filters = lengths.map(([key, length]) => [key, length === 0 ? undefined : bytes.subarray(end, (end += length))] as const)
  return end === bytes.length ? new Map(filters) : 'damaged'
}
