import { createValuesOutbox } from '@treadlight/destinations/forward'
import type { HitStore, Subject, Values } from '@treadlight/store'
import type { WaitingHits } from '../eraseSentence.ts'
import type { Forwarding } from './forwarding.ts'

/** What takes a person out of what waits for other systems. */
export type OutboxEraser = Pick<Forwarding, 'erase'>

type IsTheirs = Parameters<Forwarding['erase']>[1]

/** For a process that hands on nothing itself: what another has in memory at this moment, that one finds within a minute. */
export function createOutboxEraser(values: Values): OutboxEraser {
  const outbox = createValuesOutbox({ values, writer: '0' })
  return { erase: async (site, isMeant) => void (await outbox.erase(site, isMeant)) }
}

/** How many of some hits each destination does not have yet, or never will, as far as the storage says. */
export function countWaiting(values: Values, site: string, isMeant: IsTheirs): Promise<WaitingHits> {
  return createValuesOutbox({ values, writer: '0' }).count(site, isMeant)
}

/** Tells a person's hits, those of their sessions too. To be asked before they are erased: then nobody knows them any more. */
export async function findTheirs(store: Pick<HitStore, 'hits'>, subject: Subject): Promise<IsTheirs> {
  const ids = new Set<string>()
  for await (const { id } of store.hits(subject)) ids.add(id)
  const named = Object.entries(subject).find(([kind]) => kind !== 'site') as ['user' | 'session' | 'visitor', string]
  return (hit) => ids.has(hit.id) || hit[named[0]] === named[1]
}
