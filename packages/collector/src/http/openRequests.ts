import { failure } from './respond.ts'

type Fetch = (request: Request) => Response | Promise<Response>

/** Requests that have not been answered yet. */
export interface OpenRequests {
  /** The same `fetch`, and while the server stops a 503: whoever sends hits comes again. */
  fetch: Fetch
  /** From here on nobody new is answered. Resolves when all others are. */
  end(): Promise<void>
}

/**
 * Counts the requests of a server that cuts those off whose body is still on its way when it is told to stop, as Deno's does.
 */
export function createOpenRequests(fetch: Fetch): OpenRequests {
  let open = 0
  let isEnding = false
  const waiting: (() => void)[] = []
  return {
    async fetch(request) {
      if (isEnding) return failure(503, 'The collector is stopping', { 'retry-after': '5', connection: 'close' })
      open++
      try {
        return await fetch(request)
      } finally {
        open--
        if (open === 0) for (const resolve of waiting) resolve()
      }
    },
    async end() {
      isEnding = true
      if (open > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}
