import { defineDestination } from './defineDestination.ts'
import type { Destination, ForwardedHit } from './destination.ts'

export interface WebhookOptions {
  /** @default 'webhook' */
  name?: string
  url: string
  /** Sent along, for example an Authorization header. */
  headers?: Record<string, string>
}

/** Posts hits as a JSON array. */
export function webhook({ name = 'webhook', url, headers = {} }: WebhookOptions): Destination<ForwardedHit> {
  return defineDestination<ForwardedHit>({
    name,
    map: (hit) => hit,
    batch: (items) => [
      {
        request: { url, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(items) },
        indexes: [...items.keys()],
      },
    ],
  })
}
