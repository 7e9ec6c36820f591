import type { Destination } from './destination.ts'

export interface WebhookOptions {
  url: string
  /** Sent along, for example an Authorization header. */
  headers?: Record<string, string>
}

/** Posts every hit as JSON, as it crossed the wire. */
export function webhook({ url, headers = {} }: WebhookOptions): Destination {
  return {
    name: 'webhook',
    request: (hit) =>
      new Request(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(hit),
        // A redirect could lead to a place that nobody allowed.
        redirect: 'manual',
      }),
  }
}
