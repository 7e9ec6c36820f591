import { cleanText, createId, cutText, idFrom, idMaxAge, maxBatchHits, textLimits } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { agentOf, type Agent } from '../enrich/agent.ts'
import { pathOf } from '../enrich/pathOf.ts'
import type { EnrichContext } from '../enrich/step.ts'
import type { BeyondProtocol, Receiver } from '../hit/receive.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { deriveView } from './deriveView.ts'
import type { Dialect, DialectHit, Take, Taken } from './dialect.ts'
import { findSite, type NamedSites } from './findSite.ts'

export interface TakeOptions extends NamedSites {
  receive: Receiver
  sites: Pick<Sites, 'find'>
  now: () => number
}

/** Who sends the hits of a request. */
interface DialectSender {
  address: string | undefined
  network: string
  agent: Agent
  header: (name: string) => string
  /** Which host was asked. */
  host: string
  /** Whether a token has been found good by now. */
  isAuthorized: () => boolean
}

/** Makes a `Take` for one request. */
export type CreateTake = (dialect: Pick<Dialect, 'reportsEngagement'>, sender: DialectSender) => Take

/** How far from the clock here a stranger's word for a time may be, ms. */
const strangersTime = 86_400_000
/** The longest that one report may say, ms. */
const longestReport = 86_400_000

/** A hit for one of the sites that it names. */
interface SiteHit {
  hit: DialectHit
  /** Undefined where its URL says it. */
  site: Site | undefined
}

/**
 * The way of a dialect's hits into the receiver that `/hit` has too: the same checks, enrichment, drops, salts and counts.
 * What the protocol has no field for is added there; what became of each hit is told one by one.
 */
export function createTakes({ receive, sites, now, ...named }: TakeOptions): CreateTake {
  return ({ reportsEngagement = false }, { isAuthorized, host, ...sender }) =>
    async (hits) => {
      const find = await sites.find()
      const defaultSite = find(undefined, '')!
      const isServer = isAuthorized()
      const parts = hits.slice(0, maxBatchHits).map((hit) => sitesOf(hit.site).map((site): SiteHit => ({ hit: withHost(hit, site), site })))
      const flat = parts.flat()
      if (flat.length === 0) return []
      const beyond = createBeyond(flat, { isServer, reportsEngagement, sender })
      const answer = await receive({ hits: inputsOf(flat, now(), isServer) }, { ...sender, isPixel: false, isServer, beyond })
      const taken = beyond.tellApart(answer)
      let at = 0
      return hits.map((_, index) => merge(taken.slice(at, (at += parts[index]?.length ?? 0))))

      /** Where the client does not say which host the page is of. */
      function withHost(hit: DialectHit, site = defaultSite): DialectHit {
        if (!hit.url.startsWith('/')) return hit
        const hosts = site.id === defaultSite.id ? [...named.defaultHosts, ...(site.added?.hosts ?? [])] : site.hosts
        return { ...hit, url: `https://${hosts.find((name) => !name.startsWith('*.')) ?? host}${hit.url}` }
      }

      function sitesOf(names: DialectHit['site']): (Site | undefined)[] {
        if (names === undefined) return [undefined]
        if (typeof names === 'string') return [findSite(names, find, named)]
        const known = new Set(names.map((name) => findSite(name, find, named)).filter((site) => site !== undefined))
        // What is called as no site here is counted elsewhere.
        return known.size === 0 ? [undefined] : [...known]
      }
    }
}

const tooMany: Taken = { outcome: 'refused', field: 'hits', reason: `must be at most ${maxBatchHits}` }

/** What became of a hit that several sites count: it is stored where one of them has it. */
function merge(taken: readonly Taken[]): Taken {
  return taken.find(({ outcome }) => outcome === 'stored') ?? taken[0] ?? tooMany
}

/** The hits in our protocol, as far as it goes. */
function inputsOf(hits: readonly SiteHit[], received: number, isServer: boolean): object[] {
  /** How often each has been there already. */
  const seen = new Map<string, number>()
  return hits.map(({ hit, site }, index) => {
    const input = inputOf(hit, received, isServer)
    // They are in order, and of one moment nobody knows which was first: the last one is of now, each before it of a millisecond earlier.
    if (!('timestamp' in input)) return hits.length === 1 || 'id' in input ? input : { ...input, id: createId(received - hits.length + 1 + index) }
    // Twice at the same moment in one request is twice: a moment later they have ids of their own, at each try the same.
    // Whatever address they are of: an id of some days ago does not depend on it, see `createHashSender`.
    const name = JSON.stringify([{ ...input, client: undefined }, site?.id, hit.user, hit.session, hit.viewKey])
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before === 0 ? input : { ...input, timestamp: new Date(Date.parse(String(input['timestamp'])) + before).toISOString() }
  })
}

function inputOf(hit: DialectHit, received: number, isServer: boolean): Record<string, unknown> {
  const { type, url, title, referrer, name, props, revenue, screen, language, interactive, scroll, webdriver, forwarding, token, client } = hit
  const time = timeOf(hit, received, isServer)
  return {
    type,
    url,
    title,
    referrer,
    name,
    props,
    revenue,
    screen,
    language,
    interactive,
    scroll,
    webdriver,
    forwarding,
    user: token,
    ...(hit.time !== undefined && { timestamp: new Date(time).toISOString() }),
    // How long ago it was differs from try to try: no id can be made of it.
    ...(hit.time === undefined && hit.ago !== undefined && { id: createId(time) }),
    // Says the day; which view it is will be known when the visitor is.
    ...(type === 'engagement' && { view: idFrom(time, new Uint8Array(10)) }),
    ...(isServer && client !== undefined && { client: clientOf(client) }),
  }
}

/** What is too far off is answered as of 1970, which is refused and counted as every wrong clock is. */
function timeOf({ time, ago = 0 }: DialectHit, received: number, isServer: boolean): number {
  const said = time ?? (ago > 0 ? received - Math.round(ago) : received)
  const isNear = Math.abs(received - said) <= strangersTime || (isServer && said < received && received - said <= idMaxAge)
  return isNear ? said : 0
}

function clientOf({ address, userAgent, language }: NonNullable<DialectHit['client']>): object {
  return { address, userAgent, ...(language !== undefined && { headers: { 'accept-language': language } }) }
}

interface Beyond extends BeyondProtocol {
  tellApart(answer: Awaited<ReturnType<Receiver>>): Taken[]
}

interface BeyondOptions {
  isServer: boolean
  reportsEngagement: boolean
  sender: Pick<DialectSender, 'agent' | 'header'>
}

function createBeyond(hits: readonly SiteHit[], { isServer, reportsEngagement, sender }: BeyondOptions): Beyond {
  const accepted = new Set<number>()
  let at = 0
  let page = ''
  const current = (): DialectHit => hits[at]!.hit

  return {
    begin: (index) => void (at = index),
    site: () => hits[at]!.site,
    content: () => JSON.stringify([hits[at]!.site?.id, current().session, current().viewKey, isServer && current().user]),
    enter(hit, context) {
      page = `${context.url.host}${pathOf(context.url, context.rules.page)}`
      addDeclared(hit, current(), context)
      if (isServer) tellClientsApart(current(), context)
      else speakFor(current(), sender, context)
    },
    leave(hit, site) {
      const { user, viewKey } = current()
      if (isServer && user !== undefined && user !== '') hit.user = cutText(cleanText(user), textLimits.session)
      if (viewKey !== undefined || (reportsEngagement && hit.type !== 'event') || hit.type === 'engagement') {
        const view = deriveView(hit, site, viewKey === undefined ? `page\n${page}` : `key\n${viewKey}`, viewKey !== undefined)
        if (view !== undefined) hit.view = view
        else if (hit.type === 'engagement') return { field: 'view', reason: 'is nobody’s: visitors are not told apart here' }
      }
      accepted.add(at)
      return undefined
    },
    tellApart({ body, outcomes, reasons }) {
      const refused = new Map(body.refused.map((refusal) => [refusal.index, refusal]))
      const [stored, dropped] = [outcomes.values(), reasons.values()]
      return hits.map((_, index): Taken => {
        const refusal = refused.get(index)
        if (refusal !== undefined) return tellRefusal(refusal)
        if (accepted.has(index)) return { outcome: stored.next().value === 'duplicate' ? 'duplicate' : 'stored' }
        return { outcome: 'dropped', reason: dropped.next().value! }
      })
    },
  }
}

/** What clients say of a hit that the protocol has no field for. */
function addDeclared(hit: StoredHit, { session = '', engagedDelta }: DialectHit, { policy }: EnrichContext): void {
  if ((policy.visitor === 'session' || policy.visitor === 'cookie') && session !== '') hit.session = cutText(cleanText(session), textLimits.session)
  if (hit.type === 'engagement' && engagedDelta !== undefined && engagedDelta >= 0) hit.engagedDelta = Math.min(Math.round(engagedDelta), longestReport)
}

/**
 * Anybody may say another user agent and language than the request's headers have, who could as well have sent these. Nothing
 * else that the headers say of a browser is then believed of this one.
 */
function speakFor({ client }: DialectHit, { agent, header }: BeyondOptions['sender'], context: EnrichContext): void {
  const { userAgent = '', language } = client ?? {}
  context.agent = userAgent === '' ? agent : agentOf(userAgent)
  const said = (name: string): string => (name === 'accept-language' ? (language ?? '') : name.startsWith('sec-ch-ua') ? '' : header(name))
  // A client is told from others by its function.
  context.header = userAgent === '' ? header : said
}

/**
 * Where a server does not say which address a visitor has, all of its visitors would be one: what it calls them tells them
 * apart instead, under the same salt, for the same day.
 */
function tellClientsApart({ session = '', client }: DialectHit, context: EnrichContext): void {
  if (session === '' || (client?.address ?? '') !== '') return
  const { header } = context
  context.network = `session ${session}`
  // A client is told from others by its function.
  context.header = (name) => header(name)
}

function tellRefusal({ field, reason }: { field: string; reason: string }): Taken {
  const isTime = reason === 'clock' || reason === 'too old' || field === 'timestamp'
  return isTime ? { outcome: 'refused', field: 'time', reason: 'is too far from now' } : { outcome: 'refused', field, reason }
}
