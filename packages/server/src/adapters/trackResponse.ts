import type { Answer, Visit } from '../tracking.ts'

/** So much of a page is looked at for its title, characters. */
const mostLooked = 32_768

/**
 * Ends a visit with a web Response: adds the headers that it needs, and counts once the body has gone through. The body is
 * handed on as it comes.
 */
export function trackResponse(visit: Visit | undefined, response: Response, locals?: Answer['locals']): Response {
  // An upgrade is no answer, and a copy of it would not be one either.
  if (visit === undefined || response.status === 101) return response
  const added = visit.headersFor(response)
  const answer: Answer = { status: response.status, headers: response.headers, reason: response.statusText, ...(locals && { locals }) }
  const isText = isPage(response.headers)
  if (response.body === null || !isText) visit.end(answer)
  if (added.length === 0 && !isText) return response
  const body = response.body !== null && isText ? lookThrough(response.body, (html) => visit.end({ ...answer, html })) : response.body
  const tracked = new Response(body, response)
  for (const [name, value] of added) {
    if (name === 'set-cookie') tracked.headers.append(name, value)
    else tracked.headers.set(name, value)
  }
  return tracked
}

/** Whether a body is HTML that can be read as it is. */
export function isPage(headers: Pick<Headers, 'get'>): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '') && (headers.get('content-encoding') ?? 'identity') === 'identity'
}

/** Hands a body on. `done` is told of its beginning as text, once, when it has ended or nobody takes any more. */
function lookThrough(body: ReadableStream<Uint8Array>, done: (text: string) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const beginning = createBeginning(done)
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await reader.read()
        if (!done) {
          beginning.add(value)
          return controller.enqueue(value)
        }
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      beginning.end()
    },
    async cancel(reason) {
      beginning.end()
      await reader.cancel(reason)
    },
  })
}

/** Gathers the beginning of a text that comes in pieces. */
export interface Beginning {
  add(piece: Uint8Array | string): void
  /** Hands over what was gathered; the second time nothing happens. */
  end(): void
}

/** @param done is told of the beginning, once */
export function createBeginning(done: (text: string) => void): Beginning {
  const decoder = new TextDecoder()
  let text = ''
  let isDone = false
  return {
    add(piece) {
      if (text.length < mostLooked) text += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    },
    end() {
      if (isDone) return
      isDone = true
      done(text.slice(0, mostLooked))
    },
  }
}
