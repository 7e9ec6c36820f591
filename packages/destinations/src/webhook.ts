import { defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, ForwardedHit } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { commonOf } from './options.ts'
import { readWebhookSecret, signWebhook } from './signWebhook.ts'

export interface WebhookOptions extends CommonOptions {
  url: string
  /** Sent along, for example an Authorization header. Their values are shown nowhere. */
  headers?: Record<string, string>
  /**
   * Signs each request, so that who gets it can tell that it is ours, whole and fresh: `verifyWebhook`. At least 24 bytes in base64,
   * `whsec_` before it or not, as `openssl rand -base64 32` makes them.
   */
  secret?: string
}

/**
 * Posts hits as a JSON array. With a secret the request is signed as Standard Webhooks has it: `webhook-id` is the same for the same
 * hits, `webhook-timestamp` is that of the attempt, `webhook-signature` is `v1,` and the HMAC-SHA-256 of both and the body.
 *
 * @throws TypeError for a URL or a secret that is none
 * @see https://www.standardwebhooks.com
 */
export function webhook({ url, headers = {}, secret, ...options }: WebhookOptions): Destination<ForwardedHit> {
  const endpoint = endpointOf('webhook', url)
  const key = secret === undefined ? undefined : readWebhookSecret(secret)
  return defineDestination<ForwardedHit>({
    name: 'webhook',
    secrets: [...Object.values(headers), ...(secret === undefined ? [] : [secret, secret.replace(/^whsec_/, '')])],
    ...commonOf('webhook', options),
    map: (hit) => hit,
    batch: (items) => [
      { request: { url: endpoint, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(items) }, indexes: [...items.keys()] },
    ],
    ...(key && {
      sign: async (request, { now }) => ({ ...request, headers: { ...request.headers, ...(await signWebhook(request.body ?? '', key, now)) } }),
    }),
  })
}
