import { hashPerson } from '../erasure.ts'
import { createMarks } from '../marks.ts'
import type { Link } from '../store.ts'
import { nameErased, type Appending } from './appendHits.ts'
import { waited } from './deletion.ts'
import { createParams } from './params.ts'
import { readFactsWhere } from './readFacts.ts'
import { onCluster } from './schema.ts'
import { finishErasure, readLinks, writeErasure } from './siteMarks.ts'

/** Says whose a session is. False if that was known. */
export async function identifySession(identifying: Appending, link: Link): Promise<boolean> {
  const { client, place, reader } = identifying
  const { site, session, user, time } = link
  const known = await readLinks(client, place.tables, site, { sessions: [session] })
  if (known.some((each) => each.user === user && each.time <= time)) return false
  await client.insert(place.tables.links, [{ site, session, user, time }])
  // What was erased until now, also while it was written.
  const { erasures } = (await reader.read([site])).get(site)!
  if (erasures.length === 0) return true
  const marks = createMarks({ links: [...known, link], erasures, prunings: [] })
  const hash = hashPerson('user', user)
  const until = erasures.reduce((latest, each) => (each.kind === 'user' && each.hash === hash ? Math.max(latest, each.time) : latest), -Infinity)
  const isTheirs = until > 0 && marks.erases({ day: '', id: '', time: until, user: '', session, visitor: '' })
  if (isTheirs) await disown(identifying, link, until)
  if (marks.isDead(link)) await forget(identifying, link)
  return true
}

/** The session turns out to have been an erased user's: its anonymous hits until the erasure go, those to come too. */
async function disown(identifying: Appending, { site, session, user }: Link, until: number): Promise<void> {
  const { client, place } = identifying
  const { tables } = place
  const erasure = { kind: 'user' as const, hash: hashPerson('user', user), time: until, sessions: [hashPerson('session', session)] }
  const row = await writeErasure(client, tables, site, erasure)
  const params = createParams()
  const facts = await readFactsWhere(client, tables, params, site, `session = ${params.add('String', session)}`)
  const marks = createMarks({ links: [], erasures: [{ ...erasure, hits: [] }], prunings: [] })
  const gone = [...facts.values()].filter((its) => marks.isErased(its)).map(([first]) => first!)
  if (gone.length > 0) await nameErased(identifying, site, gone)
  await finishErasure(client, tables, row)
}

async function forget({ client, place: { tables, cluster } }: Appending, { site, session, user, time }: Link): Promise<void> {
  const params = createParams()
  const which = [
    `site = ${params.add('String', site)}`,
    `session = ${params.add('String', session)}`,
    `user = ${params.add('String', user)}`,
    `time = ${params.add('Int64', time)}`,
  ]
  await client.command(`ALTER TABLE ${tables.local('links')}${onCluster(cluster)} DELETE WHERE ${which.join(' AND ')}`, params, { ...waited })
}
