import { compareText } from './byTime.ts'
import { hashPerson, nameHit, reportErased, subjectOf, type Erasure } from './erasure.ts'
import { addToSet, readDay, type FactSet } from './factSet.ts'
import type { StoredHit } from './hit.ts'
import { checkLink, checkSite } from './keys.ts'
import { listHits } from './listHits.ts'
import { createMarks } from './marks.ts'
import { firstReceived } from './merge.ts'
import { addToReport, afterAll, createPruning, type Pruning } from './pruning.ts'
import type { AppendOutcome, EraseReport, Link, PruneReport, RetentionPolicy, Subject } from './store.ts'

/** All that was said of a site: what a store has to keep. */
export interface SiteState {
  facts: FactSet
  links: Link[]
  erasures: Erasure[]
  prunings: Pruning[]
}

/**
 * One site in memory, with the meaning that `createReferenceStore` gives to it: what a store of one's own can be built
 * on. `plan…` says what to write down; `add…` takes it once it is durable, and what was read at the start.
 */
export interface SiteMemory {
  readonly state: Readonly<SiteState>
  /** False if to add the hit would change nothing, now or later. */
  changes(hit: StoredHit): boolean
  /** What becomes of the hit when it is added. */
  outcomeOf(hit: StoredHit): AppendOutcome
  addHit(hit: StoredHit): AppendOutcome
  /** Whether the link would change nothing. @throws RangeError unless the link names a session and a user */
  knowsLink(link: Link): boolean
  /** False if the link changes nothing as yet: an erasure that is read later may end the one before it. */
  addLink(link: Link): boolean
  /** @param time the store's clock, ms since 1970 */
  planErasure(subject: Subject, time: number): { erasure: Erasure; report: EraseReport }
  addErasure(erasure: Erasure): void
  /** @param now of the policy @param at the store's clock, both ms since 1970 */
  planPruning(policy: RetentionPolicy, now: number, at: number): { pruning: Pruning; report: PruneReport }
  addPruning(pruning: Pruning): void
  /** The hits that may be shown, a home day at a time and in order. @param range leaves out days that have none of it, ms since 1970 */
  days(range?: { from?: number | undefined; to?: number | undefined }): StoredHit[][]
  /** The same in one. */
  hits(range?: { from?: number | undefined; to?: number | undefined }): StoredHit[]
}

/** A home day begins and ends less than this from the same day in UTC: two days in ms. */
const slack = 2 * 86_400_000

/**
 * @param from what was said already
 * @throws RangeError for a bad site id
 */
export function createSiteMemory(site: string, from?: Readonly<SiteState>): SiteMemory {
  checkSite(site)
  const state: SiteState = { facts: new Map(), links: [], erasures: [], prunings: [], ...from }
  const { facts, links, erasures, prunings } = state
  const marks = createMarks(state)
  const factsOf = ({ day, id }: StoredHit) => facts.get(day)?.get(id) ?? []

  const memory: SiteMemory = {
    state,
    changes(hit) {
      if (marks.hasErased(hit)) return false
      // One that was pruned makes room for another.
      const known = marks.keep(factsOf(hit)).filter(({ origin }) => origin === hit.origin)
      return !known.some((fact) => firstReceived(fact, hit) === fact)
    },
    outcomeOf: (hit) => (marks.keep(factsOf(hit)).length > 0 || marks.hasErased(hit) ? 'duplicate' : 'stored'),
    addHit(hit) {
      const outcome = memory.outcomeOf(hit)
      // A copy, so that nobody changes ours. Also what counts for nothing: it is to be found when it must be deleted.
      addToSet(facts, { ...hit })
      return outcome
    },
    knowsLink(link) {
      checkLink(link)
      return marks.knowsLink(link)
    },
    addLink(link) {
      checkLink(link)
      const isNew = !marks.knowsLink(link)
      links.push(link)
      marks.addLink(link)
      return isNew
    },
    planErasure(subject, time) {
      const { kind, value } = subjectOf(subject)
      const sessions = kind === 'user' ? marks.linkedSessions(value).map((session) => hashPerson('session', session)) : []
      const erasure: Erasure = { kind, hash: hashPerson(kind, value), time, sessions, hits: [] }
      const then = marks.copy()
      then.addErasure(erasure)
      const gone = memory.hits().filter((hit) => then.read(factsOf(hit)) === undefined)
      return { erasure: { ...erasure, hits: gone.map(nameHit) }, report: reportErased(gone) }
    },
    addErasure(erasure) {
      erasures.push(erasure)
      marks.addErasure(erasure)
    },
    planPruning(policy, now, at) {
      const hits = memory.hits()
      const newest = policy.newest === undefined ? undefined : listHits(hits, { site, limit: policy.newest })
      const oldest = newest && newest.length < hits.length ? (newest.at(-1) ?? afterAll) : undefined
      const pruning = createPruning(policy, now, at, oldest)
      const report = { anonymous: 0, authenticated: 0, others: 0 }
      addToReport(report, hits, pruning)
      return { pruning, report }
    },
    addPruning(pruning) {
      prunings.push(pruning)
      marks.addPruning(pruning)
    },
    days({ from = -Infinity, to = Infinity } = {}) {
      const [first, last] = [utcDay(from - slack), utcDay(to + slack)]
      const within = [...facts].filter(([day]) => day >= first && day <= last)
      return within.toSorted(([a], [b]) => compareText(a, b)).map(([, its]) => readDay(its, marks))
    },
    hits: (range) => memory.days(range).flat(),
  }
  return memory
}

/** `YYYY-MM-DD`, or what sorts before or behind all of these. @param time ms since 1970 */
function utcDay(time: number): string {
  if (time < 0) return ''
  return time < Date.UTC(9999, 0) ? new Date(time).toISOString().slice(0, 10) : '~'
}
