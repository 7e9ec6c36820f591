import ipaddr from 'ipaddr.js'
import { remember } from '../remember.ts'

/**
 * What of an address tells visitors apart: all of an IPv4 address, mapped forms unwrapped, and the first
 * 64 bits of an IPv6 one, whose rest changes daily on most devices. '' for what is no address.
 */
export const networkOf: (address: string | undefined) => string = remember(10_000, (address) => {
  if (!address || !ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.fromByteArray([...parsed.toByteArray().slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString()
})
