import { isRefusal, readHits, type DecodedHit, type DropReason, type Envelope, type HitAnswer, type Refusal } from '@treadlight/protocol'
import type { AppendOutcome, HitStore, StoredHit } from '@treadlight/store'
import type { Ledger } from '../drops/ledger.ts'
import { enrich } from '../enrich/pipeline.ts'
import type { EnrichContext } from '../enrich/step.ts'
import type { EnrichRules } from '../enrich/rules.ts'
import type { Identify } from '../identity/identify.ts'
import type { LogIns } from '../identity/logIns.ts'
import type { OwnVisits } from '../identity/ownVisits.ts'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import type { Site, Sites } from '../sites/sites.ts'
import type { Gather } from '../forwarding/gather.ts'
import type { Sender } from '../forwarding/toForwarded.ts'
import { createClients, type ClientFacts } from './clients.ts'
import { createHashSender, lacksId, type HashSender } from './hashSender.ts'
import { withoutPort } from './network.ts'
import type { PoisonedHits } from './poisonedHits.ts'
import { readHit, type Arrival } from './readHit.ts'
import { retimeHit } from './retimeHit.ts'
import type { Salts } from './salts.ts'

/** What the collector knows of a request besides its body. */
interface RequestFacts extends Omit<ClientFacts, 'address'> {
  /** The client's address, past trusted proxies. */
  address: string | undefined
  /** Whether it came as `GET /hit?hit=`. */
  isPixel: boolean
  /** Whether a server with a token has sent it, which is believed what it says of its visitors. */
  isServer: boolean
  /** Where the hits are not those of our own protocol. */
  beyond?: BeyondProtocol
}

/** What is known of hits beyond what the protocol has fields for: see `take.ts`. Asked hit by hit, in this order. */
export interface BeyondProtocol {
  /** The next hit is the one at this place of the envelope. */
  begin(index: number): void
  /** Whose hit it is; undefined where nothing but its URL says so. */
  site(): Site | undefined
  /** More that tells it from others, for an id that is made of its content. */
  content(): string
  /** Before enrichment. */
  enter(hit: StoredHit, context: EnrichContext): void
  /** After it, where nothing has dropped the hit. */
  leave(hit: StoredHit, site: Site): Refusal | undefined
}

/** An answer to `POST /hit`, before it is written as HTTP. */
interface ReceiveAnswer {
  status: 200 | 201 | 400
  body: HitAnswer
  dropped: ReadonlySet<DropReason>
  /** Of each hit that was neither refused nor dropped, in their order. */
  outcomes: readonly AppendOutcome[]
  /** Why each of the dropped was, in their order. */
  reasons: readonly DropReason[]
}

export interface ReceiverOptions {
  store: Pick<HitStore, 'append'>
  sites: Pick<Sites, 'find'>
  saltsOf: (site: Site) => Salts
  /** Told of each hit that is not stored. */
  ledger: Ledger
  now: () => number
  policy: PrivacyPolicy
  identify: Identify
  /** Undefined where sites do not associate. */
  logIns: LogIns | undefined
  ownVisits: OwnVisits
  poisonedHits: PoisonedHits
  /** What the owner has set for the steps, as it is for a site. */
  rulesOf: (site: Site) => EnrichRules
  /** Hands what is stored to other systems; undefined where there are none. */
  forwarding?: Gather | undefined
}

/** Takes the body of one request, as it came or as it was read; resolves once what it answers for is stored. */
export type Receiver = (body: string | Envelope, facts: RequestFacts) => Promise<ReceiveAnswer>

/**
 * The way of a hit through the collector: read → enrich → store → answer. Hits of one request are judged one by one,
 * so that a bad one never costs the others.
 *
 * The receiver throws `StoreBusyError` when the store cannot take them: nothing of the request counts as
 * acknowledged then, and the sender tries again.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { store, sites, saltsOf, rulesOf, ledger, now, policy, identify, logIns, ownVisits, poisonedHits, forwarding } = options
  return async (body, { address: sent = '', network, agent, header, isPixel, isServer, beyond }) => {
    const address = withoutPort(sent)
    const received = now()
    const envelope = typeof body === 'string' ? readHits(body) : body
    const finding = sites.find()
    // Each wait lets others go first, and there is hardly ever something to wait for.
    const find = finding instanceof Promise ? await finding : finding
    const defaultSite = find(undefined, '')!
    if (isRefusal(envelope)) {
      ledger.refuse(defaultSite, envelope.field, received)
      return answerFor([], [{ index: 0, ...envelope }], [], [])
    }

    const areOwn = ownVisits.areIn(header('cookie'))
    const isOwn = areOwn === true || (areOwn !== false && (await areOwn))
    const siteOf =
      beyond === undefined
        ? ({ site: name }: DecodedHit, { hostname }: URL): Site => find(name, hostname) ?? defaultSite
        : (_: DecodedHit, { hostname }: URL): Site => beyond.site() ?? find(undefined, hostname)!
    const salts = envelope.hits.some(lacksId) ? await saltsOf(defaultSite).at(received) : undefined
    const hashRequest = createHashSender(defaultSite, salts, network, agent.text)
    const hashSender: HashSender = beyond === undefined ? hashRequest : (time, client) => hashRequest(time, client).update(beyond.content())
    const clients = isServer ? createClients({ address, network, agent, header }) : undefined
    const arrival: Arrival = { siteOf, origin: isServer ? 'server' : 'browser', received, sentAt: envelope.sentAt, hashSender }
    let context: EnrichContext | undefined
    const accepted: StoredHit[] = []
    const senders: Sender[] | undefined = forwarding && []
    const refused: HitAnswer['refused'] = []
    const retimed: object[] = []
    const dropped: DropReason[] = []
    let salted: Site | undefined

    for (let index = 0; index < envelope.hits.length; index++) {
      const input = envelope.hits[index]
      beyond?.begin(index)
      const read = readHit(input, arrival)
      if (isRefusal(read)) {
        refused.push({ index, ...read })
        ledger.refuse(defaultSite, read.field, received)
        const moved = read.reason === 'clock' && retimeHit(input as object, arrival)
        if (moved) retimed.push(moved)
        continue
      }
      const { hit, decoded, url, site } = read
      const isForeign = decoded.site !== undefined && decoded.site !== site.id
      // One object for all hits of a site, and field by field: to spread another into it takes longer than most steps.
      if (context === undefined || salted !== site) {
        const salting = saltsOf(site).at(received)
        const salt = salting instanceof Promise ? await salting : salting
        const rules = rulesOf(site)
        context = { network, address, agent, header, isPixel, policy, isOwn, salt, rules, url, decoded }
        salted = site
      } else {
        context.url = url
        context.decoded = decoded
      }
      if (clients !== undefined) Object.assign(context, clients.of(decoded.client))
      let reason: DropReason | undefined
      let refusal: Refusal | undefined
      try {
        beyond?.enter(hit, context)
        reason = (isForeign ? 'site' : identify(hit, decoded)) ?? enrich(hit, context)
        if (beyond !== undefined && reason === undefined) refusal = beyond.leave(hit, site)
        poisonedHits.pass()
      } catch (error) {
        refusal = poisonedHits.refuse(error, hit.id)
      }
      if (refusal !== undefined) {
        refused.push({ index, ...refusal })
        ledger.refuse(site, refusal.field, received)
        continue
      }
      if (reason) {
        dropped.push(reason)
        ledger.drop(site, reason, { time: received, url: decoded.url, userAgent: context.agent.text })
      } else {
        accepted.push(hit)
        senders?.push(forwarding!.note(hit, context))
      }
    }

    if (accepted.length === 0) return answerFor([], refused, retimed, dropped)
    const appended = store.append(accepted)
    // Nobody waits for it, and it takes also what is answered with a 503 for another reason.
    if (senders !== undefined) appended.then((outcomes) => forwarding!.take(accepted, senders, outcomes), () => undefined)
    const linked = logIns?.store(accepted)
    if (linked) await Promise.all([appended, linked])
    return answerFor(await appended, refused, retimed, dropped)
  }
}

function answerFor(
  outcomes: readonly AppendOutcome[],
  refused: HitAnswer['refused'],
  retimed: object[],
  dropped: readonly DropReason[],
): ReceiveAnswer {
  const duplicate = outcomes.filter((outcome) => outcome === 'duplicate').length
  const status = outcomes.length > 0 ? 201 : dropped.length > 0 ? 200 : 400
  const body = { stored: outcomes.length - duplicate, duplicate, dropped: dropped.length, refused, ...(retimed.length > 0 && { retimed }) }
  return { status, body, dropped: new Set(dropped), outcomes, reasons: dropped }
}
