/** Whether the peer of a connection, or who stands in X-Forwarded-For, is a proxy that is believed. */
export type IsTrusted = (address: string | undefined) => boolean

/**
 * @param proxies addresses, CIDR ranges, and `loopback`
 * @throws RangeError naming what is none of them
 */
export function createProxyTest(proxies: readonly string[] = ['loopback']): IsTrusted {
  const ranges = proxies.filter((proxy) => proxy !== 'loopback')
  const isListed = ranges.length > 0 ? createRangeTest(ranges) : undefined
  const trustsLoopback = proxies.includes('loopback')
  return (given) => {
    if (given === undefined) return false
    const address = plainAddress(given)
    return (trustsLoopback && isLoopback(address)) || isListed?.(address) === true
  }
}

/**
 * Who the client is: the peer, unless that is a trusted proxy; then, from the right, the first address in X-Forwarded-For that is
 * none. The collector's rule.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, isTrusted: IsTrusted): string | undefined {
  if (forwardedFor === null || !isTrusted(peer)) return peer && plainAddress(peer)
  const addresses = forwardedFor.split(',').map(plainAddress).filter(Boolean)
  return addresses.findLast((address) => !isTrusted(address)) ?? addresses[0] ?? peer
}

/** Without the port that some proxies add (`192.0.2.1:5555`, `[2001:db8::1]:443`), and IPv4 without its IPv6 dress. */
function plainAddress(given: string): string {
  const address = given.trim()
  const bare = address.startsWith('[') ? address.slice(1, Math.max(1, address.indexOf(']'))) : address
  const unmapped = bare.replace(/^::ffff:(?=\d+\.)/i, '')
  return unmapped.includes('.') && !unmapped.includes(':', unmapped.indexOf(':') + 1) ? unmapped.replace(/:.*$/, '') : unmapped
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address)
}

/** By `node:net`, which Node, Bun, Deno and Workers with `nodejs_compat` have: asked for only where it is needed. */
function createRangeTest(ranges: readonly string[]): (address: string) => boolean {
  const net = globalThis.process?.getBuiltinModule?.('node:net')
  if (net === undefined)
    throw new RangeError('[treadlight server] trustProxies: this runtime has no node:net to compare ranges with; leave it out, and pass the visitor’s address')
  const list = new net.BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const version = net.isIP(address)
    const prefix = bits === undefined ? (version === 4 ? 32 : 128) : Number(bits)
    if (version === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (version === 4 ? 32 : 128))
      throw new RangeError(`[treadlight server] trustProxies: ${JSON.stringify(range)} is no address, no CIDR range and not loopback`)
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    const version = net.isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
