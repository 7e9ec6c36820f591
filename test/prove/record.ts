import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ProveResult } from './proof.ts'

/** One run of one part that was really made, as a line of record.ndjson. */
export interface RecordedRun extends Omit<ProveResult, 'figures'> {
  /** Day of its end, UTC. */
  date: string
  /** Of the checkout; with a + where files were changed. */
  commit: string
  machine: string
  name: string
  /** How long it took. */
  seconds: number
  figures?: Record<string, number>
  /** What is to be said of it, by whoever has looked for the reason of what it has found. */
  note?: string
}

const recordPath: string = fileURLToPath(new URL('record.ndjson', import.meta.url))

/**
 * Adds a run to what is published. Runs that found something are added as well.
 * @param commit what `describeCommit` said when it began
 */
export function recordRun(name: string, commit: string, seconds: number, result: ProveResult): void {
  const { runs, added, seed, hits, lost, twice, serverErrors, pageErrors, figures } = result
  const line: RecordedRun = {
    date: new Date().toISOString().slice(0, 10),
    commit,
    machine: `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`,
    name,
    runs,
    ...(added && { added }),
    seed,
    hits,
    lost,
    twice,
    serverErrors,
    pageErrors,
    seconds: Math.round(seconds),
    ...(figures && { figures: Object.fromEntries(Object.entries(figures).map(([what, value]) => [what, Number(value.toPrecision(4))])) }),
  }
  appendFileSync(recordPath, `${JSON.stringify(line)}\n`)
}

/** All that was recorded, oldest first. */
export function readRecord(): RecordedRun[] {
  return readFileSync(recordPath, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as RecordedRun)
}

/** What is tried. The record itself, and pages that are made of it, change nothing of that. */
export function describeCommit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--', ':/', ':!/test/prove/record.ndjson', ':!/docs')
  return git('rev-parse', '--short=10', 'HEAD') + (changed === '' ? '' : '+')
}
