import { hashPerson, nameHit, type Erasure } from '../erasure.ts'
import type { FactSet } from '../factSet.ts'
import type { StoredHit } from '../hit.ts'
import { createMarks, type Marks } from '../marks.ts'
import { addFact } from '../merge.ts'
import type { Link } from '../store.ts'
import type { SiteState } from '../siteMemory.ts'

export interface Purge {
  left: SiteState
  /** Whether something goes that somebody wants to be gone. */
  urgent: boolean
}

/**
 * What is left of a site without erased persons, pruned hits and facts that count for nothing. It answers everything as
 * before: what made the rest of a person unwelcome is kept as hashes and names of hits.
 */
export function purge(state: Readonly<SiteState>): Purge {
  const marks = createMarks(state)
  const { facts, erased, dropped } = keepFacts(state.facts, marks)
  const [links, dead] = [state.links.filter((link) => !marks.isDead(link)), state.links.filter(marks.isDead)]
  const erasures = disown(nameHits(state.erasures, erased), dead, links)
  return { left: { facts, links, erasures, prunings: state.prunings }, urgent: dropped > 0 || dead.length > 0 }
}

interface KeptFacts {
  facts: FactSet
  /** Names of hits that go because their person was erased. */
  erased: string[]
  /** Facts that were erased or pruned. */
  dropped: number
}

function keepFacts(all: FactSet, marks: Marks): KeptFacts {
  const kept: KeptFacts = { facts: new Map(), erased: [], dropped: 0 }
  for (const [day, its] of all) {
    const left = new Map<string, readonly StoredHit[]>()
    for (const [id, facts] of its) {
      const those = marks.keep(facts)
      kept.dropped += facts.length - those.length
      if (those.length > 0) left.set(id, those.reduce<StoredHit[]>(addFact, []))
      else if (marks.isErased(facts)) kept.erased.push(nameHit({ day, id }))
    }
    if (left.size > 0) kept.facts.set(day, left)
  }
  return kept
}

/** A hit that came after the erasure may come once more, and not name its person then. */
function nameHits(erasures: readonly Erasure[], names: readonly string[]): Erasure[] {
  const [first, ...rest] = erasures
  return first === undefined ? [] : [{ ...first, hits: [...new Set([...first.hits, ...names])] }, ...rest]
}

/**
 * A link that came after the erasure of its user has made hits of its session the user's: they stay gone without it.
 * Not where a living link comes before it: then the session is somebody else's.
 */
export function disown(erasures: readonly Erasure[], dead: readonly Link[], living: readonly Link[]): Erasure[] {
  const lost = dead.filter((link) => !living.some(({ session, time }) => session === link.session && time < link.time))
  return erasures.map((erasure) => {
    const its = lost.filter(({ user }) => erasure.kind === 'user' && erasure.hash === hashPerson('user', user))
    const sessions = new Set([...erasure.sessions, ...its.map(({ session }) => hashPerson('session', session))])
    return Object.assign({}, erasure, { sessions: [...sessions] })
  })
}
