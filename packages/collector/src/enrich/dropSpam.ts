import { referrerHost } from './referrerHost.ts'
import type { EnrichStep } from './step.ts'

/** Hits whose referrer is there to be seen in statistics. */
export const dropSpam: EnrichStep = (hit, { rules }) => {
  const host = referrerHost(hit.referrer)
  return host !== '' && rules.isSpam(host) ? 'spam' : undefined
}
