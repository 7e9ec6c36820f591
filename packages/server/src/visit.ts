import { createId, type Hit } from '@treadlight/protocol'
import { isCacheable, isPrivate, privateHeaders } from './cacheControl.ts'
import { definedOf } from './definedOf.ts'
import { exceptionOf } from './exceptionOf.ts'
import { publicUrl, type HitOverrides } from './hitFromRequest.ts'
import { isPageRequest, isPageview } from './isPageview.ts'
import type { Settings } from './settings.ts'
import { titleOf } from './title.ts'
import { trackerTag } from './trackerTag.ts'
import type { Answer, AnswerHead, Person, RequestFacts, TagOptions, Visit } from './tracking.ts'
import type { Visitors, VisitorState } from './visitors.ts'

export interface VisitOptions {
  request: Request
  facts: RequestFacts
  settings: Settings
  visitors: Visitors
  visitor: VisitorState
  /** Sends a hit of the request. */
  send(overrides: HitOverrides, person: Person): Promise<Hit | null>
  /** The signed token of a person; undefined where nothing can be vouched for. */
  vouch(person: Person): Promise<string | undefined>
}

/** Tracks one request and its answer. */
export function createVisit({ request, facts, settings, visitors, visitor, send, vouch }: VisitOptions): Visit {
  const started = settings.now()
  const view = createId(started)
  const isPage = isPageRequest(request, settings)
  const isSecure = publicUrl(request, { ...facts, ...settings }).startsWith('https:')
  let person: Person = {}
  let tagged: 'shared' | 'named' | undefined
  let isNoticeShown = false
  let hasEnded = false
  /** What the headers said, once they have left. */
  let left: { isPrivate: boolean; hasCookies: boolean } | undefined

  return {
    view,
    consentNotice() {
      if (!visitor.isNoticeDue || !isPage || left !== undefined) return false
      isNoticeShown = true
      return true
    },
    identify,
    track(name, props, overrides) {
      // An answer that is no page, or one whose view the script counts, has no view of that id.
      void send({ type: 'event', name, props, view: isPage && tagged !== 'shared' ? view : undefined, ...overrides }, whoever())
    },
    tag: (options) => tag(options).catch(reported('')),
    headersFor(head) {
      try {
        return headersFor(head)
      } catch (error) {
        return reported([])(error)
      }
    },
    end(answer) {
      if (hasEnded) return
      hasEnded = true
      try {
        end(answer)
      } catch (error) {
        settings.report(error)
      }
    },
  }

  function identify({ user, session, impersonator }: Person): void {
    person = { ...person, ...definedOf({ user, session, impersonator }) }
  }

  async function tag({ isShared = false, nonce, ...who }: TagOptions = {}): Promise<string> {
    identify(who)
    if (person.impersonator) return ''
    const { collector, script, attributes } = settings.tag
    if (collector === undefined) throw new Error('[treadlight server] tag: say where the collector is: createTracking({ collector })')
    const plain = { collector, ...definedOf({ script, attributes, nonce }) }
    // What is in a shared cache already must name nobody.
    if (isShared || left?.isPrivate === false) {
      tagged ??= 'shared'
      return trackerTag(plain)
    }
    tagged = 'named'
    return trackerTag({ ...plain, view, ...definedOf({ token: await vouch(whoever()) }) })
  }

  function headersFor(head: AnswerHead): [name: string, value: string][] {
    // Who asks again, such as a middleware that is used twice, has an answer that has them.
    if (left !== undefined) return []
    const isOnePersons = tagged === 'named' || isNoticeShown
    const hasCookies = isPageview(request, head, settings) && isHtml(head) && (isOnePersons || (tagged !== 'shared' && !isCacheable(head)))
    left = { isPrivate: isOnePersons || isPrivate(head), hasCookies }
    const cookies = hasCookies ? [...visitor.cookies, ...(isNoticeShown ? [visitors.noticeCookie(isSecure)] : [])] : []
    return [...(isOnePersons ? privateHeaders(head) : []), ...cookies.map((cookie): [string, string] => ['set-cookie', cookie])]
  }

  function end(answer: Answer): void {
    if (isPageview(request, answer, settings)) {
      if (tagged === 'shared') return
      const title = titleOf(answer, request, settings.titles) ?? ''
      void send({ id: view, title, timestamp: new Date(started).toISOString() }, whoever())
    } else {
      const exception = exceptionOf(request, answer, settings.exceptions)
      if (exception !== undefined) void send({ type: 'event', name: 'exception', props: exception }, whoever())
    }
  }

  /** With the id of the cookie as session, if the browser has it, or will. */
  function whoever(): Person {
    const keepsId = !visitor.isNew || (left === undefined ? isPage : left.hasCookies)
    return keepsId && visitor.id !== undefined ? { session: visitor.id, ...person } : person
  }

  function reported<T>(instead: T): (error: unknown) => T {
    return (error) => {
      settings.report(error)
      return instead
    }
  }
}

function isHtml({ headers }: AnswerHead): boolean {
  const type = headers.get('content-type')
  return type === null || /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(type)
}
