import { createErasures, hashPerson, subjectOf, type Erasure } from './erasure.ts'
import type { StoredHit } from './hit.ts'
import { addFact, mergeFacts } from './merge.ts'
import type { AppendOutcome, Link, PruneReport, RetentionPolicy, Subject } from './store.ts'

/**
 * The hits of one site in memory: a grow-only set of facts keyed by id and origin, and beside it the links and the
 * erasures. Everything that is said about a hit follows from the three when it is read; nothing is decided on
 * arrival, so the order of arrival cannot matter.
 */
export interface HitSet {
  /** Takes a fact. 'duplicate' if its id is known from any origin; it is merged all the same. */
  add(fact: StoredHit): AppendOutcome
  /** Whether the link can change nothing, now or later. */
  knowsLink(link: Link): boolean
  /** Takes a link, answers how many visible hits changed hands. */
  link(link: Link): number
  /** What `addErasure` needs to know to erase the person now. */
  createErasure(subject: Subject, time: number): Erasure
  addErasure(erasure: Erasure): void
  /** Every hit that may be shown: merged, linked, not erased. In no order. */
  visible(): StoredHit[]
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

export function createHitSet(): HitSet {
  const factsById = new Map<string, readonly StoredHit[]>()
  const links = new Map<string, Link>()
  const erasures = createErasures()

  function add(fact: StoredHit): AppendOutcome {
    const known = factsById.get(fact.id)
    factsById.set(fact.id, known === undefined ? [fact] : addFact(known, fact))
    return known !== undefined || erasures.hasId(fact.id) ? 'duplicate' : 'stored'
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

  function visible(): StoredHit[] {
    return [...all()].filter((hit) => !erasures.covers(hit))
  }

  function knowsLink(link: Link): boolean {
    const known = links.get(link.session)
    return known !== undefined && !isEarlier(link, known)
  }

  return {
    add,
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
        const facts = factsById.get(id)
        if (facts === undefined) continue
        const hit = read(facts)
        if (!erasures.covers(hit)) count[hit.type === 'pageview' ? 'pageviews' : 'others']++
      }
      return count
    },
    remove(ids) {
      for (const id of ids) factsById.delete(id)
    },
    reset(facts) {
      factsById.clear()
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
