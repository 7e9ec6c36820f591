import type { Refusal } from '@treadlight/protocol'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { pageUrl } from '../pageUrl.ts'
import { textOf } from '../textOf.ts'

/** What GoatCounter says of a hit, in a query or in JSON: `p`, `t`, `r`, `e`, `q`, `s` and `b` by their long names. */
export interface GoatCount {
  path: string
  title?: string | undefined
  referrer?: string | undefined
  isEvent: boolean
  query?: string | undefined
  /** Width, height and scale; only the width must be there. */
  size: readonly number[]
  bot: number
}

/** Bytes, as GoatCounter has them. */
const longest = { path: 2048, title: 1024, ref: 2048 } as const

/**
 * The hit of a count. An event's path is its name, and its page the one that the request came from.
 *
 * @param site the host that was asked: GoatCounter has a host for each site
 * @param origin of the page, or '' where nobody says it
 */
export function hitOfCount(count: GoatCount, site: string, origin: string): DialectHit | Refusal {
  const { isEvent, bot } = count
  const path = count.path.trim()
  if (path === '') return { field: 'path', reason: 'must be set' }
  const tooLong = Object.entries(longest).find(([field, bytes]) => bytesOf(field === 'path' ? path : field === 'title' ? count.title : count.referrer) > bytes)
  if (tooLong !== undefined) return { field: tooLong[0], reason: `must be at most ${tooLong[1]} bytes` }
  // Numbers of the scripts that it finds a program by begin at 150; those before them are its own findings.
  if (bot !== 0 && !(bot >= 150)) return { field: 'b', reason: 'must be 0, or 150 or more' }
  const described = definedOf({
    title: textOf(count.title),
    referrer: textOf(count.referrer),
    screen: screenOf(count.size),
    name: isEvent ? path.replace(/^\/+/, '') || '(no event name)' : undefined,
    webdriver: bot >= 150 ? true : undefined,
  })
  const url = pageUrl(isEvent ? '/' : `/${path.replace(/^\/+/, '')}`, origin)
  return { site, type: isEvent ? 'event' : 'pageview', url: withQuery(url, count.query), ...described }
}

function bytesOf(text: string | undefined): number {
  return text === undefined ? 0 : new TextEncoder().encode(text).length
}

/** The page's own query says where the visit came from; a path that the owner has made up, or that is canonical, may lack it. */
function withQuery(url: string, query = ''): string {
  const [, page = '', own = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? []
  const known = new Set(new URLSearchParams(own).keys())
  const more = new URLSearchParams([...new URLSearchParams(query.slice(0, longest.path))].filter(([name]) => !known.has(name))).toString()
  return more === '' ? url : `${page}${own === '' ? '?' : `${own}&`}${more}${fragment}`
}

/** A width alone tells a phone from a desk: of the height nothing is said then. */
function screenOf([width, height = 0]: readonly number[]): string | undefined {
  const isSize = (length: number | undefined): length is number => length !== undefined && Number.isFinite(length) && length >= 0 && length < 99_999.5
  return isSize(width) && width > 0 && isSize(height) ? `${Math.round(width)}x${Math.round(height)}` : undefined
}
