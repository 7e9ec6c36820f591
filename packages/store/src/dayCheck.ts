import { holdsErased, personalColumns } from './clean.ts'
import type { CleanDays } from './cleanDays.ts'
import { addToDay, type DayFacts } from './factSet.ts'
import { fingerprint } from './fingerprint.ts'
import { clockDifference, commitOf, type SegmentFile } from './manifest.ts'
import type { Marks } from './marks.ts'
import { hashSought } from './hashSought.ts'
import { pruningEndsOf, type Pruning, type PruningEnds } from './pruning.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import { knownErasures, stampOf, type KnownMarks } from './shelfValue.ts'
import type { SiteLog } from './siteLog.ts'

/** Tells whether marks take something from a home day's segments, so that what was made of them says more than the hits. */
export interface DayCheck {
  /**
   * Whether a pruning that the maker did not know of may take any of it.
   * @param made when, ms since 1970
   */
  mayBePruned(files: readonly SegmentFile[], known: KnownMarks, made: number): boolean
  /** Whom `look` seeks: what tells apart what processes may know of that. See `hashSought`. */
  readonly sought: string
  /** Whether there may be an erasure that the maker did not know of, or did not know the reach of: then somebody has to look. */
  isAsked(known: KnownMarks): boolean
  /** Whether an erasure that the maker did not know of takes any of it; undefined where nobody has looked: see `look`. */
  isErased(files: readonly SegmentFile[], known: KnownMarks): boolean | undefined
  /**
   * Looks whether any erasure takes something, unless another process has said that none does. What cannot be read counts
   * as taken: what it says is not shown either.
   *
   * @returns how many segments were read
   */
  look(files: readonly SegmentFile[]): Promise<number>
  /** Whether all of it may be shown as it is, by every mark. @throws SegmentGone, SegmentDamaged */
  isWhole(files: readonly SegmentFile[]): Promise<boolean>
}

/** Who was erased, as things stood then. */
interface Known {
  marks: Marks
  erasures: number
  disownings: number
}

/** Prunings that somebody did not know of, as things stood then. */
interface News {
  state: string
  prunings: { pruning: Pruning; ends: PruningEnds }[]
}

/**
 * @param clean segments without an erased person: the log's version at which they were looked at
 * @param cleanDays what others have found
 */
export function createDayCheck(log: SiteLog, clean: Map<string, number>, cleanDays: Pick<CleanDays, 'read'>): DayCheck {
  /** By fingerprint: whether it was erased, by what was known then. */
  const looked = new Map<string, Known & { erased: boolean }>()
  let named: Known & { sought: string } | undefined
  const news = new WeakMap<KnownMarks, News>()

  function knownNow(): Known {
    const { marks, erasures } = log
    return { marks, erasures: erasures.size, disownings: marks.disownings }
  }

  function isNow<T extends Known>(then: T | undefined): then is T {
    const { marks, erasures, disownings } = knownNow()
    return then?.marks === marks && then.erasures === erasures && then.disownings === disownings
  }

  function nameSought(): string {
    const known = isNow(named) ? named : { ...knownNow(), sought: hashSought(log.erasures.keys(), log.marks.disowningLinks()) }
    named = known
    return known.sought
  }

  function isAsked(known: KnownMarks): boolean {
    // Also of those that are finished: a backup that is copied back in brings segments with an erased person.
    const isKnown = log.erasures.size === 0 || known.erasures === knownErasures(log)
    // And a log-in after an erasure may show that hits were the erased user's.
    return !isKnown || log.marks.disownings > 0
  }

  /** Prunings come by the hour, and it is asked for every day of a year. */
  function findNews(known: KnownMarks): News['prunings'] {
    const state = `${log.version} ${log.prunings.size}`
    const found = news.get(known)
    if (found?.state === state) return found.prunings
    const stamps = new Set(known.prunings)
    const unknown = [...log.prunings].filter(([key]) => !stamps.has(stampOf(key)))
    const prunings = unknown.map(([, pruning]) => ({ pruning, ends: pruningEndsOf(pruning) }))
    news.set(known, { state, prunings })
    return prunings
  }

  async function findErased(files: readonly SegmentFile[], onRead: () => void): Promise<boolean> {
    try {
      if (isMerged(files)) {
        for (const _ of files) onRead()
        return [...(await readFacts(files)).values()].some(log.marks.isErased)
      }
      for (const file of files) {
        if (clean.get(file.key) === log.version && log.marks.disownings === 0) continue
        const { version } = log
        onRead()
        if (holdsErased(log.marks, file.day, await log.segments.columns(file, personalColumns))) return true
        clean.set(file.key, version)
      }
      return false
    } catch (error) {
      if (error instanceof SegmentGone || error instanceof SegmentDamaged) return true
      throw error
    }
  }

  async function readFacts(files: readonly SegmentFile[]): Promise<DayFacts> {
    const facts: DayFacts = new Map()
    for (const file of files) for (const fact of await log.segments.facts(file, false)) addToDay(facts, fact)
    return facts
  }

  return {
    get sought() {
      return nameSought()
    },
    isAsked,
    mayBePruned(files, known, made) {
      return findNews(known).some(({ pruning, ends: { anonymous, authenticated } }) => {
        // One that is older than what was made is judged by what was known before: somebody's hits may have been nobody's.
        const ofUsers = pruning.at <= made + clockDifference ? anonymous : authenticated
        return files.some(({ kind, from }) => from < (kind === 'anon' ? anonymous : ofUsers))
      })
    },
    isErased(files, known) {
      if (!isAsked(known)) return false
      const found = looked.get(fingerprint(files))
      return isNow(found) ? found.erased : undefined
    },
    async look(files) {
      const then = knownNow()
      const print = fingerprint(files)
      const isClean = then.erasures === 0 || (await cleanDays.read(nameSought())).has(print)
      let read = 0
      looked.set(print, { ...then, erased: !isClean && (await findErased(files, () => read++)) })
      return read
    },
    async isWhole(files) {
      const { anonymous, authenticated } = log.marks.pruningEnds
      const isYoung = files.every(({ from }) => from >= Math.max(anonymous, authenticated))
      if (!log.marks.hasErasures && isYoung) return true
      return [...(await readFacts(files)).values()].every((facts) => log.marks.keep(facts).length === facts.length)
    },
  }
}

/** Whether several facts may be one hit: what they say together may name somebody whom none of them names. */
export function isMerged(files: readonly SegmentFile[]): boolean {
  return files.some(({ facts, hits }) => facts !== hits) || new Set(files.map(commitOf)).size > 1
}
