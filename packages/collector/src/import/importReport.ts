import type { StoredHit } from '@treadlight/store'

/** What became of the rows of an import. What went on from a note counts from there. */
export interface ImportReport {
  /** Hits that came, and that were there already. */
  stored: number
  duplicate: number
  /** Of the stored, those that retention will take with its next pruning. */
  older: number
  /** Rows that were understood and left out, by why. */
  skipped: Record<string, number>
  /** Hits that the site's settings drop, by why: see `treadlight drops`. */
  dropped: Record<string, number>
  /** Rows that were not understood, by why. */
  refused: Record<string, number>
  /** Hits outside of `--from` and `--to`. */
  outside: number
  /** The first of what was not understood. */
  problems: ImportProblem[]
  /** Home days of the hits, and when the first and the last happened, ms since 1970. */
  days: number
  first: number | undefined
  last: number | undefined
  /** Days of which sums came, and whether these were new. */
  sums?: { days: number; first: string; last: string; outcome: 'stored' | 'duplicate' }
}

export interface ImportProblem {
  file: string
  line: number
  problem: string
  sample?: string
}

/** So many are shown: there may be millions, and they are much alike. */
const shownProblems = 10
/** Of one kind. */
const shownAlike = 3

/** Counts what becomes of rows. */
export interface ImportTally {
  readonly report: ImportReport
  skip(reason: string): void
  drop(reason: string): void
  refuse(problem: ImportProblem): void
  outside(): void
  /** What the store, or its look, has said. @param isOld whether retention will take it */
  take(hit: StoredHit, outcome: 'stored' | 'duplicate', isOld: boolean): void
  /** Rows of any kind so far. */
  readonly rows: number
}

export function createTally(): ImportTally {
  const days = new Set<string>()
  const report: ImportReport = { stored: 0, duplicate: 0, older: 0, skipped: {}, dropped: {}, refused: {}, outside: 0, problems: [], days: 0, first: undefined, last: undefined }
  let rows = 0
  const add = (counts: Record<string, number>, reason: string): void => {
    counts[reason] = (counts[reason] ?? 0) + 1
    rows++
  }

  return {
    report,
    get rows() {
      return rows
    },
    skip: (reason) => add(report.skipped, reason),
    drop: (reason) => add(report.dropped, reason),
    refuse(problem) {
      add(report.refused, problem.problem)
      if (report.problems.length < shownProblems && report.refused[problem.problem]! <= shownAlike) report.problems.push(problem)
    },
    outside() {
      report.outside++
      rows++
    },
    take({ site, day, time }, outcome, isOld) {
      rows++
      report[outcome]++
      if (isOld && outcome === 'stored') report.older++
      days.add(`${site} ${day}`)
      report.days = days.size
      if (report.first === undefined || time < report.first) report.first = time
      if (report.last === undefined || time > report.last) report.last = time
    },
  }
}
