/**
 * Whether an address is one of the internet, which anybody may be at. Private, link-local (cloud metadata among them), loopback,
 * carrier-grade, multicast, documentation and reserved ranges are not, nor IPv6 ranges that carry an IPv4 address inside, since what is
 * behind them may be any of these; by IANA's special-purpose registries. An IPv4-mapped address is the IPv4 address.
 *
 * @param address as a resolver or a parsed URL has it, without brackets; what is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  const four = readFour(address)
  if (four !== undefined) return !specialFour.some(([base, bits]) => isWithin(four, base, bits))
  const six = readSix(address)
  if (six === undefined) return false
  if (six >> 32n === 0xffffn) return isPublicAddress(formatFour(Number(six & 0xffff_ffffn)))
  // IANA has given nothing else to anybody.
  return six >> 125n === 1n && !specialSix.some(([base, bits]) => six >> (128n - bits) === base >> (128n - bits))
}

/** The address that a URL's host is, without the brackets of IPv6; undefined for a name. A parsed URL has `0x7f.1` as `127.0.0.1`. */
export function literalAddress(hostname: string): string | undefined {
  const plain = hostname.replace(/^\[|\]$/g, '')
  return readFour(plain) === undefined && readSix(plain) === undefined ? undefined : plain
}

const specialFour: readonly (readonly [base: number, bits: number])[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
].map((range) => {
  const [base, bits] = range.split('/')
  return [readFour(base!)!, Number(bits)] as const
})

/** Within `2000::/3`. */
const specialSix: readonly (readonly [base: bigint, bits: bigint])[] = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'].map((range) => {
  const [base, bits] = range.split('/')
  return [readSix(base!)!, BigInt(bits!)] as const
})

function isWithin(address: number, base: number, bits: number): boolean {
  return address >>> (32 - bits) === base >>> (32 - bits)
}

/** Four decimal numbers only: other ways to write one are not what resolvers and URLs say. */
function readFour(text: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte < 256) ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined
}

function formatFour(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

function readSix(text: string): bigint | undefined {
  const tail = /^(.*:)([\d.]+)$/.exec(text)
  const four = tail?.[2]?.includes('.') ? readFour(tail[2]) : undefined
  if (tail?.[2]?.includes('.') && four === undefined) return undefined
  const plain = four === undefined ? text : `${tail![1]}${(four >>> 16).toString(16)}:${(four & 0xffff).toString(16)}`
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head!.length - (rest?.length ?? 0)
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head!, ...Array.from({ length: missing }, () => '0'), ...(rest ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
}
