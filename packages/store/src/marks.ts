import { hashPerson, type Erasure } from './erasure.ts'
import type { StoredHit } from './hit.ts'
import { addFact, mergeFacts } from './merge.ts'
import { isExpired, latestEnds, type Pruning, type PruningEnds } from './pruning.ts'
import type { Link } from './store.ts'

/**
 * What is said about the hits of a site beside the hits themselves: who logged in, who was erased, what was pruned. A
 * grow-only set like the facts: nothing is decided on arrival, so the order of arrival cannot matter.
 */
export interface Marks {
  /** Also one that changes nothing as yet: an erasure that is read later may end the one before it. */
  addLink(link: Link): void
  /** Whether the link would change nothing. */
  knowsLink(link: Link): boolean
  addErasure(erasure: Erasure): void
  addPruning(pruning: Pruning): void
  /** What the facts of one id say together, with the user that its session was linked to; undefined if it may not be shown. */
  read(facts: readonly StoredHit[]): StoredHit | undefined
  /** Those of the facts of one id, all of them, that are to be stored on. */
  keep(facts: readonly StoredHit[]): readonly StoredHit[]
  /** Whether a pruning takes any of the facts of one id, seen or erased. */
  isTaken(facts: readonly StoredHit[], pruning: Pruning): boolean
  /** Whether the hit that has these facts, among others perhaps, was erased. */
  isErased(facts: readonly StoredHit[]): boolean
  /** Whose hit the facts make, with the user that its session was linked to; '' for nobody's. @param at only by links up to this moment, ms since 1970 */
  userOf(facts: readonly StoredHit[], at?: number): string
  /** Whether a fact, or what it says with others, was erased, as far as it can be told from these fields. */
  erases(fact: PersonalFields): boolean
  /** Whether this very hit was erased. */
  hasErased(hit: Pick<StoredHit, 'day' | 'id'>): boolean
  /** Whether a link says whose session it is. */
  isLinked(session: string): boolean
  /** Who has the session's anonymous hits by a link; '' for nobody. */
  linkedUser(session: string): string
  /** The sessions that count as the user's by a link. */
  linkedSessions(user: string): string[]
  /** Whether an erasure covers the person that the link names: it may be forgotten. */
  isDead(link: Link): boolean
  /** Hits before this moment may be pruned, by whether they name a user; ms since 1970, -Infinity if nothing is. */
  readonly pruningEnds: PruningEnds
  /** Whether a pruning may have taken a fact, as far as it can be told from these fields. */
  mayBePruned(fact: Pick<StoredHit, 'time' | 'user'>): boolean
  readonly hasErasures: boolean
  /** How many links lead to users of whom something was erased: each may show that a hit was theirs, also one that comes after the erasure. */
  readonly disownings: number
  /** These links. */
  disowningLinks(): Link[]
  /** The same as it stands now. */
  copy(): Marks
}

/** What names a person. */
export type PersonalFields = Pick<StoredHit, 'day' | 'id' | 'time' | 'user' | 'session' | 'visitor'>

/** Hashes are kept while there are no more than this of them. */
const maxHashes = 100_000

/** @param from marks to begin with */
export function createMarks(from?: { links: Iterable<Link>; erasures: Iterable<Erasure>; prunings: Iterable<Pruning> }): Marks {
  const links = new Map<string, readonly Link[]>()
  const sessionsOf = new Map<string, Set<string>>()
  const erasures: Erasure[] = []
  const prunings: Pruning[] = []
  /** Ids by home day. */
  const erasedHits = new Map<string, Set<string>>()
  /** Until when a person is erased, by hash. Apart by kind: where no visitor was erased, none has to be hashed. */
  const erasedUntil: Record<Erasure['kind'], Map<string, number>> = { user: new Map(), session: new Map(), visitor: new Map() }
  /** Until when the anonymous hits of a session are, because they were an erased user's. */
  const disownedUntil = new Map<string, number>()
  /** Undefined until it is counted anew. */
  let disownings: number | undefined = 0
  const hashes = new Map<string, string>()
  let ends: PruningEnds = { anonymous: -Infinity, authenticated: -Infinity }

  const marks: Marks = {
    addLink(link) {
      const known = links.get(link.session) ?? []
      if (known.some(({ user, time }) => user === link.user && time === link.time)) return
      links.set(link.session, [...known, link].toSorted(byAge))
      const sessions = sessionsOf.get(link.user) ?? new Set()
      sessionsOf.set(link.user, sessions.add(link.session))
      if (disownings !== undefined && isErasedUser(link.user)) disownings++
    },
    knowsLink: (link) =>
      links.get(link.session)?.some((known) => known.user === link.user && known.time <= link.time && !isDead(known)) === true,
    addErasure(erasure) {
      erasures.push(erasure)
      if (erasure.kind === 'user') disownings = undefined
      // Some name hits only.
      if (erasure.hash !== '') raise(erasedUntil[erasure.kind], erasure.hash, erasure.time)
      for (const session of erasure.sessions) raise(disownedUntil, session, erasure.time)
      for (const name of erasure.hits) addName(erasedHits, name)
    },
    addPruning(pruning) {
      prunings.push(pruning)
      ends = latestEnds(prunings)
    },
    read(facts) {
      const left = keepUnpruned(facts)
      if (left.length === 0 || isErased(left)) return undefined
      return resolve(mergeFacts(left))
    },
    keep(facts) {
      const left = keepUnpruned(facts)
      return left.length > 0 && isErased(left) ? [] : left
    },
    isTaken(facts, pruning) {
      const left = keepUnpruned(facts)
      return prunePart(left, pruning) !== left
    },
    isErased: (facts) => isErased(keepUnpruned(facts)),
    userOf: (facts, at) => resolve(mergeFacts(facts), at).user,
    erases,
    hasErased: (hit) => erasedHits.get(hit.day)?.has(hit.id) === true,
    linkedSessions: (user) => [...(sessionsOf.get(user) ?? [])].filter((session) => linkOf(session)?.user === user),
    linkedUser: (session) => linkOf(session)?.user ?? '',
    isLinked: (session) => linkOf(session) !== undefined,
    isDead,
    get pruningEnds() {
      return ends
    },
    mayBePruned,
    get hasErasures() {
      return erasures.length > 0
    },
    get disownings() {
      disownings ??= disowningLinks().length
      return disownings
    },
    disowningLinks,
    copy: () => createMarks({ links: [...links.values()].flat(), erasures, prunings }),
  }
  for (const link of from?.links ?? []) marks.addLink(link)
  for (const erasure of from?.erasures ?? []) marks.addErasure(erasure)
  for (const pruning of from?.prunings ?? []) marks.addPruning(pruning)
  return marks

  /** @param at only links up to this moment, ms since 1970 */
  function linkOf(session: string, at = Infinity): Link | undefined {
    return links.get(session)?.find((link) => link.time <= at && !isDead(link))
  }

  function resolve(hit: StoredHit, at?: number): StoredHit {
    if (hit.user !== '' || hit.session === '') return hit
    const user = linkOf(hit.session, at)?.user
    return user === undefined ? hit : { ...hit, user }
  }

  function mayBePruned({ time, user }: Pick<StoredHit, 'time' | 'user'>): boolean {
    return time < (user === '' ? ends.anonymous : ends.authenticated)
  }

  /** Without what a pruning took. It is judged by what was known then, so that whoever asks later gets the same answer. */
  function keepUnpruned(facts: readonly StoredHit[]): readonly StoredHit[] {
    if (!facts.some(mayBePruned)) return facts
    return prunings.reduce(prunePart, facts)
  }

  function prunePart(facts: readonly StoredHit[], pruning: Pruning): readonly StoredHit[] {
    const known = facts.filter(({ received }) => received <= pruning.at)
    if (known.length === 0 || !isExpired(resolve(mergeFacts(known), pruning.at), pruning)) return facts
    return facts.filter(({ received }) => received > pruning.at)
  }

  /** Any fact that counts will do: a hit of which somebody says that it was the person's is not kept under another's name. */
  function isErased(facts: readonly StoredHit[]): boolean {
    if (erasures.length === 0 || facts.length === 0) return false
    const union = facts.length === 1 ? facts : facts.reduce<StoredHit[]>(addFact, [])
    return union.some(erases) || (union.length > 1 && erases(mergeFacts(union)))
  }

  function erases(fact: PersonalFields): boolean {
    if (erasures.length === 0) return false
    if (marks.hasErased(fact)) return true
    const { time, user, session, visitor } = fact
    if (isPast('visitor', visitor, time) || isPast('session', session, time)) return true
    if (user !== '') return isPast('user', user, time)
    if (session === '') return false
    if (isPast('session', session, time, disownedUntil)) return true
    return isDisowned(session, time)
  }

  /** Whether whoever an anonymous hit of the session counts as was erased. A link that is dead yields to the next one. */
  function isDisowned(session: string, time: number): boolean {
    for (const link of links.get(session) ?? []) {
      if (isPast('user', link.user, time)) return true
      if (!isDead(link)) return false
    }
    return false
  }

  function isPast(kind: Erasure['kind'], value: string, time: number, until: ReadonlyMap<string, number> = erasedUntil[kind]): boolean {
    return value !== '' && until.size > 0 && time <= (until.get(hashOf(kind, value)) ?? -Infinity)
  }

  function disowningLinks(): Link[] {
    return disownings === 0 ? [] : [...links.values()].flat().filter(({ user }) => isErasedUser(user))
  }

  function isErasedUser(user: string): boolean {
    return erasedUntil.user.size > 0 && erasedUntil.user.has(hashOf('user', user))
  }

  function isDead(link: Link): boolean {
    if (erasures.length === 0) return false
    return isPast('user', link.user, link.time) || isPast('session', link.session, link.time)
  }

  function hashOf(kind: Erasure['kind'], value: string): string {
    const name = `${kind} ${value}`
    const known = hashes.get(name)
    if (known !== undefined) return known
    const hash = hashPerson(kind, value)
    if (hashes.size >= maxHashes) hashes.clear()
    hashes.set(name, hash)
    return hash
  }
}

/** @param name as `nameHit` says */
function addName(names: Map<string, Set<string>>, name: string): void {
  const end = name.indexOf(' ')
  const day = name.slice(0, end)
  const ids = names.get(day)
  if (ids === undefined) names.set(day, new Set([name.slice(end + 1)]))
  else ids.add(name.slice(end + 1))
}

function raise(until: Map<string, number>, hash: string, time: number): void {
  until.set(hash, Math.max(time, until.get(hash) ?? -Infinity))
}

/** Of two links of one session the first counts. */
function byAge(a: Link, b: Link): number {
  return a.time - b.time || (a.user < b.user ? -1 : 1)
}
