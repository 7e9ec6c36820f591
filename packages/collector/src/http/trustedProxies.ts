import { createAddressTest, readRange } from '../enrich/addresses.ts'
import { withoutPort } from '../hit/network.ts'

/** Whether the peer of a connection, or who stands in X-Forwarded-For, is a proxy that is believed. */
export type IsTrusted = (address: string | undefined) => boolean

const loopback = ['127.0.0.0/8', '::1']

/** Whether a text may stand in the setting `trustProxies`: an address, a CIDR range, or `loopback`. */
export function isProxy(text: string): boolean {
  return text === 'loopback' || readRange(text) !== undefined
}

/** @param proxies of the setting `trustProxies` */
export function createProxyTest(proxies: readonly string[]): IsTrusted {
  const isListed = createAddressTest(proxies.flatMap((proxy) => (proxy === 'loopback' ? loopback : [proxy])))
  return (address) => address !== undefined && isListed(withoutPort(address))
}

/**
 * The same for srvx, which knows single addresses alone and asks a list whether it includes one.
 * https://srvx.h3.dev/guide/options#trustproxy
 */
export function trustedBySrvx(proxies: readonly string[]): string[] | false {
  return proxies.length > 0 && new ProxyList(createProxyTest(proxies))
}

class ProxyList extends Array<string> {
  override readonly includes: IsTrusted

  constructor(isTrusted: IsTrusted) {
    super()
    this.includes = isTrusted
  }
}
