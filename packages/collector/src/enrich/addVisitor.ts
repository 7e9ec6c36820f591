import { createHash } from 'node:crypto'
import { createKeyedHash, type KeyedHash } from '../hit/keyedHash.ts'
import type { EnrichContext, EnrichStep } from './step.ts'

/**
 * Who visits, as the site's mode has it: nobody in particular; a hash that lives one day; or, where the visitor has a
 * session id and mode `cookie` says so, a hash of that, the same on every day.
 */
export const addVisitor: EnrichStep = (hit, context) => {
  const mode = context.policy.visitor
  if (mode === 'none') return
  hit.visitor = mode === 'cookie' && hit.session !== '' ? lastingVisitor(hit.site, hit.session) : dailyVisitor(hit.site, hit.day, context)
}

/** What was made with the salts of a look-up: with these it goes. */
interface Made {
  /** By day. */
  hashes: Map<string, KeyedHash>
  /** The last visitor: all hits of a request are of one. To keep more would cost as much as to hash again. */
  last: { request: EnrichContext['header']; site: string; day: string; visitor: string } | undefined
}

const madeWith = new WeakMap<EnrichContext['salt'], Made>()

/**
 * The visitor of a site day: a keyed hash of site, network and user agent. Its key is random and dies with
 * the day's salt, so that nobody, the owner included, can lead it back or carry it over to another day.
 * 64 bits: a collision among a million visitors a day is a matter of 1 in 37 million.
 */
function dailyVisitor(site: string, day: string, { network, agent, header, salt }: EnrichContext): string {
  let made = madeWith.get(salt)
  if (made === undefined) madeWith.set(salt, (made = { hashes: new Map(), last: undefined }))
  const { last } = made
  if (last !== undefined && last.request === header && last.day === day && last.site === site) return last.visitor
  const visitor = hashOf(day, salt, made.hashes)(`${site}\n${network}\n${agent.text}`)
  made.last = { request: header, site, day, visitor }
  return visitor
}

/** Ids may be eight days old, and a day ahead: there are no more days than these. */
function hashOf(day: string, salt: EnrichContext['salt'], hashes: Made['hashes']): KeyedHash {
  let hash = hashes.get(day)
  if (hash === undefined) hashes.set(day, (hash = createKeyedHash(salt(day))))
  return hash
}

function lastingVisitor(site: string, session: string): string {
  // 64 bits in hex, as a text of its own: a slice would keep the whole of it alive.
  return createHash('sha256').update(`visitor\n${site}\n${session}`).digest().toString('hex', 0, 8)
}
