import type { Values } from '@treadlight/store'
import { eraseNow, isErasing } from '../eraseNow.ts'
import { eraseSentence, listWaiting } from '../eraseSentence.ts'
import { countWaiting, createOutboxEraser, findTheirs } from '../forwarding/eraseWaiting.ts'
import type { Forwarding } from '../forwarding/forwarding.ts'
import type { AnyStore } from '../openStore.ts'
import type { Peers } from '../peers.ts'
import { namePerson, personKinds, readPerson, subjectOf, type Person } from '../persons/person.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { accessOf } from './access.ts'
import { readJson } from './readJson.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed } from './siteOfQuery.ts'

export interface EraseRoutesOptions {
  store: AnyStore
  values: Values
  sites: Sites
  forwarding: Forwarding | undefined
  /** The other workers: what they have in memory has to go too. */
  peers: Peers
  /** Makes this process forget what it remembers of persons beside the hits. */
  forget: () => void
  /** ms since 1970. */
  now: () => number
  onError: (error: unknown) => void
}

const known: readonly string[] = ['site_id', ...personKinds, 'dry_run']

const later = 'That is in force now: they are in no answer and no export any more. Their bytes leave the storage within half an hour, with upkeep; ask again then, and this says whether they are gone.'

/**
 * `POST /api/erase { site_id, user | session | visitor, dry_run }`: how many hits of a person would go, or goes ahead. By the same code
 * as `treadlight erase`.
 */
export function addEraseRoutes(routes: Routes, { store, values, sites, forwarding, peers, forget, now, onError }: EraseRoutesOptions): void {
  const outbox = forwarding ?? createOutboxEraser(values)
  peers.onAsked('erased', async () => {
    forget()
    await forwarding?.applyErasures()
    return true
  })

  routes.add('POST', '/api/erase', 'owner', async (event) => {
    const asked = readRequest(await readJson(event))
    if (typeof asked === 'string') return failure(400, asked)
    const site = await siteNamed(sites, event, asked.site)
    if (site instanceof Response) return site
    const { person, dryRun } = asked
    const answer = { site_id: site.id, person, dry_run: dryRun, ...(dryRun ? await foretell(site, person) : await erase(site, person)) }
    return json(dryRun ? answer : { ...answer, erased_at: new Date(now()).toISOString(), erased_by: accessOf(event).name })
  })

  async function foretell(site: Site, person: Person): Promise<object> {
    const subject = subjectOf(site.id, person)
    const waiting = await countWaiting(values, site.id, await findTheirs(store, subject))
    const report = await store.erase(subject, { dryRun: true })
    // Of an erasure before this one: what is stored now is in no erasure yet.
    const finished = report.erased === 0 && waiting.size === 0 && !(await isErasing(values, subject))
    const sentence = eraseSentence(wordsFor(site, person), { report, finished }, { dryRun: true, waiting, later })
    return { ...report, destinations: listWaiting(waiting), finished, sentence }
  }

  async function erase(site: Site, person: Person): Promise<object> {
    const subject = subjectOf(site.id, person)
    const waiting = await countWaiting(values, site.id, await findTheirs(store, subject))
    const done = await eraseNow(store, values, subject, outbox)
    forget()
    // What is not heard in time is done with the next round of upkeep, within a minute.
    await peers.ask('erased').catch(onError)
    const { report, finished, problem } = done
    const sentence = eraseSentence(wordsFor(site, person), done, { dryRun: false, waiting, later })
    return { ...report, destinations: listWaiting(waiting), finished, ...(problem !== undefined && { problem }), sentence }
  }
}

function wordsFor(site: Site, person: Person): string {
  return `${namePerson(person)} of site ${site.id}`
}

/** Who is to be erased; or what is wrong, beginning with the field. A mistyped `dry_run` must not erase anybody. */
function readRequest(body: Record<string, unknown> | undefined): { site: unknown; person: Person; dryRun: boolean } | string {
  if (body === undefined) return 'body: must be a JSON object'
  const stranger = Object.keys(body).find((name) => !known.includes(name))
  if (stranger !== undefined) return `${JSON.stringify(stranger.slice(0, 60))}: is no field; there are ${known.join(', ')}`
  const { site_id: site, dry_run: dryRun = false } = body
  if (typeof dryRun !== 'boolean') return 'dry_run: must be true or false'
  const person = readPerson(body)
  return typeof person === 'string' ? person : { site, person, dryRun }
}
