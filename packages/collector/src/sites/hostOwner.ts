import type { Site } from './sites.ts'

/** A site and the hosts that are its own. */
export type HostOwner = Pick<Site, 'id' | 'hosts'>

/** With and without `www.` is the same host. */
function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host
}

/**
 * Why a host cannot be one of a site's: another has it, or has it with or without `www.`. A host below another's
 * `*.` is no such: the nearest counts.
 *
 * @param others the other sites with their hosts
 */
export function describeTaken(host: string, others: Iterable<HostOwner>): string | undefined {
  for (const { id, hosts } of others) {
    const same = hosts.find((each) => withoutWww(each) === withoutWww(host))
    if (same === host) return `${host} is a host of site ${id} already`
    if (same !== undefined) return `${host} is ${same}, with and without www., and that is a host of site ${id} already`
  }
  return undefined
}
