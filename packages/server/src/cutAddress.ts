/** IPv4 to /24, IPv6 to /48, mapped forms unwrapped; undefined for what is no address (SS31). */
export function cutAddress(address: string): string | undefined {
  const host = hostOf(address.replace(/%.*$/, ''))
  if (host === undefined) return undefined
  const [hex, rest] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(host)?.slice(1).map((group) => parseInt(group, 16)) ?? []
  if (hex !== undefined && rest !== undefined) return `${hex >> 8}.${hex & 255}.${rest >> 8}.0`
  if (!host.includes(':')) return host.replace(/\d+$/, '0')
  const [before = ''] = host.split('::')
  const groups = [...before.split(':').filter(Boolean), '0', '0', '0'].slice(0, 3)
  return hostOf(`${groups.join(':')}::`)
}

/** As the URL standard writes it: one spelling for each address. It takes `1.2.3` and names for hosts too, which are no addresses. */
function hostOf(address: string): string | undefined {
  const isIPv6 = address.includes(':')
  if (!isIPv6 && !/^\d+(\.\d+){3}$/.test(address)) return undefined
  const text = `http://${isIPv6 ? `[${address}]` : address}/`
  return URL.canParse(text) ? new URL(text).hostname.replace(/^\[|\]$/g, '') : undefined
}
