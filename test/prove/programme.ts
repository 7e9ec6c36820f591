import { boundOf, failuresIn, type Proof, type ProveResult } from './proof.ts'

/** What became of one part. */
export interface PartOutcome {
  name: string
  unit: string
  seconds: number
  /** What it has found; why it could not be run or judged, where it has found nothing. */
  result: ProveResult | string
}

/** Whether it has shown that nothing is wrong. */
export function isPassed({ result }: PartOutcome): boolean {
  return typeof result !== 'string' && failuresIn(result) === 0
}

/** Runs one part; what it throws is its outcome. */
export async function runPart(name: string, { unit, prove }: Proof, options: Parameters<Proof['prove']>[0]): Promise<PartOutcome> {
  const begun = performance.now()
  const result = await prove(options).catch((error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)))
  return { name, unit, seconds: (performance.now() - begun) / 1000, result }
}

/** A part in one line, with seed and bound. */
export function describePart({ name, unit, seconds, result }: PartOutcome): string {
  if (typeof result === 'string') return `✗ ${name}: ${result}`
  const { runs, hits, lost, twice, serverErrors, pageErrors, seed } = result
  const counts = `${count(runs, unit)}, ${count(hits, 'hits')}: ${lost} lost, ${twice} twice, ${serverErrors} server errors, ${pageErrors} page errors`
  const bound = failuresIn(result) === 0 ? `; fails in fewer than ${describeBound(runs)} of ${unit} and ${describeBound(hits)} of hits (95 %)` : ''
  return `${failuresIn(result) === 0 ? '✓' : '✗'} ${name}: ${counts}${bound}; seed ${seed}, ${Math.round(seconds)} s`
}

/** All parts as a table, with what was not shown. */
export function describeProgramme(outcomes: readonly PartOutcome[]): string {
  const head = ['', 'runs', 'hits', 'lost', 'twice', '5xx', 'page', 'below', 's']
  const rows = outcomes.map((outcome) => {
    const { name, unit, seconds, result } = outcome
    if (typeof result === 'string') return [name, 'broke off', '', '', '', '', '', '', String(Math.round(seconds))]
    const { runs, hits, lost, twice, serverErrors, pageErrors } = result
    return [name, count(runs, unit), hits.toLocaleString('en'), ...[lost, twice, serverErrors, pageErrors].map(String), isPassed(outcome) ? describeBound(runs) : '', String(Math.round(seconds))]
  })
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const lines = [head, ...rows].map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '))
  const failed = outcomes.filter((outcome) => !isPassed(outcome)).map(({ name }) => name)
  return [...lines, '', failed.length === 0 ? 'Nothing acknowledged was lost, nothing counted twice. What this does not show: docs/proof.md' : `Failed: ${failed.join(', ')}`].join('\n')
}

/** By the rule of three, in per cent. */
export function describeBound(runs: number): string {
  return `${Number((boundOf(runs) * 100).toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 6 })} %`
}

function count(number: number, unit: string): string {
  return `${number.toLocaleString('en')} ${unit}`
}
