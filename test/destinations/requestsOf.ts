import type { Destination, DestinationAnswer, DestinationRequest, ForwardedHit, Verdict } from '@treadlight/destinations'

/** The requests that a destination makes of hits, as whoever forwards them would: redacted, mapped, put into batches. */
export function requestsOf<T>(destination: Destination<T>, hits: readonly ForwardedHit[], now: number = Date.UTC(2026, 10, 21, 10, 0, 1)): DestinationRequest[] {
  const items = hits
    .map((hit) => destination.redact(hit))
    .flatMap((hit) => (hit ? [destination.map(hit, { now })] : []))
    .filter((item) => item !== undefined)
  return destination.batch(items).map(({ request }) => request)
}

/** An answer as a destination judges it. */
export function answerOf(status: number, body = '', headers: Record<string, string> = {}): DestinationAnswer {
  return { status, body, header: (name) => headers[name] ?? '' }
}

/** Sends them and says what the answers mean, in the order of the requests. Nothing is tried again. */
export async function handOver<T>(destination: Destination<T>, hits: readonly ForwardedHit[], { fetch = globalThis.fetch, now = Date.now() }: HandOverOptions = {}): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const request of requestsOf(destination, hits, now)) {
    const signed = (await destination.sign?.(request, { now })) ?? request
    verdicts.push(destination.classify(await (destination.deliver?.(signed) ?? send(signed, fetch)), hits.length))
  }
  return verdicts
}

interface HandOverOptions {
  fetch?: typeof globalThis.fetch
  now?: number
}

async function send({ url, method = 'POST', headers = {}, body }: DestinationRequest, fetch: typeof globalThis.fetch): Promise<DestinationAnswer> {
  const response = await fetch(url, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) })
  return { status: response.status, header: (name) => response.headers.get(name) ?? '', body: await response.text() }
}
