import type { Hit } from '@treadlight/protocol'

/**
 * Another system that is to have the hits too: turns a hit into the request that system expects.
 *
 * A destination knows nothing of queues and retries: whoever sends its requests does.
 */
export interface Destination {
  /** Names it in logs and on the dashboard. */
  name: string
  /** The request for one hit; undefined for a hit that the system has no use for. */
  request(hit: Hit): Request | undefined
}
