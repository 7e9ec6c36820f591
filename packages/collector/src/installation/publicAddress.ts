import ipaddr from 'ipaddr.js'

/** What may be asked for on behalf of the owner: addresses of the internet, and of this machine where that is asked for. */
export interface AddressRule {
  /** For a collector that is tried out on somebody's own machine. */
  allowLoopback: boolean
}

/**
 * Whether an address may be connected to. Private, link-local (cloud metadata among them), carrier-grade, multicast and
 * reserved ranges never; nor IPv6 ranges that carry an IPv4 address inside (NAT64, 6to4, Teredo, `::10.0.0.1`), since what
 * is behind them may be any of these. An IPv4-mapped address is the IPv4 address.
 */
export function isAllowedAddress(address: string, { allowLoopback }: AddressRule): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (range !== 'unicast') return allowLoopback && range === 'loopback'
  return parsed.kind() === 'ipv4' || parsed.match(assigned)
}

/** Of IPv6 all that IANA gives to anybody; the library calls the rest unicast too. */
const assigned = ipaddr.parseCIDR('2000::/3')

/** The address that a URL's host is, without the brackets of IPv6; undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const plain = hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(plain) ? plain : undefined
}
