import type { Client } from '@treadlight/protocol'
import { agentOf, type Agent } from '../enrich/agent.ts'
import { remember } from '../remember.ts'
import { networkOf, withoutPort } from './network.ts'

/** Who is behind a hit, as far as a request tells. */
export interface ClientFacts {
  /** '' where unknown. */
  address: string
  /** What `networkOf` makes of it. */
  network: string
  agent: Agent
  /** A request header by its lower-case name; '' where there is none. One function for each client: it is told from others by it. */
  header: (name: string) => string
}

/** The clients of one request of a server. */
export interface Clients {
  /** @param client as the server has it; undefined for what the server itself did, in a job or for a mobile app */
  of(client: Client | undefined): ClientFacts
}

/**
 * Whom a server speaks for, hit by hit. What it says is all that is known: where it names no address, its own would say a
 * wrong place.
 *
 * @param server the server itself. Its program has no browser's name and is no robot for that.
 */
export function createClients(server: ClientFacts): Clients {
  const known = new Map<string, ClientFacts>()
  return {
    of(client) {
      if (client === undefined) return { ...server, agent: programOf(server.agent.text) }
      const name = JSON.stringify(client)
      let facts = known.get(name)
      if (facts === undefined) known.set(name, (facts = readClient(client)))
      return facts
    },
  }
}

const programOf = remember(100, (text: string): Agent => ({ ...agentOf(text), isCrawler: false, isRobot: false, isDriven: false }))

function readClient({ address = '', userAgent = '', headers = {} }: Client): ClientFacts {
  return { address: withoutPort(address), network: networkOf(address), agent: agentOf(userAgent), header: (name) => headers[name] ?? '' }
}
