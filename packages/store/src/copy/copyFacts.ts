import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { StoredHit } from '../hit.ts'
import { formatStamp } from '../keys.ts'
import { erasureOf } from '../portable/compareSites.ts'
import type { DayOfFacts, Portable } from '../portable/portable.ts'
import { createFactCounter } from '../portable/tallyFacts.ts'
import { StoreBusyError, type HitStore } from '../store.ts'
import type { Values } from '../values.ts'
import { CopyRefused } from './mirrorStorage.ts'

export interface CopyFactsOptions {
  from: Portable
  /** Without hits, or begun by the same copy. */
  to: HitStore & Portable
  /** Small values beside the destination: here it is noted how far the copy is. */
  notes: Values
  /** Where `from` is, in words that are the same in every run and hold no secret. */
  source: string
  /** Ends it between two pieces; a second run goes on. */
  signal?: AbortSignal
  /** Told after each piece of a day. */
  onProgress?: (done: { site: string; day: string; facts: number }) => void
  /** ms since 1970. @default Date.now */
  now?: () => number
}

export interface CopyFactsReport {
  /** That this run has written. */
  copied: number
  /** That are in days which earlier runs have copied as they are, or that were there. */
  kept: number
}

/** What was copied: pieces of days by what they come to. */
interface Note {
  source: string
  pieces: string[]
}

const prefix = 'migration:days.'
const hitsPerAppend = 2000
/** After so long what was copied is noted, ms: as much is looked at once more after a kill. */
const noteInterval = 5000

/**
 * Copies the hits of every site, fact by fact, and what is said about them, from one kind of store to another. Marks go
 * first, so that no erased person is ever seen at the destination, and once more behind the hits. Facts that are there
 * already change nothing: ended anywhere, a second run goes on.
 *
 * @throws CopyRefused where the destination has hits that are from elsewhere
 * @throws whatever `signal` was aborted with
 */
export async function copyFacts(options: CopyFactsOptions): Promise<CopyFactsReport> {
  const { from, to, source, signal, onProgress = () => undefined, now = Date.now } = options
  const journal = await openJournal(options.notes, source, now)
  await assertOwn(to, journal.begun)
  if (!journal.begun) await journal.save()
  const report: CopyFactsReport = { copied: 0, kept: 0 }
  let facts = 0
  for (const site of await from.sites()) {
    await to.addMarks(site, await from.marks(site))
    for await (const piece of from.facts(site)) {
      signal?.throwIfAborted()
      await copyPiece(site, piece)
      facts += piece.facts.length
      onProgress({ site, day: piece.day, facts })
    }
    // Of persons who were erased meanwhile.
    await to.addMarks(site, await from.marks(site))
  }
  await journal.save()
  return report

  async function copyPiece(site: string, { day, facts: its, erased = [] }: DayOfFacts): Promise<void> {
    if (erased.length > 0) await to.addMarks(site, { links: [], prunings: [], erasures: [erasureOf(erased, now())] })
    const counter = createFactCounter()
    counter.add(its)
    const name = `${site} ${day} ${its.length} ${counter.tally().checksum}`
    if (journal.has(name)) {
      report.kept += its.length
      return
    }
    for (let start = 0; start < its.length; start += hitsPerAppend) {
      const outcomes = await append(to, its.slice(start, start + hitsPerAppend), signal)
      const stored = outcomes.filter((outcome) => outcome === 'stored').length
      report.copied += stored
      report.kept += outcomes.length - stored
    }
    await journal.add(name)
  }
}

/** Waits where the store cannot take more at the moment. */
async function append(to: HitStore, facts: readonly StoredHit[], signal: AbortSignal | undefined): ReturnType<HitStore['append']> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await to.append(facts)
    } catch (error) {
      if (!(error instanceof StoreBusyError)) throw error
      await wait(error.retryAfter * 1000, undefined, { signal })
    }
  }
}

interface Journal {
  /** Whether a run was here before. */
  readonly begun: boolean
  has(piece: string): boolean
  /** Notes a piece, at the latest when it is saved. */
  add(piece: string): Promise<void>
  save(): Promise<void>
}

async function openJournal(values: Values, source: string, now: () => number): Promise<Journal> {
  const names = await values.list('migration:')
  const pieces = new Set<string>()
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const bytes = await values.read(name)
    // What it said is done once more.
    if (bytes === undefined) continue
    const note = JSON.parse(gunzipSync(bytes).toString()) as Note
    if (note.source !== source)
      throw new CopyRefused(`the destination has a copy of ${note.source}, and this is one of ${source}: name another destination, or empty this one`)
    for (const piece of note.pieces) pieces.add(piece)
  }
  let unsaved: string[] = []
  let savedAt = performance.now()
  const journal: Journal = {
    begun: names.some((name) => name.startsWith(prefix)),
    has: (piece) => pieces.has(piece),
    async add(piece) {
      unsaved.push(piece)
      if (performance.now() - savedAt > noteInterval) await journal.save()
    },
    async save() {
      if (journal.begun && unsaved.length === 0) return
      const stamp = formatStamp(now(), randomBytes(6).toString('hex'))
      await values.create(`${prefix}${stamp.slice(0, 12)}.${stamp}`, gzipSync(JSON.stringify({ source, pieces: unsaved } satisfies Note)))
      unsaved = []
      savedAt = performance.now()
    },
  }
  return journal
}

async function assertOwn(to: Portable, isBegun: boolean): Promise<void> {
  if (isBegun) return
  for (const site of await to.sites()) {
    for await (const { day } of to.facts(site)) throw new CopyRefused(`the destination has hits already (site ${site}, ${day}): name an empty one`)
    const { links, erasures, prunings } = await to.marks(site)
    const said = links.length + erasures.length + prunings.length
    if (said > 0) throw new CopyRefused(`the destination has log-ins, erasures or prunings already (site ${site}): name an empty one`)
  }
}
