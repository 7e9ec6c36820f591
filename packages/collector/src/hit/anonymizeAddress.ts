import ipaddr from 'ipaddr.js'

/**
 * An address without what leads to a household: the first 24 bits of an IPv4 address, mapped forms unwrapped, and the
 * first 48 of an IPv6 one. '' for what is no single address.
 *
 * @example
 * anonymizeAddress('203.0.113.7') // '203.0.113.0'
 * anonymizeAddress('2001:db8:1:2::7') // '2001:db8:1::'
 */
export function anonymizeAddress(address: string): string {
  // ipaddr.js takes `1.2.3` for an address too, as inet_aton does.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  const kept = parsed.kind() === 'ipv4' ? 3 : 6
  return ipaddr.fromByteArray(parsed.toByteArray().map((byte, index) => (index < kept ? byte : 0))).toString()
}
