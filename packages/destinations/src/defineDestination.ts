import type { Destination, DestinationAnswer, DestinationOptions, Verdict } from './destination.ts'
import { readRetryAfter } from './forward/retryPause.ts'

const day = 86_400_000

/**
 * Fills in what a destination leaves to be as usual.
 *
 * @throws Error for a name that could not stand in a key
 * @example
 * const toLog = defineDestination({
 *   name: 'log',
 *   map: ({ url, time }) => ({ url, time }),
 *   batch: (items) => [{ request: { url: 'https://log.example/', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
 * })
 */
export function defineDestination<T>(options: DestinationOptions<T>): Destination<T> {
  if (!/^[a-z0-9-]{1,40}$/.test(options.name)) throw new Error(`[treadlight destinations] a name is of a-z, 0-9 and -, at most 40 of them: ${JSON.stringify(options.name)}`)
  return { classify: classifyStatus, maxAge: 7 * day, redact: (hit) => hit, maxBatch: 100, allowPrivate: false, secrets: [], ...options }
}

/** What is said of the hits themselves. All else is trouble with the address, the key or the system, which its owner can mend. */
const refusals: ReadonlySet<number> = new Set([400, 406, 409, 410, 411, 413, 414, 415, 416, 417, 422, 428, 431])

/** What a status means where a system says nothing more. */
export function classifyStatus({ status, header }: DestinationAnswer): Verdict {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const reason = `answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`
  if (refusals.has(status)) return { kind: 'dead', reason }
  const after = readRetryAfter(header('retry-after'), Date.now()) / 1000
  return { kind: 'retry', reason, ...(after > 0 && { after }) }
}
