import { createHash, createHmac } from 'node:crypto'
import { remember } from '../remember.ts'
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

/** Most hits are of somebody who was here a moment ago. */
const mostKnown = 10_000
/** By the salts: with these goes what was made with them. */
const knownVisitors = new WeakMap<EnrichContext['salt'], Map<string, string>>()

/**
 * The visitor of a site day: a keyed hash of site, network and user agent. Its key is random and dies with
 * the day's salt, so that nobody, the owner included, can lead it back or carry it over to another day.
 * 64 bits: a collision among a million visitors a day is a matter of 1 in 37 million.
 */
function dailyVisitor(site: string, day: string, { network, userAgent, salt }: EnrichContext): string {
  let known = knownVisitors.get(salt)
  if (known === undefined || known.size >= mostKnown) knownVisitors.set(salt, (known = new Map()))
  // The number is shorter than what it stands for.
  const name = `${network} ${numberOf(userAgent)} ${day} ${site}`
  let visitor = known.get(name)
  if (visitor === undefined) {
    const hash = createHmac('sha256', salt(day)).update(`${site}\n${network}\n${userAgent}`).digest()
    known.set(name, (visitor = firstBits(hash)))
  }
  return visitor
}

/** Another number for each user agent, and a new one for one that was forgotten. */
let lastNumber = 0
const numberOf: (userAgent: string) => number = remember(20_000, () => ++lastNumber)

function lastingVisitor(site: string, session: string): string {
  return firstBits(createHash('sha256').update(`visitor\n${site}\n${session}`).digest())
}

/** 64 of them in hex, as a text of its own: a slice would keep the whole of it alive. */
function firstBits(hash: Buffer): string {
  return hash.toString('hex', 0, 8)
}
