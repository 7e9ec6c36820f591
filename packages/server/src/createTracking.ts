import { stringifySetCookie } from 'cookie'
import { signUser, type Hit } from '@treadlight/protocol'
import { definedOf } from './definedOf.ts'
import { createServerForwarding } from './forwarding.ts'
import { hasOptedOut, hitFromRequest, publicUrl, type HitOverrides } from './hitFromRequest.ts'
import { createBackgroundSender } from './senders/backgroundSender.ts'
import type { Sender } from './senders/sender.ts'
import { resolveOptions, type TrackingOptions } from './settings.ts'
import type { Person, RequestFacts, Tracking, TrackingCounts, Visit } from './tracking.ts'
import { createVisit } from './visit.ts'
import { cookieNames, createVisitors, readCookies } from './visitors.ts'

/** How long a runtime that stops with the answer is kept for a hit, ms: Workers may stay for 30 s. */
const longestStay = 20_000

/** How long browsers keep a cookie at most: 400 days, in s. */
const ownCookieAge = 400 * 86_400

/**
 * Server-side tracking, once for a server.
 *
 * @throws RangeError naming a setting that cannot hold
 * @example
 * const tracking = createTracking({ collector: 'https://stats.example', token })
 * Deno.serve(trackHandler(tracking, answer))
 */
export function createTracking(options: TrackingOptions): Tracking {
  const settings = resolveOptions(options)
  const { signer, report, now } = settings
  const sender = senderOf(options, report)
  const forwarding = createServerForwarding({ ...options, log: (message) => report(new Error(`[treadlight server] ${message}`)) })
  const visitors = createVisitors({ mode: settings.visitor, signer, scope: settings.cookies, now })
  const visits = new WeakMap<object, { visit: Visit; facts: RequestFacts }>()
  const counts: TrackingCounts = { taken: 0, withheld: 0, failed: 0 }
  let hasMissedUserSecret = false

  return {
    sender,
    async begin(request, facts = {}) {
      try {
        // A middleware that is used twice makes a web Request of its own each time.
        const known = visits.get(request) ?? (facts.native && visits.get(facts.native))
        return known?.visit ?? (await begin(request, facts))
      } catch (error) {
        report(error)
        return undefined
      }
    },
    visitOf: (request) => visits.get(request)?.visit,
    async hit(request, overrides = {}, { user, session, impersonator, ...facts } = {}) {
      try {
        if (await isOwn(request)) return null
        const { id, isNew, hasRefused } = await visitors.read(request, false)
        const visitor = id === undefined || isNew ? {} : { session: id }
        const wishes = hasRefused ? { forwarding: false } : {}
        return await send(request, { ...visits.get(request)?.facts, ...facts }, { ...wishes, ...overrides }, { ...visitor, ...definedOf({ user, session, impersonator }) })
      } catch (error) {
        report(error)
        return null
      }
    },
    consentCookies: (choice, request, facts) => visitors.choose(choice, request, isSecure(request, facts)),
    logOutCookies: (request, facts) => visitors.forget(request, isSecure(request, facts)),
    ownCookies,
    counts: () => ({ ...counts }),
    report,
    destinations: () => forwarding?.states() ?? [],
    async flush() {
      await Promise.all([sender.flush(), forwarding?.flush()])
    },
    async close(options) {
      await Promise.all([sender.close(options), forwarding?.close(options)])
    },
  }

  async function begin(request: Request, facts: RequestFacts): Promise<Visit | undefined> {
    if (settings.isExcluded(new URL(request.url).pathname) || hasOptedOut(request) || (await isOwn(request))) return undefined
    const visitor = await visitors.read(request, isSecure(request, facts))
    const visit = createVisit({
      request,
      facts,
      settings,
      visitors,
      visitor,
      send: (overrides, person) => send(request, facts, { ...(visitor.hasRefused && { forwarding: false }), ...overrides }, person),
      vouch,
    })
    for (const key of [request, facts.native]) if (key !== undefined) visits.set(key, { visit, facts })
    return visit
  }

  /** Never rejects: a runtime is kept alive for it, and nobody else waits. */
  function send(request: Request, facts: RequestFacts, overrides: HitOverrides, person: Person): Promise<Hit | null> {
    // Where a runtime stops with the answer, what a sender has only taken would be lost, and on Workers no request may touch what
    // another has begun: there each hit has a sender of its own.
    const own = facts.waitUntil !== undefined && options.sender === undefined ? senderOf(options, report) : undefined
    const sent = deliver(request, facts, overrides, person, own ?? sender).catch((error: unknown) => {
      counts.failed++
      report(error)
      return null
    })
    if (facts.waitUntil !== undefined) keepAlive(facts.waitUntil, sent.then(() => (own ? finish(own) : sender.flush())).catch(report))
    return sent
  }

  async function finish(own: Sender): Promise<void> {
    await own.close({ timeout: longestStay })
    const { waiting, dead } = own.counts()
    counts.failed += waiting + dead
  }

  async function deliver(request: Request, facts: RequestFacts, overrides: HitOverrides, person: Person, sender: Sender): Promise<Hit | null> {
    const hit = hitFromRequest(request, overrides, { ...facts, ...settings, impersonator: person.impersonator })
    if (hit === null) return null
    const changed = await settings.beforeSend(await withPerson(withAddress(hit), person), request)
    if (!changed) {
      counts.withheld++
      return null
    }
    // Beside the collector, and whatever becomes of it there.
    const forwarded = forwarding?.take(changed, person, facts.waitUntil !== undefined).catch(report)
    if (forwarded !== undefined && facts.waitUntil !== undefined) keepAlive(facts.waitUntil, forwarded)
    await sender.send(changed)
    counts.taken++
    return changed
  }

  function withAddress(hit: Hit): Hit {
    if (hit.client?.address === undefined) return hit
    const { address, ...rest } = hit.client
    return { ...hit, client: { ...rest, ...definedOf({ address: settings.reduceAddress(address) }) } }
  }

  /** As a token where one can be signed, which is what the collector believes; what a hit says by hand wins. */
  async function withPerson(hit: Hit, person: Person): Promise<Hit> {
    if (hit.user !== undefined) return hit
    const user = await vouch(person)
    if (user !== undefined) return { ...hit, user }
    return person.session === undefined || hit.session !== undefined ? hit : { ...hit, session: person.session }
  }

  async function vouch({ user, session }: Person): Promise<string | undefined> {
    const claims = definedOf({ user: user || undefined, session: session || undefined })
    if (settings.userSecret === undefined) {
      if (claims.user !== undefined && !hasMissedUserSecret) {
        hasMissedUserSecret = true
        report(new Error('[treadlight server] a user was named, and nothing can vouch for it: set userSecret, one of the collector’s userSecrets'))
      }
      return undefined
    }
    if (claims.user === undefined && claims.session === undefined) return undefined
    try {
      return await signUser({ ...claims, expires: now() + 86_400_000 }, settings.userSecret)
    } catch (error) {
      // The hit counts, as nobody's.
      report(error)
      return undefined
    }
  }

  async function isOwn(request: Request): Promise<boolean> {
    const cookie = readCookies(request)[cookieNames.own]
    return cookie !== undefined && (await signer?.open(cookieNames.own, cookie)) === '1'
  }

  async function ownCookies(own: boolean, request: Request, facts?: RequestFacts): Promise<string[]> {
    if (signer === undefined) throw new Error('[treadlight server] ownCookies: anybody could set a cookie that is not signed: set secret')
    const value = own ? await signer.sign(cookieNames.own, '1') : ''
    const scope = { path: '/', ...settings.cookies, httpOnly: true, sameSite: 'lax', secure: isSecure(request, facts) } as const
    return [stringifySetCookie(cookieNames.own, value, { ...scope, maxAge: own ? ownCookieAge : 0 })]
  }

  function isSecure(request: Request, facts: RequestFacts = {}): boolean {
    return publicUrl(request, { ...facts, ...settings }).startsWith('https:')
  }

  function keepAlive(waitUntil: NonNullable<RequestFacts['waitUntil']>, promise: Promise<unknown>): void {
    try {
      waitUntil(promise)
    } catch (error) {
      report(error)
    }
  }
}

/** For a site that has no collector. */
const noSender: Sender = {
  send: async () => {},
  flush: async () => {},
  close: async () => {},
  counts: () => ({ delivered: 0, waiting: 0, dropped: 0, dead: 0, retries: 0 }),
  deadLetters: () => [],
}

function senderOf({ sender, collector, token, destinations, forwarder }: TrackingOptions, report: (error: unknown) => void): Sender {
  if (sender !== undefined) return sender
  if (collector === undefined && token === undefined && (destinations !== undefined || forwarder !== undefined)) return noSender
  if (collector === undefined || token === undefined)
    throw new RangeError('[treadlight server] createTracking: say where hits go: collector and token (`treadlight token create --name NAME --scope hits` makes one), or sender')
  return createBackgroundSender({ collector, token, log: report })
}
