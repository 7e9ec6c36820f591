import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../supplyChain/publishedPackages.ts'
import type { Report } from './runStryker.ts'

/** A mutant that no test noticed. */
interface Survivor {
  /** `packages/store/src/merge.ts:118` */
  place: string
  mutator: string
  /** What stood there instead. */
  replacement: string
}

/** What came of one area. */
export interface Score {
  /** Day of the run, `2026-11-22`. */
  date: string
  mutants: number
  killed: number
  /** Ran into the time limit: endless loops, which count as noticed. */
  timeouts: number
  survivors: Survivor[]
}

export type Scores = Readonly<Record<string, Score>>

const file = join(root, 'test/mutation/scores.json')

/** What was recorded so far, by area. */
export function readScores(): Scores {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Scores) : {}
}

export function writeScores(scores: Scores): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(scores, undefined, 2)}\n`)
}

/** What a report says in sum. Mutants that do not run at all are none. */
export function scoreOf(report: Report, date: string): Score {
  const all = Object.entries(report.files).flatMap(([path, { mutants }]) => mutants.map((mutant) => ({ path, ...mutant })))
  const mutants = all.filter(({ status }) => status !== 'RuntimeError' && status !== 'CompileError' && status !== 'Ignored')
  const of = (...wanted: string[]) => mutants.filter(({ status }) => wanted.includes(status))
  const survivors = of('Survived', 'NoCoverage').map(({ path, location, mutatorName, replacement = '' }) => ({ place: `${path}:${location.start.line}`, mutator: mutatorName, replacement: replacement.slice(0, 80) }))
  return { date, mutants: mutants.length, killed: of('Killed').length, timeouts: of('Timeout').length, survivors }
}

/** Of a hundred mutants, how many tests noticed: one decimal, rounded down. */
export function percentOf({ mutants, killed, timeouts }: Score): string {
  return (Math.floor((1000 * (killed + timeouts)) / mutants) / 10).toFixed(1)
}

/** The table of docs/mutation.md. */
export function tableOf(scores: Scores): string {
  const rows = Object.entries(scores).map(([name, score]) => `| ${name} | ${score.mutants} | ${score.killed} | ${score.timeouts} | ${score.survivors.length} | ${percentOf(score)} % | ${score.date} |`)
  return ['| area | mutants | noticed | by the time limit | survived | score | measured |', '|---|---:|---:|---:|---:|---:|---|', ...rows].join('\n')
}
