/** The directives of one Content-Security-Policy by lower-case name; the first of a name counts (CSP 3, 2.2.1). */
type Policy = ReadonlyMap<string, readonly string[]>

/** What a policy may allow a script by. */
export interface PolicyScript {
  url: URL
  nonce: string
  /** Of the `integrity` attribute; '' where there is none. */
  integrity: string
}

/** Each policy of a page must allow what is done. @param texts headers, whose policies are separated by commas, and metas */
export function readPolicies(texts: readonly string[]): Policy[] {
  return texts
    .flatMap((text) => text.split(','))
    .map(readPolicy)
    .filter(({ size }) => size > 0)
}

/** The directive that forbids the script, if any. */
export function forbidsScript(policies: readonly Policy[], script: PolicyScript, page: URL): string | undefined {
  return firstOf(policies, ['script-src-elem', 'script-src', 'default-src'], (sources) => allowsScript(sources, script, page))
}

/** The directive that forbids requests to the address, if any. */
export function forbidsConnection(policies: readonly Policy[], url: URL, page: URL): string | undefined {
  return firstOf(policies, ['connect-src', 'default-src'], (sources) => allowsUrl(sources, url, page))
}

function readPolicy(text: string): Policy {
  const policy = new Map<string, readonly string[]>()
  for (const directive of text.split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/)
    if (name !== '' && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources)
  }
  return policy
}

function firstOf(policies: readonly Policy[], names: readonly string[], isAllowed: (sources: readonly string[]) => boolean): string | undefined {
  for (const policy of policies) {
    const name = names.find((each) => policy.has(each))
    if (name !== undefined && !isAllowed(policy.get(name)!)) return name
  }
  return undefined
}

function allowsScript(sources: readonly string[], { url, nonce, integrity }: PolicyScript, page: URL): boolean {
  if (nonce !== '' && sources.includes(`'nonce-${nonce}'`)) return true
  const hashes = integrity.split(/\s+/).filter((hash) => hash !== '')
  const known = new Set(sources)
  if (hashes.length > 0 && hashes.every((hash) => known.has(`'${hash}'`))) return true
  // Hosts and schemes say nothing then (CSP 3, 6.7.1.1).
  if (sources.some((source) => source.toLowerCase() === "'strict-dynamic'")) return false
  return allowsUrl(sources, url, page)
}

function allowsUrl(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => matches(source, url, page))
}

/** CSP 3, 6.7.2.8: a source expression and a URL. */
function matches(source: string, url: URL, page: URL): boolean {
  if (source === '*') return isScheme(url, 'http') || url.protocol === page.protocol
  if (source.toLowerCase() === "'self'") return url.origin === page.origin || (url.host === page.host && url.protocol === 'https:' && page.protocol === 'http:')
  if (/^[a-z][a-z\d+.-]*:$/i.test(source)) return isScheme(url, source.slice(0, -1).toLowerCase())
  const parts = /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source)
  if (!parts || source.startsWith("'")) return false
  const [, scheme, host = '', port, path = ''] = parts
  return isScheme(url, scheme?.toLowerCase() ?? page.protocol.slice(0, -1)) && isHost(url, host.toLowerCase()) && isPort(url, port) && isPath(url, path)
}

/** http in a policy stands for https as well. */
function isScheme(url: URL, scheme: string): boolean {
  return url.protocol === `${scheme}:` || (scheme === 'http' && url.protocol === 'https:')
}

function isHost({ hostname }: URL, pattern: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern
}

function isPort(url: URL, port: string | undefined): boolean {
  if (port === '*') return true
  return port === undefined ? url.port === '' : port === (url.port || (url.protocol === 'https:' ? '443' : '80')) || (port === '80' && url.port === '' && url.protocol === 'https:')
}

function isPath({ pathname }: URL, path: string): boolean {
  if (path === '' || path === '/') return true
  return path.endsWith('/') ? pathname.startsWith(path) : pathname === path
}
