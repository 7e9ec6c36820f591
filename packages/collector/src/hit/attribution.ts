import { cleanText, cutText } from '@treadlight/protocol'

/** Where a visit came from, as its URL says; '' where it does not. */
export interface Attribution {
  source: string
  medium: string
  campaign: string
}

/** Click ids in the order in which they win, with what each stands for (PV12). */
const winners = [
  ['gclid', 'google', 'cpc'],
  ['fbclid', 'facebook', 'social'],
  ['msclkid', 'bing', 'cpc'],
  ['ttclid', 'tiktok', 'cpc'],
  ['twclid', 'twitter', 'cpc'],
] as const

/** Click ids that are kept; they decide nothing but what PV12 says. */
const clickIdNames = ['gclid', 'gbraid', 'wbraid', 'dclid', 'fbclid', 'msclkid', 'ttclid', 'twclid', 'li_fat_id', 'mc_cid', 'igshid'] as const
/** Code points of one. Facebook's, the longest, are shorter than 250. */
const clickIdLimit = 500

const names: ReadonlySet<string> = new Set(['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'ref', ...clickIdNames])

/** Of each parameter that says where a visit came from the first value that is not blank, as it was. */
export type LandingParams = ReadonlyMap<string, string>

const none: LandingParams = new Map()

// Most URLs say nothing: one scan spares them the parsing. `%` because names may be percent-encoded.
const maySay = /utm|ref|clid|clkid|braid|_fat_|mc_cid|igshid|%/

/**
 * What a URL's query says of where the visit came from. The fragment is never read. Works on any text with a `?`, as
 * the original does, so a URL too odd to parse keeps its attribution.
 */
export function readLandingParams(url: string): LandingParams {
  const query = queryOf(url)
  if (!maySay.test(query)) return none
  const found = new Map<string, string>()
  // `&amp;` is what a template leaves in a link that was escaped twice: a broken but common e-mail link.
  for (const [name, value] of new URLSearchParams(query.replaceAll('&amp;', '&')))
    if (names.has(name) && !found.has(name) && normalize(value) !== '') found.set(name, value)
  return found
}

/**
 * Source, medium and campaign, trimmed and lower-cased (PV11–PV14).
 *
 * Source: `utm_source`, then `ref`, then the first click id. Medium: `utm_medium`, then the click id's.
 * Campaign: `utm_campaign` alone. Blank parameters are absent, the first non-blank occurrence wins, and
 * names are case-sensitive.
 */
export function readAttribution(params: LandingParams): Attribution {
  const clickId = winners.find(([name]) => params.has(name))
  return {
    source: clean(params, 'utm_source') || clean(params, 'ref') || (clickId?.[1] ?? ''),
    medium: clean(params, 'utm_medium') || (clickId?.[2] ?? ''),
    campaign: clean(params, 'utm_campaign'),
  }
}

/** One parameter, trimmed and lower-cased; '' where it is absent. */
export function clean(params: LandingParams, name: 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_term' | 'utm_content' | 'ref'): string {
  const value = params.get(name)
  return value === undefined ? '' : normalize(value)
}

/** The click ids by their parameter, as they were but for their length; undefined where there is none. */
export function readClickIds(params: LandingParams): Record<string, string> | undefined {
  const found = clickIdNames.filter((name) => params.has(name))
  if (found.length === 0) return undefined
  return Object.fromEntries(found.map((name) => [name, cutText(cleanText(params.get(name)!).trim(), clickIdLimit)]))
}

/** Whether a URL parameter is a click id that is kept. */
export function isClickId(name: string): boolean {
  return clickIdNames.some((known) => known === name)
}

function queryOf(url: string): string {
  const fragment = url.indexOf('#')
  const end = fragment === -1 ? url.length : fragment
  const start = url.indexOf('?')
  return start === -1 || start > end ? '' : url.slice(start + 1, end).replace(/[\t\r\n]/g, '')
}

// What Python's strip() takes for white space and trim() does not, U+001C–001F, is gone as a control character by then.
function normalize(value: string): string {
  return cleanText(value).trim().toLowerCase()
}
