import { cutText, textLimits } from '@treadlight/protocol'
import type { Answer } from './tracking.ts'

/** Looks for a page's title: '' is one, null and undefined let the next extractor look (SS27). One that throws found none. */
export type TitleExtractor = (answer: Answer, request: Request) => string | null | undefined

/** `locals.title`, as templates are given it. */
export const localsTitle: TitleExtractor = ({ locals }) => (typeof locals?.['title'] === 'string' ? locals['title'] : undefined)

/** The header `x-title` of the answer, which may be percent-encoded: headers hold no letters beyond Latin-1. */
export const headerTitle: TitleExtractor = ({ headers }) => {
  const title = headers.get('x-title')
  try {
    return title === null ? undefined : decodeURIComponent(title)
  } catch {
    return title
  }
}

/** The first `<title>` of the HTML, its entities decoded and its white space as `document.title` has it. */
export const htmlTitle: TitleExtractor = ({ html }) => (html === undefined ? undefined : titleOfHtml(html))

export const titleExtractors: readonly TitleExtractor[] = [localsTitle, headerTitle, htmlTitle]

/** The title of an answer: as it says itself, else as the first extractor that knows one; undefined where none does (SS36). */
export function titleOf(answer: Answer, request: Request, extractors: readonly TitleExtractor[] = titleExtractors): string | undefined {
  if (answer.title !== undefined) return answer.title
  for (const extract of extractors) {
    const title = extractedBy(extract, answer, request)
    if (typeof title === 'string') return title
  }
  return undefined
}

/** How much of a page is searched, characters: its head. */
const headLength = 65_536
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function extractedBy(extract: TitleExtractor, answer: Answer, request: Request): string | null | undefined {
  try {
    return extract(answer, request)
  } catch {
    return undefined
  }
}

// Each step looks once, from where the last one ended: a page of nothing but `<title ` takes no longer than another.
function titleOfHtml(html: string): string | undefined {
  const head = html.slice(0, headLength)
  const tag = head.search(/<title[\s>]/i)
  const start = tag === -1 ? -1 : head.indexOf('>', tag)
  if (start === -1) return undefined
  const rest = head.slice(start + 1)
  const length = rest.search(/<\/title/i)
  if (length === -1) return undefined
  return cutText(decodeEntities(rest.slice(0, length)).replace(/[\t\n\f\r ]+/g, ' ').trim(), textLimits.title)
}

/** The named ones that frameworks escape with, and all numbers. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
