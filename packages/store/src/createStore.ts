import { createBatchWriter } from './batchWriter.ts'
import { compareText } from './byTime.ts'
import { createByteCache } from './byteCache.ts'
import { answerQuery } from './answerQuery.ts'
import type { CleanMemory } from './clean.ts'
import { createCompactedIds, type CompactedIds } from './compactedIds.ts'
import type { FolderDriver, SweepDriver } from './drivers/fs.ts'
import { createErrands } from './errands.ts'
import { hashPerson, nameHit, reportErased, subjectOf, type Erasure } from './erasure.ts'
import { createExplorer, type Explorer } from './explorer/explorer.ts'
import { exportLines } from './exportLines.ts'
import { readDay } from './factSet.ts'
import { groupBy } from './groupBy.ts'
import { countVisits } from './funnels/countVisits.ts'
import { createFunnel } from './funnels/funnel.ts'
import { createJourneys } from './funnels/journeys.ts'
import type { VisitCounter } from './funnels/visitCounter.ts'
import type { VisitQuestion } from './funnels/visitQuestion.ts'
import type { StoredHit } from './hit.ts'
import { createImportedShelf, type ImportedShelf } from './imported/importedShelf.ts'
import { takesVisible } from './kept/hitsLeft.ts'
import { createKeptShelf, type KeptShelf } from './kept/keptShelf.ts'
import { checkLink, checkSite, formatStamp } from './keys.ts'
import { createDayIndexes, type DayIndexes } from './dayIndexes.ts'
import { readDayStates, type DayStates } from './dayStates.ts'
import { countDay, spansOf } from './daySpans.ts'
import { listDays } from './listDays.ts'
import { loadFacts } from './load.ts'
import { compactBatches, maintainSite } from './maintainSite.ts'
import { addToReport, afterAll, createPruning, pruningEndsOf } from './pruning.ts'
import { daysOfPerson, personValues, readPerson } from './searchDay.ts'
import type { PersonValues } from './segment/findRows.ts'
import { readRange } from './readRange.ts'
import { createSiteLog, type SiteLog } from './siteLog.ts'
import { createSiteShelf, type SiteShelf } from './siteShelf.ts'
import { disown } from './ndjson/purge.ts'
import type { Portable } from './portable/portable.ts'
import { portableFacts } from './portable/portableFacts.ts'
import { removeSiteValues } from './removeSite.ts'
import { resolveOptions, type StoreOptions } from './storeOptions.ts'
import type { AppendOutcome, EraseReport, HitFilter, HitPosition, HitStore, MaintainReport, PruneReport, RetentionPolicy, Subject } from './store.ts'
import { listKeys, type StorageProblem } from './values.ts'

/** A store on a storage. */
export interface Store extends HitStore, Portable {
  /** What is damaged in the storage and left out of the answers, as far as it was read; each once. */
  readonly problems: readonly StorageProblem[]
  /**
   * All hits of a site as NDJSON, in pieces of whole lines: day by day, within a day in no order. In constant memory,
   * and several times as fast as `hits`.
   */
  lines(filter: Pick<HitFilter, 'site' | 'from' | 'to'>): AsyncIterable<Uint8Array>
  /**
   * How many hits `lines` has, about, without reading a segment: what manifests and memory say of whole days. Too many
   * where days are cut, where several origins told of one hit, and where hits are hidden that upkeep has not deleted yet.
   */
  countAbout(filter: Pick<HitFilter, 'site' | 'from' | 'to'>): Promise<number>
  /** The home days that may have hits of the range, and whether what was made of their hits is still so. */
  dayStates(filter: Pick<HitFilter, 'site' | 'from' | 'to'>): Promise<DayStates>
  /**
   * Takes many hits at once, as imports have them, best whole home days: written into segments right away, at a few times
   * the speed of `append`, and without its bound. All count together once it resolves, with an outcome per hit in the given
   * order; hits of several sites a site at a time. Before a closed day answers from an index, `maintain` makes that.
   * @throws StoreBusyError where persons were erased, or hits pruned, again and again meanwhile
   */
  load(hits: readonly StoredHit[], options?: LoadOptions): Promise<AppendOutcome[]>
  /** How many facts of a site have arrived and are in no segment yet, repeated ones included. */
  countWaiting(site: string): Promise<number>
  /**
   * Deletes a site with all that lies under its name, marks too, so that nothing tells that it was there. Only for one that nobody
   * sends hits to: what another process stores meanwhile may be lost, though it was acknowledged. Calling it twice does no harm.
   * @returns how many values of the storage it was
   */
  removeSite(site: string): Promise<number>
}

export interface LoadOptions {
  /** Says what would become of each, and writes nothing. */
  dryRun?: boolean
}

/** What is in memory of a site. */
interface Site {
  log: SiteLog
  compacted: CompactedIds
  memory: CleanMemory
  shelf: SiteShelf
  /** Where sums are to be kept. */
  kept: KeptShelf | undefined
  imported: ImportedShelf
  /** Of days as they stand. */
  dayIndexes: DayIndexes
  explorer: Explorer
}

const siteKey = /^([a-z0-9_-]{1,64}):(?:batch|manifest|link|erasure|pruning|packed|persons|index|rollup|clean|kept|sums):/
/** For how long a compaction that has changed nothing is not tried again, ms. Each try begins a new batch. */
const compactRest = 60_000
/** Decoded columns of indexes and opened rollups that are kept, of all sites together, bytes. */
const shelfBytes = 48 * 1024 * 1024
/** The same of columns of hits, which an owner looks through: those of a million. */
const explorerBytes = 160 * 1024 * 1024
const nothingDone: MaintainReport = { compacted: 0, rewritten: 0, deleted: 0 }
/** No write takes as long, ms. */
const leftOverAge = 10 * 60_000

/**
 * Opens the store in a storage: reads the batches, the marks and the manifests, and answers from them and from the
 * segments that they name. Any number of processes may have the same storage open; all they share is values that are
 * written once and united by the ids of the hits.
 *
 * It does not dispose of the storage when it is closed: whoever made that may keep other things in it. Do so behind it, or
 * connections and the file that hits were last appended to stay open.
 *
 * @throws Error if a later version has written to the storage; nothing is changed
 * @example
 * const opened = await openStorage({ driver: 'fs', base: './data' })
 * const store = await createStore(opened)
 * await store.append(hits)
 * await store.close()
 * await opened.storage.dispose()
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const settings = resolveOptions(options)
  const { storage, now } = settings
  const sites = new Map<string, Site>()
  const cache = createByteCache(shelfBytes)
  const columns = createByteCache(explorerBytes)
  const problems = new Map<string, StorageProblem>()
  const writer = createBatchWriter({ ...settings, onDurable: record, onFailed: (site, key) => logOf(site).doubt(key) })
  let upkeep: Promise<unknown> = Promise.resolve()
  const compacting = new Set<string>()
  /** When that last changed nothing, ms since 1970. */
  const compactedInVain = new Map<string, number>()
  let closed = false

  await openSites()

  return {
    durability: settings.durability,
    get problems() {
      return [...problems.values()]
    },
    async sites() {
      assertOpen()
      return openSites()
    },
    async marks(site) {
      const { marks, links, erasures, prunings } = await freshLog(site)
      const all = [...links.values()].flat()
      const living = all.filter((link) => !marks.isDead(link))
      return { links: living, erasures: disown([...erasures.values()], all.filter(marks.isDead), living), prunings: [...prunings.values()] }
    },
    async *facts(site, { day: only } = {}) {
      const log = await freshLog(site)
      for (const { day } of spansOf(log, {}).toSorted((a, b) => compareText(a.day, b.day))) {
        if (only !== undefined && day !== only) continue
        const piece = portableFacts(day, await log.readDay(day), log.marks)
        if (piece.facts.length + (piece.erased?.length ?? 0) > 0) yield piece
      }
    },
    async addMarks(site, marks) {
      assertOpen()
      const log = logOf(site)
      await log.refreshNow()
      await log.writeMarks(marks)
    },
    async append(hits) {
      assertOpen()
      const [first] = hits
      if (first !== undefined && hits.every(({ site }) => site === first.site)) return appendTo(first.site, hits)
      const bySite = groupBy(hits, ({ site }) => site)
      for (const site of bySite.keys()) checkSite(site)
      const written = [...bySite].map(async ([site, group]) => [site, (await appendTo(site, group)).values()] as const)
      const outcomes = new Map(await Promise.all(written))
      return hits.map(({ site }) => outcomes.get(site)?.next().value as AppendOutcome)
    },
    load: (hits, { dryRun = false } = {}) =>
      inTurn(async () => {
        const bySite = groupBy(hits, ({ site }) => site)
        for (const site of bySite.keys()) checkSite(site)
        const outcomes = new Map<string, Iterator<AppendOutcome>>()
        for (const [site, group] of bySite) outcomes.set(site, (await loadFacts(logOf(site), siteOf(site).compacted, settings, group, dryRun)).values())
        return hits.map(({ site }) => outcomes.get(site)!.next().value as AppendOutcome)
      }),
    async query(query) {
      const log = await freshLog(query.site)
      const { shelf, dayIndexes, kept, imported } = siteOf(query.site)
      return answerQuery({ log, shelf, dayIndexes, kept, imported }, query)
    },
    funnel: (query) => count(query, createFunnel),
    journeys: (query) => count(query, createJourneys),
    async *hits(filter) {
      const log = await freshLog(filter.site)
      const person = personValues(filter, log.marks)
      const read = async (day: string) => {
        const facts = person ? await readPerson(log, day, person) : readRange(log, day, filter)
        // What is asked of visits, the hits around them answer.
        const isEnough = facts !== undefined && (facts.size === 0 || (filter.filters ?? []).length === 0)
        return readDay(isEnough ? facts : await log.readDay(day), log.marks)
      }
      // Copies, so that nobody changes the store's own.
      const days = spansOf(log, filter)
      for await (const hit of listDays(person ? await daysOfPerson(log, days, person) : days, filter, read)) yield { ...hit }
    },
    async page(filter) {
      await freshLog(filter.site)
      return siteOf(filter.site).explorer.page(filter)
    },
    async find(site, id) {
      await freshLog(site)
      return siteOf(site).explorer.find(id)
    },
    async *lines({ site, from, to }) {
      const log = await freshLog(site)
      for (const { day } of spansOf(log, range(from, to)).toSorted((a, b) => a.from - b.from)) yield* exportLines(log, day, { from, to })
    },
    async countAbout({ site, from, to }) {
      const log = await freshLog(site)
      return spansOf(log, range(from, to)).reduce((sum, { day }) => sum + countDay(log, day), 0)
    },
    async dayStates({ site, from, to }) {
      return readDayStates(await freshLog(site), range(from, to))
    },
    countWaiting: async (site) => (await freshLog(site)).freshCount,
    removeSite: (site) =>
      inTurn(async () => {
        checkSite(site)
        await writer.flush()
        const count = await removeSiteValues(storage, site)
        // What is in memory of it would answer on.
        sites.delete(site)
        return count
      }),
    async identify(link) {
      assertOpen()
      checkLink(link)
      const log = logOf(link.site)
      await log.refresh()
      if (log.marks.knowsLink(link)) return false
      await log.writeLink(link)
      return true
    },
    erase: (subject, { dryRun = false } = {}) => inTurn(() => erase(subject, dryRun)),
    prune: (policy, pruning = {}) =>
      inTurn(async () => {
        const report = { anonymous: 0, authenticated: 0, others: 0 }
        const pruned = pruning.site === undefined ? await openSites() : [pruning.site]
        for (const site of pruned) await prune(site, policy, pruning.now ?? now(), pruning.dryRun === true, report)
        return report
      }),
    async importSums(site, sums) {
      assertOpen()
      return (await siteOf(site).imported.add(sums)) ? 'stored' : 'duplicate'
    },
    async imports(site) {
      assertOpen()
      return siteOf(site).imported.list()
    },
    async removeImport(site, id) {
      assertOpen()
      return siteOf(site).imported.remove(id)
    },
    maintain: ({ force = false } = {}) =>
      inTurn(async () => {
        const report: MaintainReport = { ...nothingDone }
        const errands = createErrands()
        for (const site of await findSites()) {
          const { log, memory, shelf } = siteOf(site)
          const { compacted, rewritten, deleted, indexed = 0, regained = 0 } = await errands.attempt(() => maintainSite(log, settings, writer, memory, shelf, force), nothingDone)
          report.compacted += compacted
          report.rewritten += rewritten
          report.deleted += deleted
          if (indexed > 0) report.indexed = (report.indexed ?? 0) + indexed
          if (regained > 0) report.regained = (report.regained ?? 0) + regained
        }
        await errands.attempt(sweepDrivers, undefined)
        errands.rethrow()
        return report
      }),
    async close() {
      closed = true
      await upkeep
      await writer.flush()
    },
  }

  /** A day is told as it stands when it is asked for. */
  async function count<Question extends VisitQuestion, Result extends object>(question: Question, create: (question: Question) => VisitCounter<Result>): Promise<Result> {
    const log = await freshLog(question.site)
    const { shelf, dayIndexes, kept } = siteOf(question.site)
    return countVisits({ log, shelf, dayIndexes, kept }, question, create(question))
  }

  /** Writes what the site does not hold already, so that a hit sent again and again fills no disk. */
  async function appendTo(site: string, hits: readonly StoredHit[]): Promise<AppendOutcome[]> {
    const { log, compacted } = siteOf(site)
    // Hits of one request are mostly of one day.
    let prepared = ''
    for (const { day } of hits) {
      if (day === prepared) continue
      prepared = day
      if (log.catalog.days.has(day)) await compacted.prepare(day)
    }
    const isHeld = (hit: StoredHit) => log.holds(hit) || compacted.holds(hit)
    if (!hits.some(isHeld)) return writer.append(site, hits)
    // Another process may have pruned what this one takes to be there.
    await log.refresh().catch(() => undefined)
    const held = new Set(hits.filter(isHeld))
    const news = hits.filter((hit) => !held.has(hit))
    const outcomes = news.length === 0 ? [] : await writer.append(site, news)
    const next = outcomes.values()
    return hits.map((hit) => (held.has(hit) ? 'duplicate' : (next.next().value as AppendOutcome)))
  }

  /** Takes up hits that are durable now. */
  function record(site: string, key: string, hits: readonly StoredHit[]): AppendOutcome[] {
    const { log, compacted } = siteOf(site)
    const outcomes = hits.map((hit) => {
      const isCompacted = compacted.has(hit) || log.marks.hasErased(hit)
      return log.record(key, hit) || isCompacted ? 'duplicate' : 'stored'
    })
    if (log.freshCount >= settings.compactAt) compactSoon(site, log)
    return outcomes
  }

  /** What is in batches is in memory: it must not grow until somebody calls `maintain`. */
  function compactSoon(site: string, log: SiteLog): void {
    if (closed || compacting.has(site)) return
    // What others still add to is theirs to compact; and what did not work is not tried with every hit.
    if (Math.abs(now() - (compactedInVain.get(site) ?? -Infinity)) < compactRest || countSettled(log) < settings.compactAt) return
    compacting.add(site)
    compactedInVain.set(site, now())
    inTurn(async () => {
      await writer.prepare(site)
      await writer.rotate(true)
      if ((await compactBatches(log, settings, false)) > 0) compactedInVain.delete(site)
    })
      .catch(settings.onError)
      .finally(() => compacting.delete(site))
  }

  async function erase(subject: Subject, dryRun: boolean): Promise<EraseReport> {
    const { kind, value } = subjectOf(subject)
    const log = logOf(subject.site)
    await log.refreshNow()
    const before = log.marks.copy()
    const sessions = kind === 'user' ? before.linkedSessions(value).map((session) => hashPerson('session', session)) : []
    const erasure: Erasure = { kind, hash: hashPerson(kind, value), time: now(), sessions, hits: [] }
    const after = log.marks.copy()
    after.addErasure(erasure)
    // From here on nobody sees the person, whatever happens to this process.
    if (!dryRun) await log.writeErasure(erasure)
    const gone: StoredHit[] = []
    const person: PersonValues = personValues({ [kind]: value }, before)!
    for (const { day } of await daysOfPerson(log, spansOf(log, {}), person)) {
      const found = await readPerson(log, day, person)
      for (const facts of (found ?? (await log.readDay(day))).values()) {
        const hit = before.read(facts)
        if (hit !== undefined && after.read(facts) === undefined) gone.push(hit)
      }
    }
    // Others may tell of the same hits later, without the person's name.
    if (gone.length > 0 && !dryRun) await log.writeErasure({ ...erasure, hits: gone.map(nameHit) })
    return reportErased(gone)
  }

  async function prune(site: string, policy: RetentionPolicy, at: number, dryRun: boolean, report: PruneReport): Promise<void> {
    const { log, kept } = siteOf(site)
    await log.refreshNow()
    const pruning = createPruning(policy, at, now(), await findOldest(log, policy.newest))
    const { anonymous, authenticated } = pruningEndsOf(pruning)
    let takes = false
    const toKeep: string[] = []
    for (const { day } of spansOf(log, { to: anonymous })) {
      // Days of which only known users' hits are left are not read every hour for the rest of the year.
      const files = log.catalog.days.get(day) ?? []
      if (!log.fresh.has(day) && !files.some(({ kind, from }) => from < (kind === 'anon' ? anonymous : authenticated))) continue
      const facts = await log.readDay(day)
      addToReport(report, readDay(facts, log.marks), pruning)
      takes ||= [...facts.values()].some((its) => log.marks.isTaken(its, pruning))
      if (!dryRun && kept?.has(day) === false && takesVisible(facts, log.marks, pruning)) toKeep.push(day)
    }
    if (!takes || dryRun) return
    const stamp = formatStamp(pruning.at, settings.nonce())
    for (const day of toKeep) await kept!.keep(day, stamp, pruning.at)
    await log.writePruning(pruning, stamp)
  }

  /** The first hit that is kept where only the newest are; undefined if all are. */
  async function findOldest(log: SiteLog, newest: number | undefined): Promise<HitPosition | undefined> {
    if (newest === undefined) return undefined
    let oldest: HitPosition = afterAll
    let count = 0
    const filter = { site: log.site, limit: newest + 1 }
    for await (const hit of listDays(spansOf(log, {}), filter, async (day) => readDay(await log.readDay(day), log.marks))) {
      if (++count > newest) return oldest
      oldest = hit
    }
    return undefined
  }

  function siteOf(site: string): Site {
    checkSite(site)
    const known = sites.get(site)
    if (known !== undefined) return known
    const log = createSiteLog({ ...settings, site, writer, onProblem: addProblem })
    const memory: CleanMemory = { clean: new Map<string, number>(), sweptAt: -Infinity, waits: false, packed: { values: new Map(), named: new Set() } }
    const kept = settings.keepSums ? createKeptShelf({ ...settings, log, cache }) : undefined
    const opened: Site = {
      log,
      compacted: createCompactedIds(log),
      memory,
      shelf: createSiteShelf({ ...settings, log, clean: memory.clean, cache }),
      kept,
      imported: createImportedShelf({ ...settings, onProblem: addProblem, log, cache, kept }),
      dayIndexes: createDayIndexes(log),
      explorer: createExplorer(log, columns),
    }
    sites.set(site, opened)
    return opened
  }

  function logOf(site: string): SiteLog {
    return siteOf(site).log
  }

  /** Finds the sites that the storage has, and reads what is new of them. */
  async function openSites(): Promise<string[]> {
    const found = await findSites()
    for (const site of found) await logOf(site).refreshNow()
    return found
  }

  async function findSites(): Promise<string[]> {
    const { driver } = storage.getMount('')
    const keys = storage.getMounts().length === 1 && isFolderDriver(driver) ? await driver.getFolders() : await listKeys(storage, '')
    return [...new Set([...sites.keys(), ...keys.toSorted().flatMap((key) => siteKey.exec(key)?.[1] ?? [])])]
  }

  /** What a killed process has left half-written may hold what was to be deleted since. */
  async function sweepDrivers(): Promise<void> {
    const drivers = storage.getMounts().map(({ driver }) => driver)
    for (const driver of drivers.filter(isSweepDriver)) await driver.sweep(leftOverAge)
  }

  async function freshLog(site: string): Promise<SiteLog> {
    assertOpen()
    const log = logOf(site)
    await log.refresh()
    return log
  }

  /** One writes anew what another would delete: those of one process go one after the other. */
  async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    assertOpen()
    const turn = upkeep.then(task)
    upkeep = turn.catch(() => undefined)
    return turn
  }

  function addProblem(problem: StorageProblem): void {
    const id = `${problem.key} ${problem.offset}`
    if (problems.has(id)) return
    problems.set(id, problem)
    settings.onProblem(problem)
  }

  function assertOpen(): void {
    if (closed) throw new Error('[treadlight store] is closed')
  }
}

/** How many hits are in batches that only this process adds to, or nobody. */
function countSettled({ batches }: SiteLog): number {
  return [...batches.values()].reduce((sum, { settled, count }) => (settled ? sum + count : sum), 0)
}

function range(from: number | undefined, to: number | undefined): { from?: number; to?: number } {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function isFolderDriver(driver: object): driver is FolderDriver {
  return 'getFolders' in driver
}

function isSweepDriver(driver: object): driver is SweepDriver {
  return 'sweep' in driver
}
