import ipaddr from 'ipaddr.js'
import { remember } from '../remember.ts'

/** Some proxies forward `192.0.2.1:5555` and `[2001:db8::1]:443`. Anything else stays as it is. */
export function withoutPort(address: string): string {
  const colon = address.indexOf(':')
  if (colon === -1) return address
  if (address.startsWith('[')) return address.slice(1, Math.max(1, address.indexOf(']')))
  // A second one makes it an IPv6 address.
  return address.includes('.') && !address.includes(':', colon + 1) ? address.slice(0, colon) : address
}

/** Four numbers to 255 without zeros before them, which has no other spelling: sooner seen than looked up. */
const plainIPv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/**
 * What of an address tells visitors apart: all of an IPv4 address, mapped forms unwrapped, and the first
 * 64 bits of an IPv6 one, whose rest changes daily on most devices. '' for what is no address.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return ''
  return plainIPv4.test(address) ? address : known(address)
}

const known = remember(10_000, (address: string): string => {
  const plain = withoutPort(address)
  if (!ipaddr.isValid(plain)) return ''
  const parsed = ipaddr.process(plain)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.fromByteArray([...parsed.toByteArray().slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString()
})
