import ipaddr from 'ipaddr.js'
import { remember } from '../remember.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** An address range: the first address and how many bits of it count. IPv4 in its mapped form is IPv4. */
type Range = readonly [Address, bits: number]

/** @returns undefined for what is neither an address nor a CIDR range */
export function readRange(text: string): Range | undefined {
  const [address = '', bits] = text.split('/')
  const parsed = readAddress(address)
  if (!parsed) return undefined
  if (bits === undefined) return [ipaddr.process(address), ipaddr.process(address).kind() === 'ipv4' ? 32 : 128]
  if (!ipaddr.isValidCIDR(text)) return undefined
  const count = Number(bits)
  if (parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress())
    return count < 96 ? undefined : [(parsed as ipaddr.IPv6).toIPv4Address(), count - 96]
  return [parsed, count]
}

/** IPv4 in four decimal parts alone: `10` is an address to some, and a mistake here. */
function readAddress(text: string): Address | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.parse(text) : undefined
}

/** The longest text that is an address, with an interface's name. */
const longestAddress = 64

/** Whether an address is in one of these; what is no address is in none. */
export function createAddressTest(ranges: readonly string[]): (address: string) => boolean {
  const read = ranges.flatMap((range) => {
    const known = readRange(range)
    return known ? [known] : []
  })
  if (read.length === 0) return () => false
  const isExcluded = remember(10_000, (text: string): boolean => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return read.some(([first, bits]) => address.kind() === first.kind() && address.match(first as never, bits))
  })
  return (address) => address !== '' && address.length <= longestAddress && isExcluded(address)
}
