import type { Link } from './store.ts'

const sitePattern = /^[a-z0-9_-]{1,64}$/
const batchPattern = /^([a-z0-9_-]{1,64}):batch:(\d{8}T\d{4}):([a-z0-9_-]+)-(\d+)$/

/** Where one value of arrivals lives: `{site}:batch:{minute}:{writer}-{seq}`. */
export interface BatchKey {
  site: string
  /** UTC, `yyyymmddThhmm`, when the value was begun. */
  minute: string
  /** One process, for as long as it lives. */
  writer: string
  /** Counts the values that the writer began. */
  seq: number
}

export function formatBatchKey({ site, minute, writer, seq }: BatchKey): string {
  return `${site}:batch:${minute}:${writer}-${seq}`
}

/** Undefined if `key` is no batch's. */
export function parseBatchKey(key: string): BatchKey | undefined {
  const [, site, minute, writer, seq] = batchPattern.exec(key) ?? []
  if (site === undefined || minute === undefined || writer === undefined || seq === undefined) return undefined
  return { site, minute, writer, seq: Number(seq) }
}

/** The minute of a batch key. @param time ms since 1970 */
export function formatMinute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replaceAll(/[-:]/g, '')
}

/** When the minute of a batch key began, ms since 1970. */
export function minuteTime(minute: string): number {
  return Date.parse(minute.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5Z'))
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
