import { hashPerson, reportErased, subjectOf, type Erasure } from '../erasure.ts'
import type { StoredHit } from '../hit.ts'
import { createMarks } from '../marks.ts'
import { mergeFacts } from '../merge.ts'
import type { EraseReport, Link, Subject } from '../store.ts'
import type { Appending } from './appendHits.ts'
import { createDeletion, waited } from './deletion.ts'
import { createParams, type Params } from './params.ts'
import { inParts, readFactsWhere } from './readFacts.ts'
import { onCluster } from './schema.ts'
import { finishErasure, readErasures, readLinks, writeErasure, type ErasureRow } from './siteMarks.ts'

/** Deletes what a person's hits are known by up to now, and answers when it is gone from the tables. */
export async function erasePerson(erasing: Appending, subject: Subject, dryRun: boolean): Promise<EraseReport> {
  const { client, place, now } = erasing
  const { kind, value } = subjectOf(subject)
  const plan = async (time: number): Promise<Omit<Erasure, 'hits'>> => ({ kind, hash: hashPerson(kind, value), time, sessions: await sessionsOf(erasing, subject.site, kind, value) })
  const planned = await plan(now())
  if (dryRun) return reportErased(await findGone(erasing, subject.site, planned, value))
  // From here on nothing that is appended can slip through: see appendHits.
  const rows = [await writeErasure(client, place.tables, subject.site, planned)]
  if (kind === 'session') rows.push(...(await keepUsers(erasing, subject.site, value, planned.time)))
  // Somebody may have logged in while it was written.
  const later = await plan(planned.time)
  const more = later.sessions.filter((session) => !planned.sessions.includes(session))
  if (more.length > 0) rows.push(await writeErasure(client, place.tables, subject.site, { ...planned, sessions: more }))
  const gone = await findGone(erasing, subject.site, later, value)
  await deletePerson(erasing, subject.site, later, gone, value)
  for (const row of rows) await finishErasure(client, place.tables, row)
  return reportErased(gone)
}

/** Takes over an erasure that was made elsewhere. */
export async function eraseByHash(erasing: Appending, site: string, erasure: Omit<Erasure, 'hits'>): Promise<void> {
  const row = await writeErasure(erasing.client, erasing.place.tables, site, erasure)
  await carryOut(erasing, site, row)
}

/** Does what is left to do of erasures whose process was killed, or could not go on. @returns how many */
export async function finishErasures(erasing: Appending, site: string): Promise<number> {
  const { client, place } = erasing
  const open = await readErasures(client, place.tables, site, true)
  for (const row of open) await carryOut(erasing, site, row)
  return open.length
}

async function carryOut(erasing: Appending, site: string, row: ErasureRow): Promise<void> {
  const erasure = eraseAgain(row)
  await deletePerson(erasing, site, erasure, await findGone(erasing, site, erasure))
  await finishErasure(erasing.client, erasing.place.tables, row)
}

function eraseAgain({ kind, hash, time, sessions }: ErasureRow): Omit<Erasure, 'hits'> {
  return { kind, hash, time, sessions }
}

/**
 * Whose an erased session was: the links go, and by hash it is still known, should the user be erased too. Then what the session
 * sent on is the user's as well.
 */
async function keepUsers({ client, place }: Appending, site: string, session: string, until: number): Promise<ErasureRow[]> {
  const links = await readLinks(client, place.tables, site, { sessions: [session] })
  const users = new Set(links.flatMap(({ user, time }) => (time <= until ? [user] : [])))
  // An erasure of nothing, but of the session's name.
  const kept = { kind: 'user' as const, time: 0, sessions: [hashPerson('session', session)] }
  return Promise.all(Array.from(users, (user) => writeErasure(client, place.tables, site, { ...kept, hash: hashPerson('user', user) })))
}

/** The sessions that count as a user's by a link, also by one that an erasure has ended, as erasures name them. */
async function sessionsOf({ client, place }: Appending, site: string, kind: Erasure['kind'], user: string): Promise<string[]> {
  if (kind !== 'user') return []
  const theirs = await readLinks(client, place.tables, site, { user })
  const sessions = [...new Set(theirs.map(({ session }) => session))]
  const links: Link[] = []
  for (const some of inParts(sessions)) links.push(...(await readLinks(client, place.tables, site, { sessions: some })))
  const linked = createMarks({ links, erasures: [], prunings: [] }).linkedSessions(user).map((session) => hashPerson('session', session))
  const hash = hashPerson('user', user)
  const ended = (await readErasures(client, place.tables, site)).filter((erasure) => erasure.kind === 'user' && erasure.hash === hash)
  return [...new Set([...linked, ...ended.flatMap((erasure) => erasure.sessions)])]
}

/** The hits that an erasure takes. @param value whom it names; without it hashes are looked for, which takes longer */
async function findGone({ client, place: { tables } }: Appending, site: string, erasure: Omit<Erasure, 'hits'>, value?: string): Promise<StoredHit[]> {
  const marks = createMarks({ links: [], erasures: [{ ...erasure, hits: [] }], prunings: [] })
  const params = createParams()
  const facts = await readFactsWhere(client, tables, params, site, namesPerson(params, erasure, value))
  return [...facts.values()].filter((its) => marks.isErased(its)).map(mergeFacts)
}

/** A condition on facts: whether one may be the person's. */
function namesPerson(params: Params, { kind, hash, sessions }: Omit<Erasure, 'hits'>, value?: string): string {
  const named = value === undefined ? `${hashSql(kind, kind)} = ${params.add('String', hash)}` : `${kind} = ${params.add('String', value)}`
  if (sessions.length === 0) return named
  return `${named} OR (user = '' AND session != '' AND ${hashSql('session', 'session')} IN ${params.add('Array(String)', sessions)})`
}

/** As `hashPerson` has it. */
function hashSql(kind: Erasure['kind'], column: string): string {
  return `lower(hex(SHA256(concat('${kind} ', ${column}))))`
}

async function deletePerson(erasing: Appending, site: string, erasure: Omit<Erasure, 'hits'>, gone: readonly StoredHit[], value?: string): Promise<void> {
  const { client, place, now } = erasing
  const { tables, cluster } = place
  // Others may tell of the same hits later, without the person's name.
  for (const some of inParts(gone)) await client.insert(tables.erasedHits, some.map(({ day, id }) => ({ site, day, id })))
  const deletion = createDeletion(client, place, now())
  await deletion.addHits(site, gone)
  const params = createParams()
  // Also facts that do not count beside an earlier one of their origin.
  const also = `((${namesPerson(params, { ...erasure, sessions: [] }, value)}) AND time <= ${params.add('Int64', erasure.time)})`
  await deletion.run(site, { params, also })
  if (erasure.kind === 'visitor') return
  const dead = createParams()
  const which = `site = ${dead.add('String', site)} AND time <= ${dead.add('Int64', erasure.time)} AND ${namesPerson(dead, { ...erasure, sessions: [] }, value)}`
  const [row] = await client.rows<{ links: number }>(`SELECT count() AS links FROM ${tables.links} WHERE ${which}`, dead)
  if (row!.links > 0) await client.command(`ALTER TABLE ${tables.local('links')}${onCluster(cluster)} DELETE WHERE ${which}`, dead, { ...waited })
}
