/** Headers of everything that an owner may see: never cached, never framed, never sniffed. */
export const privateHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** A JSON answer. */
export function json(data: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(data), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...privateHeaders, ...headers },
  })
}

/** An answer without a body. */
export function empty(status = 204, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...privateHeaders, ...headers } })
}

/** `{ error }`, naming the thing and the remedy. */
export function failure(status: number, error: string, headers: Record<string, string> = {}): Response {
  return json({ error }, status, headers)
}
