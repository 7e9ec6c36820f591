/**
 * Who the client is: the peer, unless that is a trusted proxy; then, from the right, the first address in X-Forwarded-For
 * that is none. The same rule as srvx has for all other routes.
 *
 * @param trusted addresses, or `loopback`
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: readonly string[]): string | undefined {
  if (forwardedFor === undefined || !isTrusted(peer, trusted)) return peer
  if (!forwardedFor.includes(',')) return forwardedFor.trim() || peer
  const addresses = forwardedFor.split(',').map((address) => address.trim()).filter(Boolean)
  return addresses.findLast((address) => !isTrusted(address, trusted)) ?? addresses[0] ?? peer
}

function isTrusted(address: string | undefined, trusted: readonly string[]): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  return trusted.some((proxy) => (proxy === 'loopback' ? plain === '::1' || plain.startsWith('127.') : proxy === address || proxy === plain))
}
