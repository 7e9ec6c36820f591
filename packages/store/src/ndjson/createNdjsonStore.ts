import { compareText } from '../byTime.ts'
import { findHit } from '../explorer/nearness.ts'
import { pageHits } from '../explorer/pageHits.ts'
import { checkSite } from '../keys.ts'
import { runFunnel, runJourneys } from '../funnels/runVisits.ts'
import { listHits } from '../listHits.ts'
import { createMarks } from '../marks.ts'
import type { Pruning } from '../pruning.ts'
import { missingMarks } from '../portable/missingMarks.ts'
import type { Portable } from '../portable/portable.ts'
import { portableFacts } from '../portable/portableFacts.ts'
import { runQuery } from '../runQuery.ts'
import type { HitStore, MaintainReport, PruneOptions, PruneReport, RetentionPolicy } from '../store.ts'
import { rangeToRead } from '../touches.ts'
import type { StorageProblem } from '../values.ts'
import { createCommitQueue } from './commitQueue.ts'
import { encodeLine, type Entry } from './lines.ts'
import { openLogFile } from './logFile.ts'
import { purge } from './purge.ts'
import { readLogFile } from './readLogFile.ts'
import { createSiteMemory, type SiteMemory, type SiteState } from '../siteMemory.ts'

export interface NdjsonStoreOptions {
  /** The file; made if missing, for this user only. Beside it `.lock` and, during a rewrite, `.rewrite`. */
  path: string
  /**
   * Waits until the disk has what was written. Without it a crash of the process loses nothing, a power failure may.
   * @default true
   */
  sync?: boolean
  /**
   * Looks at the file as it stands, beside the process that has it open, and changes nothing: whatever would write fails.
   * @default false
   */
  readOnly?: boolean
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** Most bytes of hits that wait for the disk; beyond, `append` throws StoreBusyError. @default 16 MiB */
  maxWaitingBytes?: number
  /** Most hits that wait for the disk. @default 50_000 */
  maxWaitingHits?: number
  /** Told of every line that is left out of the answers; `key` is the path. @default ignored */
  onProblem?: (problem: StorageProblem) => void
}

/**
 * A store on one text file with a line of JSON per hit, that is only appended to: to be read with jq, copied with rsync
 * and understood in ten years. One process at a time. It reads the file when it is opened and answers from memory.
 *
 * @throws Error if another process has the file open, or if it is no file of ours or of a later version
 * @example
 * const store = await createNdjsonStore({ path: './hits.ndjson' })
 * await store.append(hits)
 */
export async function createNdjsonStore(options: NdjsonStoreOptions): Promise<HitStore & Portable> {
  const settings = resolveOptions(options)
  const { now, path, sync, readOnly, onProblem } = settings
  const sites = new Map<string, SiteMemory>()
  const log = await (readOnly ? readLogFile : openLogFile)({ path, sync, onProblem, onEntry: addEntry })
  const queue = createCommitQueue({ ...settings, write: log.append })
  let closing: Promise<void> | undefined

  return {
    durability: sync ? 'synced' : 'volatile',
    async append(hits) {
      assertOpen()
      for (const { site } of hits) checkSite(site)
      // As they are now: the caller may change them while they wait.
      const taken = hits.map((hit) => ({ ...hit }))
      // A hit sent again and again fills no disk.
      const news = new Set(taken.filter((hit) => siteOf(hit.site).changes(hit)))
      const settle = () => taken.map((hit) => siteOf(hit.site)[news.has(hit) ? 'addHit' : 'outcomeOf'](hit))
      return news.size === 0 ? settle() : queue.append([...news].map(encodeLine), settle)
    },
    async sites() {
      assertOpen()
      return [...sites].flatMap(([site, { state }]) => (countLines([state]) > 0 ? [site] : []))
    },
    async marks(site) {
      assertOpen()
      const { links, erasures, prunings } = purge(siteOf(site).state).left
      return { links, erasures, prunings }
    },
    async *facts(site, { day: only } = {}) {
      assertOpen()
      const { state } = siteOf(site)
      const marks = createMarks(state)
      for (const day of only === undefined ? [...state.facts.keys()].toSorted(compareText) : [only]) {
        const piece = portableFacts(day, state.facts.get(day) ?? new Map(), marks)
        if (piece.facts.length + (piece.erased?.length ?? 0) > 0) yield piece
      }
    },
    async addMarks(site, given) {
      assertOpen()
      return queue.inTurn(async () => {
        const memory = siteOf(site)
        const { links, erasures, prunings } = missingMarks(memory.state, given)
        const entries: Exclude<Entry, { torn: unknown }>[] = [
          ...erasures.map((erasure) => ({ erasure: { site, ...erasure } })),
          ...prunings.map((pruning) => ({ pruning: { site, ...pruning } })),
          ...links.map((link) => ({ link: { ...link } })),
        ]
        if (entries.length === 0) return
        await log.append(entries.map(encodeLine).join(''), entries.length)
        for (const entry of entries) addEntry(entry)
      })
    },
    async query(query) {
      assertOpen()
      return runQuery(siteOf(query.site).days(rangeToRead(query)), query)
    },
    async funnel(query) {
      assertOpen()
      return runFunnel(siteOf(query.site).days(rangeToRead(query)), query)
    },
    async journeys(query) {
      assertOpen()
      return runJourneys(siteOf(query.site).days(rangeToRead(query)), query)
    },
    async *hits(filter) {
      assertOpen()
      // Copies, so that nobody changes the store's own.
      for (const hit of listHits(siteOf(filter.site).hits(filter), filter)) yield { ...hit }
    },
    async page(filter) {
      assertOpen()
      return pageHits(siteOf(filter.site).hits(filter), filter)
    },
    async find(site, id) {
      assertOpen()
      return findHit(siteOf(site).hits(), id)
    },
    async identify(link) {
      assertOpen()
      const taken = { ...link }
      if (siteOf(link.site).knowsLink(taken)) return false
      return queue.append([encodeLine({ link: taken })], () => siteOf(taken.site).addLink(taken))
    },
    async erase(subject, { dryRun = false } = {}) {
      assertOpen()
      return queue.inTurn(async () => {
        const { erasure, report } = siteOf(subject.site).planErasure(subject, now())
        if (dryRun) return report
        await log.append(encodeLine({ erasure: { site: subject.site, ...erasure } }), 1)
        siteOf(subject.site).addErasure(erasure)
        return report
      })
    },
    async prune(policy, options = {}) {
      assertOpen()
      return queue.inTurn(() => prune(policy, options))
    },
    async maintain({ force = false } = {}) {
      assertOpen()
      return queue.inTurn(() => rewrite(force))
    },
    async close() {
      closing ??= queue.flush().finally(log.close)
      await closing
    },
  }

  async function prune(policy: RetentionPolicy, { site: only, dryRun = false, now: at = now() }: PruneOptions): Promise<PruneReport> {
    const total: PruneReport = { anonymous: 0, authenticated: 0, others: 0 }
    const prunings = new Map<string, Pruning>()
    for (const site of only === undefined ? sites.keys() : [only]) {
      const { pruning, report } = siteOf(site).planPruning(policy, at, now())
      for (const kind of reported) total[kind] += report[kind]
      prunings.set(site, pruning)
    }
    if (dryRun || prunings.size === 0) return total
    await log.append([...prunings].map(([site, pruning]) => encodeLine({ pruning: { site, ...pruning } })).join(''), prunings.size)
    for (const [site, pruning] of prunings) siteOf(site).addPruning(pruning)
    return total
  }

  /** What is erased or pruned goes at once; lines that say nothing new go along, or when they are more than half. */
  async function rewrite(force: boolean): Promise<MaintainReport> {
    const states = new Map<string, SiteState>()
    let urgent = false
    for (const [site, { state }] of sites) {
      const purged = purge(state)
      states.set(site, purged.left)
      // Where nobody can tell who is named there, it may be somebody who was erased.
      urgent ||= purged.urgent || (log.doubtful && state.erasures.length > 0)
    }
    const needed = countLines(states.values())
    if (!urgent && log.lines <= (force ? needed : 2 * needed)) return { compacted: 0, rewritten: 0, deleted: 0 }
    await log.rewrite(linesOf(states))
    for (const [site, state] of states) sites.set(site, createSiteMemory(site, state))
    return { compacted: 0, rewritten: needed, deleted: 1 }
  }

  function addEntry(entry: Exclude<Entry, { torn: unknown }>): void {
    if ('link' in entry) siteOf(entry.link.site).addLink(entry.link)
    else if ('erasure' in entry) siteOf(entry.erasure.site).addErasure(entry.erasure)
    else if ('pruning' in entry) siteOf(entry.pruning.site).addPruning(entry.pruning)
    else siteOf(entry.site).addHit(entry)
  }

  function siteOf(name: string): SiteMemory {
    let site = sites.get(name)
    if (site === undefined) sites.set(name, (site = createSiteMemory(name)))
    return site
  }

  function assertOpen(): void {
    if (closing !== undefined) throw new Error('[treadlight ndjson] is closed')
  }
}

function resolveOptions(options: NdjsonStoreOptions): Required<NdjsonStoreOptions> {
  return {
    sync: true,
    readOnly: false,
    now: Date.now,
    maxWaitingBytes: 16 * 1024 * 1024,
    maxWaitingHits: 50_000,
    onProblem: () => undefined,
    ...options,
  }
}

const reported = ['anonymous', 'authenticated', 'others'] as const

function countLines(states: Iterable<Readonly<SiteState>>): number {
  let count = 0
  for (const { facts, links, erasures, prunings } of states) {
    count += links.length + erasures.length + prunings.length
    for (const day of facts.values()) for (const its of day.values()) count += its.length
  }
  return count
}

/** What is said of persons comes first: a reader of the beginning knows whom to leave out. */
function* linesOf(states: Iterable<readonly [site: string, Readonly<SiteState>]>): Generator<string> {
  for (const [site, { facts, links, erasures, prunings }] of states) {
    for (const erasure of erasures) yield encodeLine({ erasure: { site, ...erasure } })
    for (const pruning of prunings) yield encodeLine({ pruning: { site, ...pruning } })
    for (const link of links) yield encodeLine({ link })
    for (const day of facts.values()) for (const its of day.values()) yield* its.map(encodeLine)
  }
}
