import type { StoredHit } from '../hit.ts'
import { checkLink, checkSite } from '../keys.ts'
import type { AppendOutcome, HitStore, PruneReport } from '../store.ts'
import type { Store } from '../createStore.ts'
import type { Portable } from '../portable/portable.ts'
import { answerSql } from './answerSql.ts'
import { appendHits, type Appending } from './appendHits.ts'
import { erasePerson } from './erasePerson.ts'
import { funnelSql } from './funnelSql.ts'
import { createGroupCommit } from './groupCommit.ts'
import { identifySession } from './identifySession.ts'
import { journeysSql } from './journeysSql.ts'
import { createListings } from './listings.ts'
import { migrate } from './migrations.ts'
import { openClient } from './openClient.ts'
import { createOpenDays } from './openDays.ts'
import { resolveOptions, type ClickhouseStoreOptions } from './options.ts'
import { createPortable } from './portable.ts'
import { pruneSite } from './pruneSite.ts'
import { createSharedRows } from './sharedRows.ts'
import { createMarksReader } from './siteMarks.ts'
import { createRowsFinder } from './siteRows.ts'
import { findSites } from './sites.ts'
import { createTables } from './tables.ts'
import { setRetention } from './timeToLive.ts'
import { lookAfter } from './upkeep.ts'

/** A store in ClickHouse. */
export type ClickhouseStore = HitStore & Portable & Pick<Store, 'countAbout'>

/**
 * Opens the store in a database of ClickHouse, and makes or migrates its tables. Any number of processes may have it open; they
 * share nothing but the database.
 *
 * A hit is stored once the server says that its row is on its disk, in a cluster on those of a quorum of replicas. What is
 * erased or pruned is deleted from the tables when the call answers.
 *
 * @throws Error naming the server and the remedy; also where a later version of treadlight has been at the database
 * @example
 * const store = await createClickhouseStore({ url: 'http://localhost:8123', username: 'treadlight', password })
 * await store.append(hits)
 */
export async function createClickhouseStore(options: ClickhouseStoreOptions): Promise<ClickhouseStore> {
  const settings = resolveOptions(options)
  const { now, cluster, pause, readOnly } = settings
  const place = { tables: createTables(settings.database, cluster), cluster }
  const client = await openClient(settings)
  const { tables } = place
  try {
    await migrate(client, place, settings)
    if (!readOnly) await setRetention(client, place, settings.retention)
  } catch (error) {
    await client.close()
    throw error
  }
  const shared: Appending = { client, place, reader: createMarksReader(client, tables), now }
  const queue = createGroupCommit<StoredHit, AppendOutcome>({ pause, maxWaiting: settings.maxWaitingHits, write: (hits) => appendHits(shared, hits) })
  const listings = createListings(client, tables)
  const portable = createPortable(shared)
  const askShared = createSharedRows(client)
  const openDays = createOpenDays(client, place, settings)
  const visits = { client, tables, withRows: createRowsFinder(client, tables, openDays) }
  let upkeep: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined

  return {
    durability: 'acknowledged',
    async append(hits) {
      assertOpen()
      for (const { site } of hits) checkSite(site)
      // As they are now: the caller may change them while they wait.
      return hits.length === 0 ? [] : queue.add(hits.map((hit) => ({ ...hit })))
    },
    async query(query) {
      open(query.site)
      return answerSql(tables, query, visits.withRows, askShared)
    },
    async funnel(query) {
      open(query.site)
      return funnelSql(visits, query)
    },
    async journeys(query) {
      open(query.site)
      return journeysSql(visits, query)
    },
    async *hits(filter) {
      open(filter.site)
      yield* listings.hits(filter)
    },
    async page(filter) {
      open(filter.site)
      return listings.page(filter)
    },
    async find(site, id) {
      open(site)
      return listings.find(site, id)
    },
    async countAbout(filter) {
      open(filter.site)
      return listings.countAbout(filter)
    },
    async identify(link) {
      assertOpen()
      checkLink(link)
      return identifySession(shared, link)
    },
    async erase(subject, { dryRun = false } = {}) {
      open(subject.site)
      return inTurn(() => erasePerson(shared, subject, dryRun))
    },
    prune: (policy, { site: only, dryRun = false, now: at } = {}) =>
      inTurn(async () => {
        const total: PruneReport = { anonymous: 0, authenticated: 0, others: 0 }
        for (const site of only === undefined ? await findSites(client, tables) : [only]) {
          const report = await pruneSite(shared, site, policy, at ?? now(), dryRun)
          for (const kind of reported) total[kind] += report[kind]
        }
        return total
      }),
    maintain: ({ force = false } = {}) => inTurn(async () => lookAfter(shared, settings, await findSites(client, tables), force)),
    async marks(site) {
      open(site)
      return portable.marks(site)
    },
    async *facts(site, which) {
      open(site)
      yield* portable.facts(site, which)
    },
    async addMarks(site, marks) {
      open(site)
      return inTurn(() => portable.addMarks(site, marks))
    },
    async sites() {
      assertOpen()
      return findSites(client, tables)
    },
    async close() {
      closing ??= Promise.all([queue.flush(), upkeep, openDays.settled()]).then(client.close, client.close)
      await closing
    },
  }

  /** One at a time in a process: each has the server rewrite what the next would. */
  async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    assertOpen()
    const turn = upkeep.then(task)
    upkeep = turn.catch(() => undefined)
    return turn
  }

  function open(site: string): void {
    assertOpen()
    checkSite(site)
  }

  function assertOpen(): void {
    if (closing !== undefined) throw new Error('[treadlight clickhouse] is closed')
  }
}

const reported = ['anonymous', 'authenticated', 'others'] as const
