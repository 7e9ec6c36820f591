import { copyStorage, verifyStorage, type CopyReport, type VerifyProblem } from '@treadlight/store'
import type { OpenStorage } from '../openStore.ts'
import { count, formatBytes, type Progress } from '../progress.ts'

export interface CopyAndVerifyOptions {
  /** See `copyStorage`. */
  mirror: boolean
  /** Whether every value of the copy is read again. */
  verify: boolean
  signal: AbortSignal
  progress: Progress
}

export interface VerifiedCopy extends CopyReport {
  /** What is damaged in the copy; undefined where nobody has looked. */
  problems?: VerifyProblem[]
}

/** Copies a storage to another, and reads the copy. Where it is to end, what it answers is of no worth. */
export async function copyAndVerify(
  from: OpenStorage['storage'],
  to: OpenStorage['storage'],
  { mirror, verify, signal, progress }: CopyAndVerifyOptions,
): Promise<VerifiedCopy> {
  const report = await copyStorage(from, to, {
    mirror,
    signal,
    progress: ({ values, total, bytes }) => progress.show(() => `copying … ${values} of ${count(total, 'value')}, ${formatBytes(bytes)} new`),
  })
  if (!verify || signal.aborted) return report
  const { problems } = await verifyStorage(to, {
    signal,
    progress: ({ values, total, bytes }) => progress.show(() => `verifying … ${values} of ${count(total, 'value')}, ${formatBytes(bytes)}`),
  })
  return { ...report, problems }
}
