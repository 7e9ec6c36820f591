import type { AddressRule } from './publicAddress.ts'

/** What one request to a page came back with. */
export interface PageAnswer {
  status: number
  /** By lower-case name; '' where there is none. Several of one name are joined by commas. */
  header(name: string): string
  /** Of what is HTML; else ''. */
  body: string
  /** The body went on behind `longestPage`. */
  isCut: boolean
}

/** Asks for a page once, without following redirects. @throws PageError */
export type RequestPage = (url: URL, rule: AddressRule, signal: AbortSignal) => Promise<PageAnswer>

export interface FetchedPage extends PageAnswer {
  /** Where the redirects have led. */
  url: URL
}

/** Bytes of a page that are looked at. */
export const longestPage: number = 1024 * 1024

/** ms for a page with all redirects. */
const patience = 10_000
const mostRedirects = 3
/** Of public hosts; any other would make the check a port scanner. */
const ports = new Set(['', '80', '443', '8080', '8443'])

/** Why there is no page; its message is for the owner. */
export class PageError extends Error {
  override readonly name = 'PageError'
  readonly code: 'unreachable' | 'address-refused' | 'redirects'

  constructor(code: PageError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * A page with all redirects to it, each checked as the first address was.
 * @throws PageError
 */
export async function fetchPage(start: URL, request: RequestPage, rule: AddressRule): Promise<FetchedPage> {
  const signal = AbortSignal.timeout(patience)
  let url = start
  for (let redirects = 0; ; redirects++) {
    assertPort(url, rule)
    const answer = await request(url, rule, signal)
    const location = answer.header('location')
    if (answer.status < 300 || answer.status > 399 || location === '') return { ...answer, url }
    if (redirects === mostRedirects) throw new PageError('redirects', `More than ${mostRedirects} redirects`)
    url = readTarget(location, url)
  }
}

/** The address that the owner asks about; undefined for what is none that may be asked. */
export function readPageUrl(text: string): URL | undefined {
  if (text.length > 2000 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.username === '' && url.password === ''
  return /^https?:$/.test(url.protocol) && isPlain ? url : undefined
}

function readTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? readPageUrl(new URL(location, from).href) : undefined
  if (!target) throw new PageError('redirects', 'It redirects to what is no web address, or to one with a password')
  return target
}

function assertPort({ port }: URL, { allowLoopback }: AddressRule): void {
  if (!allowLoopback && !ports.has(port)) throw new PageError('address-refused', `Port ${port} is not asked: only 80, 443, 8080 and 8443`)
}
