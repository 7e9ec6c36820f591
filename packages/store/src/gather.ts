import { Buffer } from 'node:buffer'
import { encodeBatch, type Batch } from './batch.ts'
import { compareText } from './byTime.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import { formatBatchKey, formatStamp, parseStamp } from './keys.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import type { Link } from './store.ts'
import { createItem } from './values.ts'

type GatherOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce'>

/** So many small values are worth one large one. */
const batchesToGather = 64
const linksToGather = 256
/** So many sets of links, smaller than this each, are worth one. */
const setsToMerge = 16
const largeSet = 4096
/** Hits in one gathered value. */
const maxGathered = 20_000

/**
 * Puts the batches of each writer that nobody adds to any more together: drivers without append have one for every group
 * commit. The parts go later, when nobody can be reading them: see `sweep`.
 *
 * @returns whether there was anything to do
 */
export async function gatherBatches(log: SiteLog, options: GatherOptions): Promise<boolean> {
  let isDone = false
  const single = [...log.batches.values()].filter((batch) => batch.name.bytes === 0 && !batch.damaged && log.isSettled(batch))
  for (const batches of groupBy(single, ({ name }) => name.writer).values()) {
    for (const run of findRuns(batches).filter(({ length }) => length >= batchesToGather)) {
      await gather(log, options, run)
      isDone = true
    }
  }
  return isDone
}

/** Unbroken in number: one that is missing may be listed late, and would be taken to be in the gathered value. */
function findRuns(batches: readonly Batch[]): Batch[][] {
  const runs: Batch[][] = []
  let hits = 0
  for (const batch of batches.toSorted((a, b) => a.name.seq - b.name.seq)) {
    const run = runs.at(-1)
    if (run?.at(-1)?.name.last === batch.name.seq - 1 && hits < maxGathered) run.push(batch)
    else {
      runs.push([batch])
      hits = 0
    }
    hits += batch.count
  }
  return runs
}

async function gather(log: SiteLog, { storage, now }: GatherOptions, run: readonly Batch[]): Promise<void> {
  const [first] = run
  const last = run.at(-1)
  if (first === undefined || last === undefined) return
  const bytes = Buffer.concat(run.map((batch) => encodeBatch(factsOf(batch))))
  const key = formatBatchKey({ ...first.name, last: last.name.last, bytes: bytes.length, made: now() })
  await createItem(storage, key, bytes)
  log.regather(key, run)
}

/** In an order that does not depend on how this process holds them: two that gather the same at once write the same. */
function factsOf({ rows }: Batch): StoredHit[] {
  const facts = [...rows].flatMap(([table, its]) => its.map((row) => table.fact(row)))
  return facts.toSorted((a, b) => compareText(a.id, b.id) || compareText(a.origin, b.origin) || a.received - b.received)
}

/**
 * The same for links, without those that an erasure has ended. Which values may go follows from what they hold: see
 * `spareLinks`.
 *
 * @returns whether there was anything to do
 */
export async function gatherLinks(log: SiteLog, { now, nonce }: GatherOptions): Promise<boolean> {
  const dead = log.marks.isDead
  const sets = [...log.links].filter(([key]) => isLinkSet(key))
  const clean = sets.filter(([, links]) => !links.some(dead))
  const spare = new Set(spareLinks(log, () => true))
  const small = clean.filter(([key, links]) => links.length < largeSet && !spare.has(key))
  const merged = small.length >= setsToMerge ? small : []
  const held = namesOf(clean.filter((set) => !merged.includes(set)))
  const isLoose = (link: Link) => !dead(link) && !held.has(nameOf(link))
  const loose = [...log.links].filter(([key, links]) => !isLinkSet(key) && links.some(isLoose))
  const due = loose.length >= linksToGather ? loose : []
  const links = [...due, ...merged, ...sets.filter((set) => !clean.includes(set))].flatMap(([, its]) => its.filter(isLoose))
  if (links.length === 0) return false
  await log.writeLinks(`${log.site}:link:${formatStamp(now(), nonce())}`, [...new Map(links.map((link) => [nameOf(link), link])).values()])
  return true
}

/** Values whose links are all dead, or in other values that everybody has seen since. */
export function spareLinks(log: SiteLog, isOver: (time: number) => boolean): string[] {
  const { isDead } = log.marks
  // The newest first, so that of two with the same links one stays.
  const sets = [...log.links].filter(([key, links]) => isLinkSet(key) && !links.some(isDead)).toSorted(([a], [b]) => (a < b ? 1 : -1))
  const held = new Set<string>()
  const spare: string[] = []
  for (const [key, links] of sets) {
    if (links.every((link) => held.has(nameOf(link)))) spare.push(key)
    else if (isOver(parseStamp(key)?.time ?? Infinity)) for (const link of links) held.add(nameOf(link))
  }
  for (const [key, links] of log.links) {
    if (isLinkSet(key) && !links.some(isDead)) continue
    if (links.every((link) => isDead(link) || held.has(nameOf(link)))) spare.push(key)
  }
  return spare
}

function isLinkSet(key: string): boolean {
  return parseStamp(key) !== undefined
}

function nameOf({ session, user, time }: Link): string {
  return JSON.stringify([session, user, time])
}

function namesOf(values: readonly (readonly [string, readonly Link[]])[]): Set<string> {
  return new Set(values.flatMap(([, links]) => links.map(nameOf)))
}
