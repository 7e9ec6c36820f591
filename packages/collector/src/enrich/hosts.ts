/** The longest name that DNS has. Longer ones match nothing: going through their parts would take long. */
export const longestHost = 253

/**
 * A host as URLs have it: lower case, punycode, no dot at its end.
 * @returns undefined for what is more than a host, or none
 */
export function readHost(text: string): string | undefined {
  if (/[\s/?#@\\*]/.test(text) || !URL.canParse(`http://${text}`)) return undefined
  const { hostname, port } = new URL(`http://${text}`)
  const host = withoutDot(hostname)
  return port !== '' || /:\d*$/.test(text) || host === '' || host.length > longestHost ? undefined : host
}

/** Whether a host, or a domain that it is in, is one of these. By whole labels: `notspam.example` is not in `spam.example`. */
export function isWithin(hosts: ReadonlySet<string>, host: string): boolean {
  if (hosts.size === 0 || host.length > longestHost) return false
  for (let rest = withoutDot(host); ; ) {
    if (hosts.has(rest)) return true
    const dot = rest.indexOf('.')
    if (dot === -1) return false
    rest = rest.slice(dot + 1)
  }
}

/** Whether a host is one of a list, in which `*.shop.example` stands for all in shop.example, not itself. */
export type HostTest = (host: string) => boolean

/** @param hosts as `readHost` has them, or `*.` and such a one. With and without `www.` is the same host. */
export function createHostTest(hosts: readonly string[]): HostTest {
  const exact = new Set(hosts.filter((host) => !host.startsWith('*.')))
  const parents = new Set(hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(2)))
  return (host) => {
    if (host.length > longestHost) return false
    const name = withoutDot(host)
    if (exact.has(name) || exact.has(name.startsWith('www.') ? name.slice(4) : `www.${name}`)) return true
    const dot = name.indexOf('.')
    return dot !== -1 && isWithin(parents, name.slice(dot + 1))
  }
}

export function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}
