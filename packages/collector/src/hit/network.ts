import ipaddr from 'ipaddr.js'

const known = new Map<string, string>()
const networksKept = 10_000

/**
 * What of an address tells visitors apart: all of an IPv4 address, mapped forms unwrapped, and the first
 * 64 bits of an IPv6 one, whose rest changes daily on most devices. '' for what is no address.
 */
export function networkOf(address: string | undefined): string {
  if (!address) return ''
  let network = known.get(address)
  if (network === undefined) {
    if (known.size >= networksKept) known.clear()
    known.set(address, (network = readNetwork(address)))
  }
  return network
}

function readNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.fromByteArray([...parsed.toByteArray().slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString()
}
