import { answerHeader, droppedHeader, type Hit, type HitAnswer } from '@treadlight/protocol'
import { readRetryAfter, type Trouble } from '@treadlight/destinations/forward'
import { longestTimer } from './rounds.ts'
import type { DeliveryOptions } from './sender.ts'

/** The collector has answered for every hit of a request. */
interface Answered {
  kind: 'answered'
  status: number
  /** How many it has stored, knew, or deliberately does not count. */
  delivered: number
  duplicate: number
  /** What `x-hit-dropped` says; '' for nothing. */
  dropped: string
  /** Refused for good, as they were sent. */
  dead: { text: string; reason: string }[]
  /** To be sent in place of those that were refused because of a wrong clock. */
  retimed: string[]
}

/** Nothing is known of any hit: all are to be sent again. */
interface Unanswered extends Trouble {
  kind: 'unanswered'
  status: number
}

/** The request was too much, or one hit in it keeps the others from getting through: to be sent again in halves. */
interface TooMuch extends Trouble {
  kind: 'too much'
  status: number
}

export type Verdict = Answered | Unanswered | TooMuch

/** Sends hits, as JSON, in one request; never rejects. */
export type Post = (texts: readonly string[], signal?: AbortSignal) => Promise<Verdict>

/** Statuses after which the same request may well succeed. */
const passing = /^(?:408|425|429|5\d\d)$/

/**
 * The one way from a server to a collector: `POST /hit`, and what its answer means for each hit (ARCHITECTURE.md, "Wire").
 *
 * @throws TypeError for a collector that is no URL, or a token that no header can hold; RangeError for a timeout that no timer can
 */
export function createPost({ collector, token, timeout = 10_000, fetch = globalThis.fetch }: DeliveryOptions): Post {
  const url = urlOf(collector)
  if (!(timeout >= 0 && timeout <= longestTimer)) throw new RangeError(`[treadlight] timeout must be ms from 0 to ${longestTimer}, not ${timeout}`)
  // What `fetch` says of such a token repeats it, and would stand in the log.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token.trim())) throw new TypeError('[treadlight] token must be one word: give what `treadlight token create --name NAME --scope hits` has printed')
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }

  return async (texts, signal) => {
    const limit = AbortSignal.timeout(timeout)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: `{"sentAt":${Date.now()},"hits":[${texts.join(',')}]}`,
        // A redirect would make a GET of it, or take the token to somebody else.
        redirect: 'manual',
        signal: signal ? AbortSignal.any([limit, signal]) : limit,
      })
      return await judge(response, texts)
    } catch (error) {
      return { kind: 'unanswered', status: 0, reason: unreachable(error), retryAfter: 0, isOwners: false }
    }
  }

  function unreachable(error: unknown): string {
    const { name, message, cause } = error as Error & { cause?: { code?: string } }
    const what = name === 'TimeoutError' ? `no answer within ${timeout / 1000} s` : (cause?.code ?? message)
    return `the collector at ${url} cannot be reached (${what}): start it, or correct \`collector\``
  }

  async function judge(response: Response, texts: readonly string[]): Promise<Verdict> {
    const { status } = response
    const isOurs = response.headers.has(answerHeader)
    const retryAfter = readRetryAfter(response.headers.get('retry-after'), Date.now())
    const trouble = (reason: string, isOwners = false): Unanswered => ({ kind: 'unanswered', status, reason, retryAfter, isOwners })
    const answered = isOurs && (status === 200 || status === 201 || status === 400)
    // What is not read keeps its connection.
    const body = answered ? ((await response.json()) as HitAnswer) : void (await response.body?.cancel())

    if (body) {
      const verdict = sort(body, texts, status, response.headers.get(droppedHeader) ?? '')
      // The body as a whole was refused: whichever hit is to blame, the others are not.
      const isWhole = status === 400 && body.refused.length < texts.length
      return isWhole && texts.length > 1 ? { ...trouble(`the collector refused a request (400): ${describe(body)}`), kind: 'too much' } : verdict
    }
    // A firewall in between answers 403 for one hit that it dislikes, a collector 500 for one that it cannot bear.
    if (texts.length > 1 && (status === 413 || status === 500 || (status === 403 && !isOurs)))
      return { ...trouble(`${url} answered ${status}`), kind: 'too much' }
    if (passing.test(String(status))) return trouble(`the collector at ${url} answered ${status}: see its log, and that of the proxy in front of it`)
    if (status >= 300 && status < 400)
      return trouble(`${url} redirects to ${response.headers.get('location') ?? 'another address'} (${status}): set \`collector\` to where the collector is`)
    if (isOurs && (status === 401 || status === 403))
      return trouble(`the collector at ${url} refuses the token (${status}): give \`token\` one that \`treadlight token create --name NAME --scope hits\` has made`, true)
    if (!isOurs) return trouble(`${url} answered ${status} without ${answerHeader}, so it is no collector: correct \`collector\`, or let what is in front of it pass POST /hit`)
    return { kind: 'answered', status, delivered: 0, duplicate: 0, dropped: '', dead: texts.map((text) => ({ text, reason: String(status) })), retimed: [] }
  }
}

/** Which hits were taken, refused for good, or re-timed. */
function sort({ refused, retimed = [], duplicate }: HitAnswer, texts: readonly string[], status: number, dropped: string): Answered {
  const moved = new Map((retimed as { id: string }[]).map((hit) => [unmoved(hit.id), hit]))
  const again: string[] = []
  const dead: Answered['dead'] = []
  const reasons = new Map(refused.map(({ index, field, reason }) => [index, `${status}: ${field} ${reason}`]))
  for (const [index, text] of texts.entries()) {
    const reason = reasons.get(index) ?? (status === 400 ? (reasons.get(0) ?? '400') : undefined)
    if (reason === undefined) continue
    const later = moved.size > 0 && moveOf(text)
    if (later) again.push(JSON.stringify(later))
    else dead.push({ text, reason })
  }

  function moveOf(text: string): object | undefined {
    const hit = JSON.parse(text) as Hit
    // Once only: it would go round for ever.
    return hit.retimed ? undefined : moved.get(unmoved(hit.id))
  }

  return { kind: 'answered', status, delivered: texts.length - dead.length - again.length, duplicate, dropped, dead, retimed: again }
}

/** The part of an id that another time leaves as it is: see `withTime` of the protocol. */
function unmoved(id: string): string {
  return id.slice(13)
}

function describe({ refused: [first] }: HitAnswer): string {
  return first ? `${first.field} ${first.reason}` : 'without a reason'
}

function urlOf(collector: string | URL): string {
  const url = URL.canParse(collector) ? new URL(collector) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new TypeError('[treadlight] collector: must be a URL with http:// or https://, such as https://stats.example')
  // `fetch` takes none, and they would stand in the log.
  if (url.username || url.password) throw new TypeError('[treadlight] collector must be without a name and a password: `token` is what it knows servers by')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/hit`
  return url.href
}
