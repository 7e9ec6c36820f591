import type { IsTrusted } from './trustedProxies.ts'

/**
 * Who the client is: the peer, unless that is a trusted proxy; then, from the right, the first address in X-Forwarded-For
 * that is none. The same rule as srvx has for all other routes.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, isTrusted: IsTrusted): string | undefined {
  if (forwardedFor === undefined || !isTrusted(peer)) return peer
  if (!forwardedFor.includes(',')) return forwardedFor.trim() || peer
  const addresses = forwardedFor.split(',').map((address) => address.trim()).filter(Boolean)
  return addresses.findLast((address) => !isTrusted(address)) ?? addresses[0] ?? peer
}
