import type { StorageProblem, VerifyProblem } from '@treadlight/store'

/**
 * Whether something is lost that was acknowledged. The torn end of a batch or of a text file is not: a process was killed
 * in the middle of a write, and nobody was told that it had worked.
 */
export function isLoss({ key, reason }: StorageProblem | VerifyProblem): boolean {
  return reason !== 'torn' || /^[a-z0-9_-]+:(?!batch:)/.test(key)
}
