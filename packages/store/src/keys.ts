import type { Link } from './store.ts'

const sitePattern = /^[a-z0-9_-]{1,64}$/
const batchPattern = /^([a-z0-9_-]{1,64}):batch:(\d{8}T\d{4})[-:]([a-z0-9_-]+)-(\d+)(?:\.(\d+)\.(\d+)\.([0-9a-f]{12}))?$/
const stampPattern = /^(?:\d{4}-\d\d-\d\d(?:\.\d{4}-\d\d-\d\d)?-)?([0-9a-f]{12})-[0-9a-f]{12}(?:-(\d+))?/
const shelfPattern = /^([a-z0-9_-]{1,64}):(index|rollup):(\d{4}-\d\d-\d\d)\.(\d{4}-\d\d-\d\d)-([0-9a-f]{12})-[0-9a-f]{12}-(\d+)$/
const keptPattern = /^([a-z0-9_-]{1,64}):kept:(\d{4}-\d\d-\d\d)-([0-9a-f]{12}-[0-9a-f]{12})-(\d+)(?:-([0-9a-f]+))?$/

const sitePrefix = /^[a-z0-9_-]{1,64}:(?:batch|manifest|catalog|segment|link|erasure|pruning|packed|persons|index|rollup|clean|kept):/
/** By a minute, a day, or a time or hash in hex. */
const ownPattern = /^[^:]+:(?:batch:\d{8}T\d{4}|(?:segment|kept):\d{4}-\d\d-\d\d-|(?:persons|index|rollup):\d{4}-\d\d-\d\d\.|(?:manifest|catalog|link|erasure|pruning|packed|clean):[0-9a-f]{12})/

/**
 * Where arrivals live: `{site}:batch:{minute}-{writer}-{seq}`, and several of one writer that were gathered into one
 * value `{site}:batch:{minute}-{writer}-{seq}.{last}.{bytes}.{made}`. All in one folder, which is listed often. (The
 * first version had one for each minute; such keys are read.)
 */
export interface BatchKey {
  site: string
  /** UTC, `yyyymmddThhmm`, when the value was begun. */
  minute: string
  /** One process, for as long as it lives. */
  writer: string
  /** Counts the values that the writer began. */
  seq: number
  /** The last number it holds: `seq` itself unless it was gathered. */
  last: number
  /** Length of a gathered value, which counts only when it is whole; 0 for others. */
  bytes: number
  /** When it was gathered, ms since 1970; 0 for others. */
  made: number
}

export function formatBatchKey({ site, minute, writer, seq, last, bytes, made }: BatchKey): string {
  const key = `${site}:batch:${minute}-${writer}-${seq}`
  return bytes === 0 ? key : `${key}.${last}.${bytes}.${hexTime(made)}`
}

/** Undefined if `key` is no batch's. */
export function parseBatchKey(key: string): BatchKey | undefined {
  const [, site, minute, writer, seq, last, bytes, made] = batchPattern.exec(key) ?? []
  if (site === undefined || minute === undefined || writer === undefined || seq === undefined) return undefined
  return { site, minute, writer, seq: Number(seq), last: Number(last ?? seq), bytes: Number(bytes ?? 0), made: Number.parseInt(made ?? '0', 16) }
}

/** What is derived of segments: session indexes, and sums of whole days. */
export type ShelfKind = 'index' | 'rollup'

/** Where what was derived of segments lives: `{site}:{kind}:{first}.{last}-{stamp}-{bytes}`. */
export interface ShelfKey {
  site: string
  kind: ShelfKind
  /** The first and the last home day that it may be about, `YYYY-MM-DD`. */
  first: string
  last: string
  /** When it was made, ms since 1970. */
  time: number
  /** Length of the value, which counts only when it is whole. */
  bytes: number
}

export function formatShelfKey({ site, kind, first, last, time, bytes }: ShelfKey, nonce: string): string {
  return `${site}:${kind}:${first}.${last}-${formatStamp(time, nonce)}-${bytes}`
}

/** Undefined if `key` is of neither kind. */
export function parseShelfKey(key: string): ShelfKey | undefined {
  const [, site, kind, first, last, time, bytes] = shelfPattern.exec(key) ?? []
  if (site === undefined || first === undefined || last === undefined || time === undefined) return undefined
  return { site, kind: kind as ShelfKind, first, last, time: Number.parseInt(time, 16), bytes: Number(bytes) }
}

/**
 * Where sums are kept that pruning leaves: `{site}:kept:{day}-{stamp}-{bytes}` those of anonymous hits, and with
 * `-{erasures}` behind it those of known users.
 */
export interface KeptKey {
  site: string
  /** The home day, `YYYY-MM-DD`. */
  day: string
  /** Of the pruning that they were kept before: see `formatStamp`. */
  stamp: string
  /** Length of the value, which counts only when it is whole. */
  bytes: number
  /** Of known users: which erasures had been applied, see `hashErasures`. Undefined of anonymous hits. */
  erasures?: string
}

export function formatKeptKey({ site, day, stamp, bytes, erasures }: KeptKey): string {
  return `${site}:kept:${day}-${stamp}-${bytes}${erasures === undefined ? '' : `-${erasures}`}`
}

/** Undefined if `key` is none. */
export function parseKeptKey(key: string): KeptKey | undefined {
  const [, site, day, stamp, bytes, erasures] = keptPattern.exec(key) ?? []
  if (site === undefined || day === undefined || stamp === undefined) return undefined
  return { site, day, stamp, bytes: Number(bytes), ...(erasures !== undefined && { erasures }) }
}

/** When a stamp was made, ms since 1970. */
export function stampTime(stamp: string): number {
  return Number.parseInt(stamp.slice(0, 12), 16)
}

/** The minute of a batch key. @param time ms since 1970 */
export function formatMinute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replaceAll(/[-:]/g, '')
}

/** When the minute of a batch key began, ms since 1970. */
export function minuteTime(minute: string): number {
  return Date.parse(minute.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5Z'))
}

/** What makes a name that nobody else has, and says when it was made: 12 hex digits of ms since 1970, 12 random ones. */
export function formatStamp(time: number, nonce: string): string {
  return `${hexTime(time)}-${nonce}`
}

function hexTime(time: number): string {
  return Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
}

/**
 * Whether a key among those of a site is one that somebody else has put there: a readme, what a file manager notes. It is
 * told by how all names of ours begin: one that is damaged, or a copy, is not taken for somebody else's.
 */
export function isForeignKey(key: string): boolean {
  return sitePrefix.test(key) && !ownPattern.test(key)
}

/** When a value was made, ms since 1970, and how many bytes its name says it has; undefined where it has no stamp. */
export function parseStamp(key: string): { time: number; bytes: number | undefined } | undefined {
  const [, time, bytes] = stampPattern.exec(key.slice(key.lastIndexOf(':') + 1)) ?? []
  if (time === undefined) return undefined
  return { time: Number.parseInt(time, 16), bytes: bytes === undefined ? undefined : Number(bytes) }
}

/**
 * A site id is the first part of every key, and visitor text must never be.
 * @throws RangeError
 */
export function checkSite(site: string): void {
  if (!sitePattern.test(site)) throw new RangeError(`[treadlight store] site id ${JSON.stringify(site)} must match [a-z0-9_-]{1,64}`)
}

/** @throws RangeError unless the link names a site, a session and a user */
export function checkLink(link: Link): void {
  checkSite(link.site)
  if (link.session === '' || link.user === '') throw new RangeError('[treadlight store] a link needs a session and a user')
}
