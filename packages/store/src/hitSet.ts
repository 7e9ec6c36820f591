import { createErasures, hashPerson, subjectOf, type Erasure } from './erasure.ts'
import type { StoredHit } from './hit.ts'
import { addFact, firstReceived, mergeFacts } from './merge.ts'
import type { AppendOutcome, Link, PruneReport, RetentionPolicy, Subject } from './store.ts'

/**
 * The hits of one site in memory: a grow-only set of facts keyed by id and origin, and beside it the links and the
 * erasures. Everything that is said about a hit follows from the three when it is read; nothing is decided on
 * arrival, so the order of arrival cannot matter.
 */
export interface HitSet {
  /** Takes a fact. 'duplicate' if its id is known from any origin; it is merged all the same. */
  add(fact: StoredHit): AppendOutcome
  /** The fact of this id and origin that is kept, as long as `fact` can change nothing about it. */
  keeps(fact: StoredHit): StoredHit | undefined
  /** Whether the link can change nothing, now or later. */
  knowsLink(link: Link): boolean
  /** Takes a link, answers how many visible hits changed hands. */
  link(link: Link): number
  /** What `addErasure` needs to know to erase the person now. */
  createErasure(subject: Subject, time: number): Erasure
  addErasure(erasure: Erasure): void
  /** The hit of this id, if it may be shown. */
  find(id: string): StoredHit | undefined
  /**
   * Every hit that may be shown: merged, linked, not erased. In no order. With a range, at least all hits of every
   * home day that has one in it, and seldom those of other days.
   */
  visible(range?: TimeRange): StoredHit[]
  /** Ids of hits that are erased but still here. */
  erasedIds(): Set<string>
  /** Ids of hits strictly older than `policy` allows at `now`, by whether their user is known. */
  expired(policy: RetentionPolicy, now: number): { anonymous: Set<string>; authenticated: Set<string> }
  /** Counts those of `ids` that may be shown: what an owner would miss. */
  countVisible(ids: ReadonlySet<string>): { pageviews: number; others: number }
  /** Forgets these hits whole, whatever origins told of them. */
  remove(ids: ReadonlySet<string>): void
  /** Forgets all facts and takes these instead; links and erasures stay. */
  reset(facts: Iterable<StoredHit>): void
}

/** Half open, ms since 1970. */
interface TimeRange {
  /** @default no bound */
  from?: number
  /** @default no bound */
  to?: number
}

const dayLength = 86_400_000

export function createHitSet(): HitSet {
  const factsById = new Map<string, readonly StoredHit[]>()
  /** The same facts by the home day of their hit. */
  const days = new Map<string, Map<string, readonly StoredHit[]>>()
  const links = new Map<string, Link>()
  const erasures = createErasures()

  function add(fact: StoredHit): AppendOutcome {
    const known = factsById.get(fact.id)
    if (known !== undefined) drop(known)
    file(known === undefined ? [fact] : addFact(known, fact))
    return known !== undefined || erasures.hasId(fact.id) ? 'duplicate' : 'stored'
  }

  /** Under the day of the hit that the facts make: the first one's, as they stand in the order by which it is merged. */
  function file(facts: readonly StoredHit[]): void {
    const [{ id, day }] = facts as readonly [StoredHit]
    factsById.set(id, facts)
    const ofDay = days.get(day) ?? new Map<string, readonly StoredHit[]>()
    days.set(day, ofDay.set(id, facts))
  }

  function drop(facts: readonly StoredHit[]): void {
    const [{ id, day }] = facts as readonly [StoredHit]
    factsById.delete(id)
    days.get(day)?.delete(id)
  }

  /** What the facts of one id say together, with the user that its session was linked to. */
  function read(facts: readonly StoredHit[]): StoredHit {
    const hit = mergeFacts(facts)
    const user = hit.user === '' && hit.session !== '' ? links.get(hit.session)?.user : undefined
    return user === undefined ? hit : { ...hit, user }
  }

  function* all(): Generator<StoredHit> {
    for (const facts of factsById.values()) yield read(facts)
  }

  function find(id: string): StoredHit | undefined {
    const facts = factsById.get(id)
    const hit = facts && read(facts)
    return hit === undefined || erasures.covers(hit) ? undefined : hit
  }

  function visible(range: TimeRange = {}): StoredHit[] {
    const hits: StoredHit[] = []
    for (const [day, ofDay] of days) {
      if (!mayOverlap(day, range)) continue
      for (const facts of ofDay.values()) {
        const hit = read(facts)
        if (!erasures.covers(hit)) hits.push(hit)
      }
    }
    return hits
  }

  function knowsLink(link: Link): boolean {
    const known = links.get(link.session)
    return known !== undefined && !isEarlier(link, known)
  }

  return {
    add,
    keeps(fact) {
      const known = factsById.get(fact.id)?.find(({ origin }) => origin === fact.origin)
      return known !== undefined && firstReceived(known, fact) === known ? known : undefined
    },
    knowsLink,
    link(link) {
      const known = links.get(link.session)
      if (knowsLink(link)) return 0
      links.set(link.session, link)
      if (known?.user === link.user) return 0
      return countLinked(link.session)
    },
    createErasure(subject, time) {
      const { kind, value } = subjectOf(subject)
      const gone = visible().filter((hit) => hit[kind] === value && hit.time <= time)
      return { kind, hash: hashPerson(kind, value), time, ids: gone.map((hit) => hit.id) }
    },
    addErasure: erasures.add,
    find,
    visible,
    erasedIds: () => new Set([...all()].filter(erasures.covers).map((hit) => hit.id)),
    expired(policy, now) {
      const expired = { anonymous: new Set<string>(), authenticated: new Set<string>() }
      for (const hit of all()) {
        const kind = retentionKind(hit)
        if (hit.time < now - policy[kind]) expired[kind].add(hit.id)
      }
      return expired
    },
    countVisible(ids) {
      const count = { pageviews: 0, others: 0 }
      for (const id of ids) {
        const hit = find(id)
        if (hit !== undefined) count[hit.type === 'pageview' ? 'pageviews' : 'others']++
      }
      return count
    },
    remove(ids) {
      for (const id of ids) {
        const facts = factsById.get(id)
        if (facts !== undefined) drop(facts)
      }
    },
    reset(facts) {
      factsById.clear()
      days.clear()
      for (const fact of facts) add(fact)
    },
  }

  /** Visible hits of the session that name no user themselves: those whose user is the link's. */
  function countLinked(session: string): number {
    let count = 0
    for (const facts of factsById.values()) {
      if (!facts.some((fact) => fact.session === session)) continue
      const hit = mergeFacts(facts)
      if (hit.session === session && hit.user === '' && !erasures.covers(read(facts))) count++
    }
    return count
  }
}

/** Unless no moment of a home day, in whatever zone, can be in the range: zones are less than a day off UTC. */
function mayOverlap(day: string, { from = -Infinity, to = Infinity }: TimeRange): boolean {
  const start = Date.parse(day)
  return !(start - dayLength >= to || start + 2 * dayLength <= from)
}

/** Which of two links of one session counts: the earlier; at the same millisecond the smaller user. */
function isEarlier(link: Link, known: Link): boolean {
  return link.time !== known.time ? link.time < known.time : link.user < known.user
}

function retentionKind(hit: StoredHit): keyof RetentionPolicy {
  return hit.user === '' ? 'anonymous' : 'authenticated'
}

/** Counts what a pruning of these ids takes from the owner, and adds it to `report`. */
export function addToReport(
  report: PruneReport,
  hits: HitSet,
  anonymous: ReadonlySet<string>,
  authenticated: ReadonlySet<string>,
): void {
  const unknown = hits.countVisible(anonymous)
  const known = hits.countVisible(authenticated)
  report.anonymous += unknown.pageviews
  report.authenticated += known.pageviews
  report.others += unknown.others + known.others
}
