import { hashPerson, type Erasure } from '../erasure.ts'
import type { StoredHit } from '../hit.ts'
import { erasureOf } from '../portable/compareSites.ts'
import { missingMarks } from '../portable/missingMarks.ts'
import type { DayOfFacts, Portable, SiteMarks } from '../portable/portable.ts'
import type { Link } from '../store.ts'
import { nameErased, type Appending } from './appendHits.ts'
import { eraseByHash } from './erasePerson.ts'
import { decodeFact, type FactRow } from './factRow.ts'
import { identifySession } from './identifySession.ts'
import { createParams } from './params.ts'
import { applyPruning } from './pruneSite.ts'
import { inParts, nameOf, type HitName } from './readFacts.ts'
import { readErasures, readPrunings } from './siteMarks.ts'

/** Facts that are read, and handed over, at once. */
const factsAtOnce = 5000

/** What the store hands over to one of another kind, and takes over from it: marks are done at once, since none are read later. */
export function createPortable(appending: Appending): Omit<Portable, 'sites'> {
  return {
    marks: (site) => readMarks(appending, site),
    facts: (site, { day } = {}) => readDays(appending, site, day),
    async addMarks(site, given) {
      const known = await readMarks(appending, site)
      const { links, erasures, prunings } = missingMarks(known, given)
      for (const erasure of erasures) await addErasure(appending, site, erasure)
      await addLinks(appending, site, links, [...known.erasures, ...erasures])
      for (const pruning of prunings) await applyPruning(appending, site, pruning)
    },
  }
}

/** The hits that were erased stand in a table of their own: nobody knows any more by which erasure. */
async function readMarks({ client, place: { tables } }: Appending, site: string): Promise<SiteMarks> {
  const [links, named] = [createParams(), createParams()]
  const [linked, rows, prunings, hits] = await Promise.all([
    client.rows<Link>(`SELECT DISTINCT site, session, user, time FROM ${tables.links} WHERE site = ${links.add('String', site)}`, links),
    readErasures(client, tables, site),
    readPrunings(client, tables, site),
    client.rows<HitName>(`SELECT DISTINCT toString(day) AS day, id FROM ${tables.erasedHits} WHERE site = ${named.add('String', site)}`, named),
  ])
  const erasures = Array.from(rows, ({ kind, hash, time, sessions }): Erasure => ({ kind, hash, time, sessions, hits: [] }))
  return { links: linked, erasures: hits.length === 0 ? erasures : [...erasures, erasureOf(hits.map(nameOf))], prunings }
}

async function* readDays(appending: Appending, site: string, only: string | undefined): AsyncIterable<DayOfFacts> {
  for (const day of only === undefined ? await daysOf(appending, site) : [only]) {
    let last: StoredHit | undefined
    for (;;) {
      const facts = await readPiece(appending, site, day, last)
      if (facts.length > 0) yield { day, facts }
      if (facts.length < factsAtOnce) break
      last = facts.at(-1)
    }
  }
}

async function daysOf({ client, place: { tables } }: Appending, site: string): Promise<string[]> {
  const params = createParams()
  const rows = await client.rows<{ day: string }>(`SELECT DISTINCT toString(day) AS day FROM ${tables.facts} WHERE site = ${params.add('String', site)} ORDER BY day`, params)
  return rows.map(({ day }) => day)
}

/** The next facts of a day, in an order that stays the same. */
async function readPiece({ client, place: { tables } }: Appending, site: string, day: string, last: StoredHit | undefined): Promise<StoredHit[]> {
  const params = createParams()
  const conditions = [`site = ${params.add('String', site)}`, `day = ${params.add('Date', day)}`]
  // By the first of these the server finds the place.
  if (last !== undefined) conditions.push(`id >= ${params.add('String', last.id)}`, `(id, toString(origin)) > (${params.add('String', last.id)}, ${params.add('String', last.origin)})`)
  const sql = `SELECT * FROM ${tables.facts} FINAL WHERE ${conditions.join(' AND ')} ORDER BY id, toString(origin) LIMIT ${factsAtOnce}`
  return Array.from(await client.rows<FactRow>(sql, params), decodeFact)
}

async function addErasure(appending: Appending, site: string, erasure: Erasure): Promise<void> {
  if (erasure.hash !== '') await eraseByHash(appending, site, erasure)
  const names = Array.from(erasure.hits, (name): HitName => ({ day: name.slice(0, name.indexOf(' ')), id: name.slice(name.indexOf(' ') + 1) }))
  for (const some of inParts(names)) await nameErased(appending, site, some)
}

/** A link to somebody who was erased says more than whose a session is. */
async function addLinks(appending: Appending, site: string, links: readonly Link[], erasures: readonly Erasure[]): Promise<void> {
  const erased = new Set(erasures.map(({ kind, hash }) => `${kind} ${hash}`))
  const isDoubtful = ({ user, session }: Link) => erased.has(`user ${hashPerson('user', user)}`) || erased.has(`session ${hashPerson('session', session)}`)
  const plain = links.filter((link) => !isDoubtful(link))
  for (const some of inParts(plain)) await appending.client.insert(appending.place.tables.links, some.map(({ session, user, time }) => ({ site, session, user, time })))
  for (const link of links) if (isDoubtful(link)) await identifySession(appending, link)
}
