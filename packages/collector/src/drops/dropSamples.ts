import type { DropReason } from '@treadlight/protocol'
import { Buffer } from 'node:buffer'

/** A hit that was dropped, as far as it helps to see whether that was right. Never an address. */
interface DropSample {
  /** ISO 8601. */
  time: string
  host: string
  /** The first 200 letters, without query and fragment. */
  path: string
  /** The first 200 letters. */
  userAgent: string
}

/** The last dropped hits of each reason, in memory only. */
export interface DropSamples {
  add(site: string, reason: DropReason, hit: { time: number; url: string; userAgent: string }): void
  /** Newest first, by reason. */
  list(site: string): Record<string, DropSample[]>
}

const most = 5
const longest = 200

/** These ask not to be counted, so nothing is noted of them but that they did. */
const unsampled: ReadonlySet<DropReason> = new Set(['gpc', 'dnt'])

export function createDropSamples(): DropSamples {
  const samples = new Map<string, Map<DropReason, DropSample[]>>()
  return {
    add(site, reason, { time, url, userAgent }) {
      if (unsampled.has(reason)) return
      let bySite = samples.get(site)
      if (!bySite) samples.set(site, (bySite = new Map()))
      const { hostname, pathname } = new URL(url)
      const sample = { time: new Date(time).toISOString(), host: cut(hostname), path: cut(pathname), userAgent: cut(userAgent) }
      bySite.set(reason, [sample, ...(bySite.get(reason) ?? [])].slice(0, most))
    },
    list: (site) => Object.fromEntries(samples.get(site) ?? []),
  }
}

/** Those of several processes: the newest of each reason. */
export function mergeSamples(lists: readonly Record<string, DropSample[]>[]): Record<string, DropSample[]> {
  const reasons = new Set(lists.flatMap((list) => Object.keys(list)))
  const newest = (reason: string): DropSample[] => lists.flatMap((list) => list[reason] ?? []).toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
  return Object.fromEntries(Array.from(reasons, (reason) => [reason, newest(reason).slice(0, most)]))
}

/** A copy: a slice would keep the whole text alive. */
function cut(text: string): string {
  return Buffer.from(text.slice(0, longest)).toString()
}
