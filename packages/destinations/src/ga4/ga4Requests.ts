import type { DestinationBatch, DestinationRequest } from '../destination.ts'
import type { Ga4Payload } from './ga4Payload.ts'

/** Most events in a request. */
const maxEvents = 25
/** Longest body, bytes: below the 130 kB that Google has it at. */
const maxBytes = 128_000

interface Group {
  payload: Ga4Payload
  bytes: number
  indexes: number[]
}

/**
 * Requests of one client each: the body says who it was, so that two visitors are never in one (G32). The time is the first event's;
 * others that happened at other times say so.
 */
export function ga4Requests(payloads: readonly Ga4Payload[], write: (payload: Ga4Payload) => DestinationRequest): DestinationBatch[] {
  const groups: Group[] = []
  /** The latest group of each client. */
  const latest = new Map<string, Group>()
  for (const [index, payload] of payloads.entries()) {
    const { events, timestamp_micros, ...client } = payload
    const key = JSON.stringify(client)
    const bytes = lengthOf(payload)
    const group = latest.get(key)
    if (group && group.payload.events.length + events.length <= maxEvents && group.bytes + bytes <= maxBytes) {
      const isSame = timestamp_micros === group.payload.timestamp_micros
      group.payload.events.push(...(isSame || timestamp_micros === undefined ? events : events.map((event) => ({ ...event, timestamp_micros }))))
      group.bytes += bytes
      group.indexes.push(index)
    } else {
      const begun = { payload: { ...payload, events: [...events] }, bytes, indexes: [index] }
      latest.set(key, begun)
      groups.push(begun)
    }
  }
  return groups.map(({ payload, indexes }) => ({ request: write(payload), indexes }))
}

function lengthOf(payload: Ga4Payload): number {
  // And the time that each event may get.
  return new TextEncoder().encode(JSON.stringify(payload)).length + payload.events.length * 40
}
