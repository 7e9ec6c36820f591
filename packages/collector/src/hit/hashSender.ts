import type { Client } from '@treadlight/protocol'
import { siteDay } from '@treadlight/store'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { isObject } from '../isObject.ts'
import type { Site } from '../sites/sites.ts'
import { agentOf } from '../enrich/agent.ts'
import { networkOf } from './network.ts'
import type { SaltOf } from './salts.ts'

/**
 * Begins the hash that an id is made of, for a hit of a time, ms since 1970: with what tells its sender from others. A visitor
 * that a server speaks for is the sender.
 */
export type HashSender = (time: number, client: Client | undefined) => Hash | Hmac

/**
 * Ids are stored for good, so who has the storage could try out all addresses against a plain hash. The salt of the hit's
 * day is in it, as in visitors' hashes, and dies as they do. From then on a hit that comes again gets another id than in
 * its first days, always the same one: in that the network has no part, since nothing would hide it.
 *
 * @param site the default one, whose salts these are; undefined where no hit lacks an id
 */
export function createHashSender(site: Pick<Site, 'timezone'>, salts: SaltOf | undefined, network: string, userAgent: string): HashSender {
  return (time, client) => {
    const salt = salts?.own(siteDay(site.timezone, time))
    const agent = client === undefined ? userAgent : agentOf(client.userAgent ?? '').text
    if (salt === undefined) return createHash('sha256').update(agent)
    return createHmac('sha256', salt).update(`id\n${client === undefined ? network : networkOf(client.address)}\n${agent}`)
  }
}

/** Whether an id will have to be made of a hit's time and content. */
export function lacksId(input: unknown): boolean {
  if (!isObject(input)) return false
  const { id, timestamp } = input
  return (id === undefined || id === null || id === '') && timestamp !== undefined
}
