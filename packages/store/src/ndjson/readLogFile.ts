import { resolve } from 'node:path'
import { attempt } from '../drivers/fsError.ts'
import { checkHeader, header } from './lines.ts'
import type { LogFile, LogFileOptions } from './logFile.ts'
import { readEntries } from './readEntries.ts'
import { readHead } from './readHead.ts'

/**
 * Reads the file as it stands, beside whoever writes to it: without its lock, and without changing anything. The middle
 * of a line that is being written counts as one that was cut off, and is not reported.
 *
 * @throws Error if it is no file of ours or of a later version
 */
export async function readLogFile({ path: name, onEntry, onProblem }: Omit<LogFileOptions, 'sync'>): Promise<LogFile> {
  const path = resolve(name)
  const refuse = async (): Promise<never> => {
    throw new Error(`[treadlight ndjson] ${path} was opened to be read only: open it without readOnly`)
  }
  const log = { lines: 0, doubtful: false, append: refuse, rewrite: refuse, close: async () => undefined }
  const head = await attempt('read', path, readHead)
  // Not there, or just being made.
  if (head.length < header.length && header.startsWith(head)) return log
  checkHeader(head, path)
  const { lines, doubtful, problems } = await attempt('read', path, () => readEntries(path, onEntry))
  for (const problem of problems) onProblem(problem)
  return { ...log, lines, doubtful }
}
