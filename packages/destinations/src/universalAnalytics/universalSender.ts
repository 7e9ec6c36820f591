import type { WireParameters } from './defineParameters.ts'
import { readHitParsing } from './hitParsing.ts'
import { universalRequest, type UniversalRequestOptions } from './universalRequest.ts'

export interface UniversalSenderOptions extends UniversalRequestOptions {
  /** Longest that the collector may take, ms. @default 10_000 */
  timeout?: number
  /** @default the runtime's own */
  fetch?: typeof fetch
  /** Told what the validation endpoint says, with `debug`. @default console.warn */
  log?: (message: string) => void
}

/** What has become of a hit. */
export interface UniversalResult {
  /** 2xx, and valid where it was judged. Google answers 2xx to hits that it throws away, too. */
  ok: boolean
  /** 0 where there was no answer. */
  status: number
  /** Why it is not ok. */
  reason?: string
}

/**
 * Sends hits one by one, each at once, and says what has become of it (SS12). What does not fit into a request is an Error; what the
 * network or the collector does is a result.
 */
export function createUniversalSender(options: UniversalSenderOptions = {}): (parameters: WireParameters) => Promise<UniversalResult> {
  const { timeout = 10_000, fetch: ask = fetch, debug = false, log = (message) => console.warn(message) } = options
  return async (parameters) => {
    const { url, ...init } = universalRequest(parameters, options)
    try {
      // A redirect would carry the hit to wherever it says.
      const answer = await ask(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeout) })
      const body = await answer.text()
      return debug && answer.ok ? judge(answer.status, body, log) : readStatus(answer.status)
    } catch (error) {
      return { ok: false, status: 0, reason: error instanceof Error ? error.message : String(error) }
    }
  }
}

function readStatus(status: number): UniversalResult {
  return status >= 200 && status < 300 ? { ok: true, status } : { ok: false, status, reason: `answered ${status}` }
}

function judge(status: number, body: string, log: (message: string) => void): UniversalResult {
  const hits = readHitParsing(body)
  if (!hits) return { ok: false, status, reason: 'did not say whether the hit is valid' }
  const messages = hits.flatMap((hit) => hit.messages)
  const ok = hits.every((hit) => hit.valid)
  log(`[treadlight destinations] Universal Analytics: the hit is ${ok ? 'valid' : 'invalid'}${messages.length > 0 ? `: ${messages.join('; ')}` : ''}`)
  return ok ? { ok, status } : { ok, status, reason: messages.join('; ') || 'is invalid' }
}
