import type { Erasure } from '../erasure.ts'
import type { Pruning } from '../pruning.ts'
import type { Link } from '../store.ts'
import type { SiteMarks } from './portable.ts'

/** What marks say that others do not, so that to take them over twice adds nothing. */
export function missingMarks(known: SiteMarks, given: SiteMarks): SiteMarks {
  const links = new Set(known.links.map(nameLink))
  const prunings = new Set(known.prunings.map(namePruning))
  return {
    links: once(given.links, nameLink).filter((link) => !links.has(nameLink(link))),
    erasures: missingErasures(known.erasures, given.erasures),
    prunings: once(given.prunings, namePruning).filter((pruning) => !prunings.has(namePruning(pruning))),
  }
}

/** Two erasures may differ in no more than which hits of the person had arrived: then only the rest of it is said. */
function missingErasures(known: readonly Erasure[], given: readonly Erasure[]): Erasure[] {
  const said = new Set(known.flatMap(wordsOf))
  return given.flatMap((erasure) => {
    const news = new Set(wordsOf(erasure).filter((word) => !said.has(word)))
    if (news.size === 0) return []
    for (const word of news) said.add(word)
    const sessions = erasure.sessions.filter((session) => news.has(wordOfSession(session, erasure.time)))
    const hits = erasure.hits.filter((hit) => news.has(wordOfHit(hit)))
    return [Object.assign({}, erasure, { sessions, hits })]
  })
}

/** What an erasure says, a word for each thing. Some name hits only. */
function wordsOf(erasure: Erasure): string[] {
  const { time, sessions, hits } = erasure
  return [...(erasure.hash === '' ? [] : [wordOfPerson(erasure)]), ...sessions.map((session) => wordOfSession(session, time)), ...hits.map(wordOfHit)]
}

const wordOfPerson = ({ kind, hash, time }: Erasure): string => `${kind} ${hash} ${time}`
const wordOfSession = (session: string, time: number): string => `of a user ${session} ${time}`
const wordOfHit = (name: string): string => `hit ${name}`

function nameLink({ session, user, time }: Link): string {
  return JSON.stringify([session, user, time])
}

function namePruning({ at, anonymous, authenticated, oldest }: Pruning): string {
  return JSON.stringify([at, anonymous, authenticated, oldest && [oldest.time, oldest.id]])
}

function once<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [nameOf(item), item])).values()]
}
