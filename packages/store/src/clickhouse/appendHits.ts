import { groupBy } from '../groupBy.ts'
import type { StoredHit } from '../hit.ts'
import { createMarks } from '../marks.ts'
import { firstReceived } from '../merge.ts'
import type { AppendOutcome } from '../store.ts'
import type { SqlClient } from './client.ts'
import { createDeletion } from './deletion.ts'
import { encodeFact } from './factRow.ts'
import { createParams } from './params.ts'
import { inParts, nameOf, namesCondition, readFacts } from './readFacts.ts'
import type { SchemaPlace } from './schema.ts'
import { readLinks, type MarksReader, type SiteMarks } from './siteMarks.ts'

export interface Appending {
  client: SqlClient
  place: SchemaPlace
  reader: MarksReader
  now(): number
}

/** What the tables have of a hit: by origin when its fact was received, ms since 1970; undefined of one that was erased. */
type Held = ReadonlyMap<string, number> | undefined

/**
 * Inserts hits, and answers once they are on disk what became of each.
 *
 * Whoever erases or prunes writes down first what it takes and then looks for hits; here hits are inserted first, and then it is
 * looked what was written down meanwhile. So one of the two sees the other.
 */
export async function appendHits(appending: Appending, hits: readonly StoredHit[]): Promise<AppendOutcome[]> {
  const { client, place, reader } = appending
  const bySite = groupBy(hits, ({ site }) => site)
  const sites = [...bySite.keys()]
  const before = await reader.read(sites)
  const outcomes = new Map<StoredHit, AppendOutcome>()
  const news: StoredHit[] = []
  for (const [site, its] of bySite) {
    const held = await readHeld(appending, site, its, before.get(site)!.erasures.length > 0)
    for (const [hit, outcome] of settle(its, held)) outcomes.set(hit, outcome)
    const fresh = newFacts(its, held)
    const taken = await takenBy(appending, site, before.get(site)!, fresh)
    if (taken.erased.length > 0) await nameErased(appending, site, taken.erased)
    const gone = new Set([...taken.erased, ...taken.pruned].map(nameOf))
    news.push(...fresh.filter((hit) => !gone.has(nameOf(hit))))
  }
  if (news.length > 0) {
    await client.insert(place.tables.facts, news.map((hit) => encodeFact(hit)))
    await deleteTaken(appending, news, before)
  }
  return hits.map((hit) => outcomes.get(hit)!)
}

/** What was said while hits were inserted holds for them as well. */
async function deleteTaken(appending: Appending, news: readonly StoredHit[], before: ReadonlyMap<string, SiteMarks>): Promise<void> {
  const bySite = groupBy(news, ({ site }) => site)
  const after = await appending.reader.read([...bySite.keys()])
  for (const [site, its] of bySite) {
    if (after.get(site)!.stamp === before.get(site)!.stamp) continue
    const { erased, pruned } = await takenBy(appending, site, after.get(site)!, its, true)
    if (erased.length > 0) await nameErased(appending, site, erased)
    const deletion = createDeletion(appending.client, appending.place, appending.now())
    await deletion.addHits(site, pruned)
    if (pruned.length > 0) await deletion.run(site)
  }
}

async function readHeld({ client, place: { tables } }: Appending, site: string, hits: readonly StoredHit[], hasErasures: boolean): Promise<Map<string, Held>> {
  const held = new Map<string, Map<string, number> | undefined>()
  for (const some of inParts(hits)) {
    const params = createParams()
    const which = namesCondition(params, site, some)
    const erased = `UNION ALL SELECT day, id, '' AS origin, toInt64(0) AS received FROM ${tables.erasedHits} WHERE ${which}`
    const sql = `SELECT day, id, toString(origin) AS origin, min(facts.received) AS received FROM ${tables.facts} AS facts WHERE ${which} GROUP BY day, id, origin ${hasErasures ? erased : ''}`
    const rows = await client.rows<{ day: string; id: string; origin: string; received: number }>(sql, params)
    for (const row of rows) {
      const name = nameOf(row)
      if (row.origin === '') held.set(name, undefined)
      else if (!held.has(name)) held.set(name, new Map([[row.origin, row.received]]))
      else held.get(name)?.set(row.origin, row.received)
    }
  }
  return held
}

function* settle(hits: readonly StoredHit[], held: ReadonlyMap<string, Held>): Generator<[StoredHit, AppendOutcome]> {
  const seen = new Set(held.keys())
  for (const hit of hits) {
    yield [hit, seen.has(nameOf(hit)) ? 'duplicate' : 'stored']
    seen.add(nameOf(hit))
  }
}

/** What adds something to the tables: of several facts of one id and origin the one that counts. */
function newFacts(hits: readonly StoredHit[], held: ReadonlyMap<string, Held>): StoredHit[] {
  const facts = new Map<string, StoredHit>()
  for (const hit of hits) {
    const name = nameOf(hit)
    if (held.has(name)) {
      const origins = held.get(name)
      if (origins === undefined || (origins.get(hit.origin) ?? Infinity) <= hit.received) continue
    }
    const key = `${hit.origin} ${name}`
    const known = facts.get(key)
    facts.set(key, known === undefined ? hit : firstReceived(known, hit))
  }
  return [...facts.values()]
}

/** Which of the hits an erasure or a pruning takes, with all that the tables have of them. @param stored whether they are in the tables */
async function takenBy(appending: Appending, site: string, { erasures, prunings, marks }: SiteMarks, facts: readonly StoredHit[], stored = false): Promise<{ erased: StoredHit[]; pruned: StoredHit[] }> {
  const latest = prunings.reduce((at, pruning) => Math.max(at, pruning.at), -Infinity)
  const doubtful = facts.filter((fact) => marks.hasErasures || (fact.received <= latest && marks.mayBePruned({ time: fact.time, user: '' })))
  const [erased, pruned]: [StoredHit[], StoredHit[]] = [[], []]
  if (doubtful.length === 0) return { erased, pruned }
  const { client, place } = appending
  const sessions = [...new Set(doubtful.flatMap(({ user, session }) => (user === '' && session !== '' ? [session] : [])))]
  const known = await readFacts(client, place.tables, site, doubtful)
  const links = (await Promise.all([...inParts(sessions)].map((some) => readLinks(client, place.tables, site, { sessions: some })))).flat()
  const all = createMarks({ links, erasures, prunings })
  for (const fact of doubtful) {
    const its = stored ? known.get(nameOf(fact))! : [...(known.get(nameOf(fact)) ?? []), fact]
    if (its === undefined) continue
    if (all.isErased(its)) erased.push(fact)
    else if (!all.keep(its).includes(stored ? its.find(({ origin }) => origin === fact.origin)! : fact)) pruned.push(fact)
  }
  return { erased, pruned }
}

/** Deletes hits of persons who were erased before, and notes them: another origin may tell of them later, without the person's name. */
export async function nameErased({ client, place, now }: Appending, site: string, hits: readonly Pick<StoredHit, 'day' | 'id'>[]): Promise<void> {
  await client.insert(place.tables.erasedHits, hits.map(({ day, id }) => ({ site, day, id })))
  const deletion = createDeletion(client, place, now())
  await deletion.addHits(site, hits)
  await deletion.run(site)
}
