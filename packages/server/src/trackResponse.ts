import { isReadablePage, longestHead } from './adapters/beginning.ts'
import type { Answer, RequestFacts, Visit } from './tracking.ts'

export interface TrackResponseOptions extends Pick<Answer, 'title' | 'locals'>, Pick<RequestFacts, 'waitUntil'> {
  /** Whether the page's `<title>` is read as it passes by, where nothing else said a title. @default true */
  readTitle?: boolean
}

/** How long a page may take to its title, ms: for as long as it is read here, its source is not told that the visitor has gone. */
const longestWait = 5000

/**
 * Gives a web Response the headers that its visit needs, and counts the visit. The body passes through as it comes: of HTML its
 * beginning is read on the side.
 *
 * @returns the same Response, or one of the same body where its headers cannot be changed
 */
export function trackResponse(visit: Visit, response: Response, { title, locals, waitUntil, readTitle = true }: TrackResponseOptions = {}): Response {
  const answered = withHeaders(response, visit.headersFor(response))
  const answer: Answer = { status: answered.status, headers: answered.headers, reason: answered.statusText, title, locals }
  const head = readTitle && title === undefined && isReadable(answered) ? headOf(answered.clone()) : undefined
  if (head === undefined) visit.end(answer)
  else {
    const ended = head.then((html) => visit.end({ ...answer, html }))
    waitUntil?.(ended)
  }
  return answered
}

function withHeaders(response: Response, headers: ReturnType<Visit['headersFor']>): Response {
  if (headers.length === 0) return response
  try {
    setHeaders(response.headers, headers)
    return response
  } catch {
    // What `fetch` or `Response.redirect` made is immutable.
    const copy = new Response(response.body, response)
    setHeaders(copy.headers, headers)
    return copy
  }
}

function setHeaders(target: Headers, headers: ReturnType<Visit['headersFor']>): void {
  for (const [name, value] of headers)
    if (name === 'set-cookie') target.append(name, value)
    else target.set(name, value)
}

function isReadable({ headers, body, bodyUsed }: Response): boolean {
  return body !== null && !bodyUsed && isReadablePage(headers)
}

/** The text up to the title's end; what there is of it where the body fails, which is the answer's own matter. */
async function headOf({ body, headers }: Response): Promise<string> {
  const reader = body!.getReader()
  const decoder = decoderOf(headers)
  let text = ''
  const timer: unknown = setTimeout(() => void reader.cancel().catch(() => {}), longestWait)
  ;(timer as { unref?: () => void }).unref?.()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const before = text.length
      text += decoder.decode(part.value, { stream: true })
      // The end of the tag may stand across two parts.
      if (text.length >= longestHead || /<\/title/i.test(text.slice(Math.max(0, before - 7)))) break
    }
  } catch {}
  clearTimeout(timer as ReturnType<typeof setTimeout>)
  // Not awaited: of two branches the one is cancelled once the other is, too.
  reader.cancel().catch(() => {})
  return text
}

function decoderOf(headers: Headers): TextDecoder {
  const [, charset = 'utf-8'] = /charset="?([\w-]+)/i.exec(headers.get('content-type') ?? '') ?? []
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
