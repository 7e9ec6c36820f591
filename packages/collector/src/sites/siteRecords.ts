import type { Values } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { isDay, isTimeZone } from '../days.ts'
import { isObject } from '../isObject.ts'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'
import { readSiteHost } from './siteHost.ts'

/** What there is of a site that is made up. Days as `YYYY-MM-DD`, the site's. */
export interface SiteDemo {
  /** When it was made: growth and campaigns are reckoned from here. */
  base: string
  /** The first day that has visits, and the last. */
  from: string
  to: string
  /** How many hits; undefined until all of them are there. */
  hits?: number
}

/** What the storage says of a site that was added by `treadlight site add`. */
export interface SiteRecord {
  id: string
  /** That of the first record of the site: see `settle`. */
  timezone: string
  hosts: readonly string[]
  removed: boolean
  /** Of a site that takes no hits, since all that it has is made up. */
  demo?: SiteDemo
}

export interface SiteRecords {
  /** Removed ones too, in the order in which they were added. */
  load(): Promise<SiteRecord[]>
}

/** `sites:{id}.{ms since 1970, 12 hex digits}-{12 random ones}`, written once each. */
const keyPattern = /^sites:([a-z0-9_-]{1,64})\.([0-9a-f]{12}-[0-9a-f]{12})$/
const sitePrefix = 'sites:'

/** Reads what was written of sites; each value once, since none ever changes. */
export function createSiteRecords(values: Values): SiteRecords {
  let known = new Map<string, SiteRecord>()
  return {
    async load() {
      const found = new Map<string, SiteRecord>()
      for (const key of await values.list(sitePrefix)) {
        const [, id, stamp] = keyPattern.exec(key) ?? []
        if (id === undefined || stamp === undefined) continue
        const record = known.get(key) ?? readRecord(id, await readText(values, key))
        if (record !== undefined) found.set(key, record)
      }
      known = found
      return settle(found)
    },
  }
}

/**
 * Of the records of one site the latest counts. But for its time zone, which is that of the first: the home day of every
 * hit is a day in that zone and stays so for ever, and with another zone the days before and after would not fit together.
 */
function settle(found: ReadonlyMap<string, SiteRecord>): SiteRecord[] {
  const stampOf = (key: string): string => keyPattern.exec(key)![2]!
  const sites = new Map<string, SiteRecord>()
  for (const [, record] of [...found].toSorted(([a], [b]) => (stampOf(a) < stampOf(b) ? -1 : 1))) {
    sites.set(record.id, { ...record, timezone: sites.get(record.id)?.timezone ?? record.timezone })
  }
  return [...sites.values()]
}

/** Undefined for what is damaged or says what this version does not understand. */
function readRecord(id: string, text: string | undefined): SiteRecord | undefined {
  const { timezone, hosts, removed, demo } = parseObject(text) ?? {}
  if (typeof timezone !== 'string' || !isTimeZone(timezone) || !Array.isArray(hosts)) return undefined
  return { id, timezone, hosts: hosts.flatMap((host) => readSiteHost(host) ?? []), removed: removed === true, ...(isObject(demo) && { demo: readDemo(demo) }) }
}

/** Made up it is, whatever of this is damaged. */
function readDemo({ base, from, to, hits }: Readonly<Record<string, unknown>>): SiteDemo {
  const dayOf = (value: unknown): string => (typeof value === 'string' && isDay(value) ? value : '1970-01-01')
  return { base: dayOf(base), from: dayOf(from), to: dayOf(to), ...(typeof hits === 'number' && { hits }) }
}

/** Writes a record of a site that counts before all that there are, also of clocks that were ahead. @param now ms since 1970 */
export async function writeSiteRecord(values: Values, { id, ...record }: SiteRecord, now: number): Promise<void> {
  const stamps = (await values.list(sitePrefix)).map((key) => keyPattern.exec(key)).filter((match) => match?.[1] === id)
  const newest = Math.max(0, ...stamps.map((match) => Number.parseInt(match![2]!, 16)))
  await values.create(siteRecordKey(id, Math.max(now, newest + 1), randomBytes(6).toString('hex')), JSON.stringify(record))
}

/** The keys of all that was ever said of a site, the latest last. */
export async function siteRecordKeys(values: Values, id: string): Promise<string[]> {
  return (await values.list(sitePrefix)).filter((key) => keyPattern.exec(key)?.[1] === id)
}

/** The key of a record. @param nonce 12 hex digits */
export function siteRecordKey(id: string, time: number, nonce: string): string {
  return `${sitePrefix}${id}.${Math.floor(time).toString(16).padStart(12, '0')}-${nonce}`
}
