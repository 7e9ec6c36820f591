/** Where a visit came from, as its URL says; '' where it does not. */
export interface Attribution {
  source: string
  medium: string
  campaign: string
}

/** Click ids in the order in which they win, with what each stands for (PV12). */
const clickIds = [
  ['gclid', 'google', 'cpc'],
  ['fbclid', 'facebook', 'social'],
  ['msclkid', 'bing', 'cpc'],
  ['ttclid', 'tiktok', 'cpc'],
  ['twclid', 'twitter', 'cpc'],
] as const

const none: Attribution = { source: '', medium: '', campaign: '' }

// Most URLs say nothing: one scan spares them the parsing. `%` because names may be percent-encoded.
const maySay = /utm|ref|clid|clkid|%/

/**
 * Source, medium and campaign by the parameters of a URL's query, trimmed and lower-cased (PV11–PV14).
 *
 * Source: `utm_source`, then `ref`, then the first click id. Medium: `utm_medium`, then the click id's.
 * Campaign: `utm_campaign` alone. Blank parameters are absent, the first non-blank occurrence wins, and
 * names are case-sensitive. The fragment is never read. Works on any text with a `?`, as the original
 * does, so a URL too odd to parse keeps its attribution.
 */
export function readAttribution(url: string): Attribution {
  const query = queryOf(url)
  if (!maySay.test(query)) return none
  // `&amp;` is what a template leaves in a link that was escaped twice: a broken but common e-mail link.
  const params = new URLSearchParams(query.replaceAll('&amp;', '&'))
  const clickId = clickIds.find(([name]) => first(params, name) !== '')
  return {
    source: first(params, 'utm_source') || first(params, 'ref') || (clickId?.[1] ?? ''),
    medium: first(params, 'utm_medium') || (clickId?.[2] ?? ''),
    campaign: first(params, 'utm_campaign'),
  }
}

function queryOf(url: string): string {
  const fragment = url.indexOf('#')
  const end = fragment === -1 ? url.length : fragment
  const start = url.indexOf('?')
  return start === -1 || start > end ? '' : url.slice(start + 1, end).replace(/[\t\r\n]/g, '')
}

function first(params: URLSearchParams, name: string): string {
  for (const value of params.getAll(name)) {
    const clean = normalize(value)
    if (clean !== '') return clean
  }
  return ''
}

// Python's strip() takes U+001C–001F for white space and leaves U+FEFF; JavaScript's trim() does the opposite.
// Line breaks inside become a space, other control characters go.
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const edges = /^[\s\u001C-\u001F]+|[\s\u001C-\u001F]+$/g
const breaks = /[\t\r\n]+/g
// oxlint-disable-next-line no-control-regex -- as above
const controls = /[\u0000-\u001F\u007F]/g

function normalize(value: string): string {
  return value.replace(breaks, ' ').replace(controls, '').replace(edges, '').toLowerCase()
}
