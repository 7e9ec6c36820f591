import type { Storage } from 'unstorage'
import { hashText, type Erasure } from './erasure.ts'
import { formatStamp, isForeignKey } from './keys.ts'
import { createMarks, type Marks } from './marks.ts'
import { missingMarks } from './portable/missingMarks.ts'
import type { SiteMarks } from './portable/portable.ts'
import type { Pruning } from './pruning.ts'
import type { Link } from './store.ts'
import { createValues, ensureValue, type StorageProblem } from './values.ts'

/** What the storage says of a site's hits beside the hits: log-ins, erasures, prunings. All of it is in memory. */
export interface MarkLog {
  readonly marks: Marks
  /** Links and erasures by the key of their value. */
  readonly links: ReadonlyMap<string, readonly Link[]>
  readonly erasures: ReadonlyMap<string, Erasure>
  readonly prunings: ReadonlyMap<string, Pruning>
  /** The keys of values that are not what was written: nobody knows whom they name. */
  readonly damagedMarks: ReadonlySet<string>
  /** The keys of erasures of which something may be left in the storage. */
  openErasures(): string[]
  /** Counts what may change what is to be kept: erasures and prunings. */
  readonly version: number
  /** Counts the same of links: where somebody was erased, or something pruned, they tell whose the hits were. */
  readonly linkVersion: number
  /** Resolves when the mark is durable. */
  writeLink(link: Link): Promise<void>
  /** Writes many links as one value. */
  writeLinks(key: string, links: readonly Link[]): Promise<void>
  writeErasure(erasure: Erasure): Promise<void>
  /** Says of hits that they were erased, beside those that an erasure knew of. @param names as `nameHit` says */
  writeErasedHits(names: readonly string[]): Promise<void>
  /** Writes what was said elsewhere, as far as it is not known here. */
  writeMarks(given: SiteMarks): Promise<void>
  /** @param stamp of `formatStamp`, where something names it already */
  writePruning(pruning: Pruning, stamp?: string): Promise<void>
  /** Says of an erasure that it is finished. */
  writeFinished(erasureKey: string): Promise<void>
}

/** Log-ins that are taken over in one value. */
const linksPerValue = 10_000

/** With what keeps it up to date. */
export interface MarkReader extends MarkLog {
  /** Takes up a value; false if it vanished since it was listed. */
  take(key: string): Promise<boolean>
  /** Forgets values that are gone. */
  forget(keys: readonly string[]): void
}

export interface MarkLogOptions {
  site: string
  storage: Storage
  now: () => number
  nonce: () => string
  onProblem: (problem: StorageProblem) => void
}

export function createMarkLog({ site, storage, now, nonce, onProblem }: MarkLogOptions): MarkReader {
  const values = createValues(storage, { onProblem })
  const links = new Map<string, readonly Link[]>()
  const erasures = new Map<string, Erasure>()
  const prunings = new Map<string, Pruning>()
  const finished = new Set<string>()
  const damagedMarks = new Set<string>()
  let marks = createMarks()
  let version = 0
  let linkVersion = 0

  function addLinks(key: string, its: readonly Link[]): void {
    links.set(key, its)
    for (const link of its) marks.addLink(link)
    linkVersion++
  }

  function addErasure(key: string, erasure: Erasure): void {
    erasures.set(key, erasure)
    marks.addErasure(erasure)
    version++
  }

  function addPruning(key: string, pruning: Pruning): void {
    prunings.set(key, pruning)
    marks.addPruning(pruning)
    version++
  }

  return {
    get marks() {
      return marks
    },
    links,
    erasures,
    prunings,
    damagedMarks,
    openErasures: () => [...erasures.keys()].filter((key) => !finished.has(`${key}-done`)),
    get version() {
      return version
    },
    get linkVersion() {
      return linkVersion
    },
    async take(key) {
      if (links.has(key) || erasures.has(key) || prunings.has(key) || finished.has(key) || isForeignKey(key)) return true
      if (key.endsWith('-done')) {
        finished.add(key)
        return true
      }
      const bytes = await values.read(key)
      if (bytes === undefined) {
        // Gone: a link that was gathered or forgotten. Damaged: reported.
        const isThere = await storage.hasItem(key)
        if (isThere) damagedMarks.add(key)
        return isThere
      }
      damagedMarks.delete(key)
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
      if (key.startsWith(`${site}:link:`)) addLinks(key, Array.isArray(value) ? (value as Link[]) : [value as Link])
      else if (key.startsWith(`${site}:erasure:`)) addErasure(key, value as Erasure)
      else addPruning(key, value as Pruning)
      return true
    },
    forget(keys) {
      const count = links.size + prunings.size
      for (const key of keys) {
        links.delete(key)
        prunings.delete(key)
        damagedMarks.delete(key)
      }
      if (count === links.size + prunings.size) return
      marks = createMarks({ links: [...links.values()].flat(), erasures: erasures.values(), prunings: prunings.values() })
      linkVersion++
    },
    async writeLink(link) {
      const key = `${site}:link:${hashText(JSON.stringify([link.session, link.user, link.time]))}`
      await ensureValue(values, key, JSON.stringify(link))
      addLinks(key, [link])
    },
    async writeLinks(key, its) {
      if (!(await values.create(key, JSON.stringify(its)))) throw new Error(`[treadlight store] ${key} is taken`)
      addLinks(key, its)
    },
    async writeErasure(erasure) {
      const key = `${site}:erasure:${erasure.hash}-${erasure.time}${erasure.hits.length > 0 ? '-hits' : ''}`
      await ensureValue(values, key, JSON.stringify(erasure))
      if (!erasures.has(key)) addErasure(key, erasure)
    },
    async writeErasedHits(names) {
      const erasure: Erasure = { kind: 'user', hash: '', time: now(), sessions: [], hits: names }
      const key = `${site}:erasure:${hashText(names.join())}-${erasure.time}-hits`
      await ensureValue(values, key, JSON.stringify(erasure))
      addErasure(key, erasure)
    },
    async writeMarks(given) {
      const known = { links: [...links.values()].flat(), erasures: [...erasures.values()], prunings: [...prunings.values()] }
      const missing = missingMarks(known, given)
      // First whom nobody is to see.
      for (const erasure of missing.erasures) {
        const text = JSON.stringify(erasure)
        const hits = erasure.hits.length > 0 ? '-hits' : ''
        const own = `${site}:erasure:${erasure.hash}-${erasure.time}${hits}`
        // Of one person and time another kind of store may say more later.
        const key = erasure.hash === '' || erasures.has(own) ? `${site}:erasure:${hashText(text)}-${erasure.time}${hits}` : own
        await ensureValue(values, key, text)
        addErasure(key, erasure)
      }
      for (const pruning of missing.prunings) {
        const text = JSON.stringify(pruning)
        const key = `${site}:pruning:${formatStamp(pruning.at, hashText(text).slice(0, 12))}`
        await ensureValue(values, key, text)
        addPruning(key, pruning)
      }
      for (let start = 0; start < missing.links.length; start += linksPerValue) {
        const its = missing.links.slice(start, start + linksPerValue)
        const text = JSON.stringify(its)
        const key = `${site}:link:${formatStamp(now(), hashText(text).slice(0, 12))}`
        await ensureValue(values, key, text)
        addLinks(key, its)
      }
    },
    async writePruning(pruning, stamp = formatStamp(pruning.at, nonce())) {
      const key = `${site}:pruning:${stamp}`
      await values.create(key, JSON.stringify(pruning))
      addPruning(key, pruning)
    },
    async writeFinished(erasureKey) {
      const key = `${erasureKey}-done`
      await values.create(key, '')
      finished.add(key)
    },
  }
}
