import type { StorageProblem, VerifyProblem } from '@treadlight/store'
import { count } from './progress.ts'

/**
 * Whether something is lost that was acknowledged. The torn end of a batch or of a text file is not: a process was killed
 * in the middle of a write, and nobody was told that it had worked.
 */
export function isLoss({ key, reason }: StorageProblem | VerifyProblem): boolean {
  return reason !== 'torn' || /^[a-z0-9_-]+:(?!batch:)/.test(key)
}

/**
 * Says on stderr that something is lost, if so; stdout may be the data.
 * @param what lacks it: `the export`
 * @returns whether it is so
 */
export function warnOfLoss(what: string, problems: readonly StorageProblem[]): boolean {
  const lost = problems.filter(isLoss)
  if (lost.length > 0) console.error(`treadlight: ${what} lacks what ${count(lost.length, 'damaged value')} held: run treadlight doctor --deep, which says what to do`)
  return lost.length > 0
}
