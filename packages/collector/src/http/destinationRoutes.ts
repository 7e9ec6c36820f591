import { getRouterParam } from 'h3'
import type { DestinationState } from '@treadlight/destinations/forward'
import type { Forwarding } from '../forwarding/forwarding.ts'
import type { Peers } from '../peers.ts'
import { deadSentence, noDestination } from '../forwarding/deadSentence.ts'
import { readFields } from './readFields.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface DestinationRoutesOptions {
  forwarding: Forwarding | undefined
  /** The other workers, who have sent other hits. */
  peers: Peers
}

/** Dead letters of each destination that are shown. */
const mostShown = 50

/**
 * `GET /api/destinations`: what other systems have of the hits, what waits for them, and what they will never have. `POST
 * /api/destinations/{name}/retry` sends that again, `…/discard` removes it; both say how much it is with `{ dry_run: true }`.
 */
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

  for (const action of ['retry', 'discard'] as const)
    routes.add('POST', `/api/destinations/:name/${action}`, 'owner', async (event) => {
      const name = getRouterParam(event, 'name') ?? ''
      const names = own().map((state) => state.name)
      if (forwarding === undefined || !names.includes(name)) return failure(404, `name: ${noDestination(name, names)}`)
      const body = await readFields(event, ['dry_run'])
      if (body instanceof Response) return body
      const { dry_run: dryRun = false } = body
      // What may be a mistyped dry run must not discard.
      if (typeof dryRun !== 'boolean') return failure(400, 'dry_run: must be true or false')
      const hits = await settleDead(forwarding, name, dryRun ? 'count' : action)
      return json({ name, dry_run: dryRun, hits, sentence: deadSentence(action, name, hits, dryRun) })
    })
}

async function settleDead(forwarding: Forwarding, name: string, action: 'count' | 'retry' | 'discard'): Promise<number> {
  if (action === 'count') return (await forwarding.deadLetters(name, 0)).count
  return action === 'retry' ? forwarding.retryDead(name) : forwarding.discardDead(name)
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
