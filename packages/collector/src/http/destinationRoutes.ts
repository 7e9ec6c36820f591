import type { DestinationState } from '@treadlight/destinations/forward'
import type { Forwarding } from '../forwarding/forwarding.ts'
import type { Peers } from '../peers.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface DestinationRoutesOptions {
  forwarding: Forwarding | undefined
  /** The other workers, who have sent other hits. */
  peers: Peers
}

/** Dead letters of each destination that are shown. */
const mostShown = 50

/** `GET /api/destinations`: what other systems have of the hits, what waits for them, and what they will never have. */
export function addDestinationRoutes(routes: Routes, { forwarding, peers }: DestinationRoutesOptions): void {
  const own = (): DestinationState[] => forwarding?.ownStates() ?? []
  peers.onAsked('destinations', own)
  routes.add('GET', '/api/destinations', 'owner', async () => {
    const answers = (await peers.ask('destinations').catch(() => [own()])) as DestinationState[][]
    const waiting = await forwarding?.countWaiting()
    const describeOne = async ({ name }: DestinationState): Promise<object> => {
      const states = answers.flat().filter((state) => state.name === name)
      return Object.assign(describe(states, waiting?.get(name) ?? 0), await describeDead(forwarding!, name))
    }
    return json({ destinations: await Promise.all(own().map(describeOne)) })
  })
}

/** @param states of one destination, by each worker */
function describe(states: readonly DestinationState[], waiting: number) {
  const sum = (name: keyof DestinationState['counts']): number => states.reduce((total, { counts }) => total + counts[name], 0)
  const [trouble] = states.flatMap((state) => state.trouble ?? []).toSorted((a, b) => a.since - b.since)
  return {
    name: states[0]!.name,
    waiting,
    // Since the processes began that there are.
    sent: sum('sent'),
    withheld: sum('withheld'),
    dead: sum('dead'),
    dropped: sum('dropped'),
    retries: sum('retries'),
    ...(trouble && { failing: { since: new Date(trouble.since).toISOString(), reason: trouble.reason } }),
  }
}

async function describeDead(forwarding: Forwarding, name: string) {
  const { count, letters } = await forwarding.deadLetters(name, mostShown)
  return {
    dead_letters: {
      count,
      newest: letters.map(({ hit: { id, site, type, url, time }, reason, time: given }) => ({ id, site_id: site, type, url, time: new Date(time).toISOString(), reason, given_up: new Date(given).toISOString() })),
    },
  }
}
