import { copyText } from '../copyText.ts'

/** A host that sent hits and that the setting `hosts` does not list. */
export interface UnknownHost {
  host: string
  /** Since the start, or since others were counted in its place. */
  hits: number
  /** When the last one came, ms since 1970. */
  latest: number
}

export interface UnknownHosts {
  /** @param time ms since 1970 */
  add(host: string, time: number): void
  /** Those with the most hits first. */
  list(): UnknownHost[]
}

/** Most that are remembered. Who makes up hosts pushes out those that came least, not a page of the owner's own. */
const most = 100
const longestHost = 253

export function createUnknownHosts(): UnknownHosts {
  const hosts = new Map<string, UnknownHost>()
  return {
    add(name, time) {
      const host = name.slice(0, longestHost)
      const known = hosts.get(host)
      if (known) {
        known.hits++
        known.latest = Math.max(known.latest, time)
        return
      }
      if (hosts.size >= most) hosts.delete(rarest(hosts))
      const copy = copyText(host)
      hosts.set(copy, { host: copy, hits: 1, latest: time })
    },
    list: () => Array.from(hosts.values(), ({ host, hits, latest }) => ({ host, hits, latest })).toSorted((a, b) => b.hits - a.hits),
  }
}

/** Those of several processes. */
export function mergeUnknownHosts(lists: readonly (readonly UnknownHost[])[]): UnknownHost[] {
  const hosts = new Map<string, UnknownHost>()
  for (const { host, hits, latest } of lists.flat()) {
    const known = hosts.get(host)
    hosts.set(host, { host, hits: hits + (known?.hits ?? 0), latest: Math.max(latest, known?.latest ?? 0) })
  }
  return [...hosts.values()].toSorted((a, b) => b.hits - a.hits).slice(0, most)
}

function rarest(hosts: ReadonlyMap<string, UnknownHost>): string {
  let found: UnknownHost | undefined
  for (const host of hosts.values()) if (!found || host.hits < found.hits) found = host
  return found!.host
}
