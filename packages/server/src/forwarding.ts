import type { Destination, ForwardedHit } from '@treadlight/destinations'
import { createForwarder, createMemoryOutbox, type Forwarder } from '@treadlight/destinations/forward'
import type { Hit } from '@treadlight/protocol'
import { cutAddress } from './cutAddress.ts'
import type { Person } from './tracking.ts'

export interface ForwardingOptions {
  /** Other systems that are to have the hits. What waits for them is in memory. */
  destinations?: readonly Destination[] | undefined
  /** In place of `destinations`: one whose outbox outlives the process. */
  forwarder?: Forwarder | undefined
  /** Hears, a line at a time, of troubles as they begin and end. */
  log: (message: string) => void
}

/** Hands the hits of a server to other systems. Nothing of it delays or fails anything. */
export interface ServerForwarding {
  /** Resolves when it was tried where a runtime ends with its answer, else when it is in the outbox. Never rejects. */
  take(hit: Hit, person: Person, isEnding: boolean): Promise<void>
  /** How it stands with each destination; empty where there are none, or the runtime ends with each answer. */
  states: Forwarder['states']
  flush(): Promise<void>
  close(options?: { timeout?: number }): Promise<void>
}

/** How long a runtime that stops with the answer is kept for the other systems, ms: Workers may stay for 30 s. */
const longestStay = 20_000

export function createServerForwarding({ destinations = [], forwarder, log }: ForwardingOptions): ServerForwarding | undefined {
  if (destinations.length === 0 && forwarder === undefined) return undefined
  const make = (): Forwarder => createForwarder({ destinations, outbox: createMemoryOutbox(), log })
  const usual = forwarder ?? make()
  return {
    async take(hit, person, isEnding) {
      // What the visitor denies is for the collector alone to count.
      if (hit.forwarding === false || hit.client?.headers?.['sec-gpc'] === '1') return
      // On Workers no request may touch what another has begun.
      const own = isEnding && forwarder === undefined ? make() : undefined
      await (own ?? usual).write([toForwarded(hit, person)])
      await own?.close({ timeout: longestStay })
    },
    states: () => usual.states(),
    flush: () => usual.flush(),
    close: (options) => usual.close(options),
  }
}

const optionalFields = ['name', 'props', 'revenue', 'engaged', 'scroll', 'interactive', 'screen', 'language', 'timezone'] as const satisfies (keyof Hit & keyof ForwardedHit)[]

/**
 * A hit as other systems may have it. A server knows no visitor beyond the session that it has given one; users and sessions that
 * `beforeSend` has taken out of the hit are not in it.
 */
function toForwarded(hit: Hit, person: Person): ForwardedHit {
  const { id, type, url, title, referrer, timestamp, site = 'default', client } = hit
  const session = hit.session ?? (hit.user === undefined ? undefined : person.session) ?? ''
  const forwarded: ForwardedHit = {
    id,
    site,
    type,
    time: Date.parse(timestamp),
    url,
    title,
    referrer,
    view: hit.view ?? (type === 'pageview' ? id : ''),
    visitor: session,
    session,
    user: (hit.user !== undefined && person.user) || '',
  }
  for (const field of optionalFields) if (hit[field] !== undefined) Object.assign(forwarded, { [field]: hit[field] })
  const address = client?.address === undefined ? undefined : cutAddress(client.address)
  if (address !== undefined) forwarded.address = address
  if (client?.userAgent !== undefined) forwarded.userAgent = client.userAgent
  return forwarded
}
