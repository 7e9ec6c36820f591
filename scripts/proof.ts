// `npm run proof` writes the tables of docs/proof.md from test/prove/record.ndjson: the runs that were really made.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeBound } from '../test/prove/programme.ts'
import { failuresIn } from '../test/prove/proof.ts'
import { proofs } from '../test/prove/proofs.ts'
import { readRecord, type RecordedRun } from '../test/prove/record.ts'

/** Where the page lies. */
export const pagePath: string = fileURLToPath(new URL('../docs/proof.md', import.meta.url))

/** Seeds of one part that are named; of more only how many there are. */
const mostSeeds = 6

/** The page with what stands between its marks made of the record. */
export function writeProof(page: string, record: readonly RecordedRun[]): string {
  const tables: Record<string, string> = { programme: programmeTable(), record: recordTable(record), figures: figureTable(record), failures: failureList(record) }
  return Object.entries(tables).reduce((text, [name, table]) => text.replace(new RegExp(`(<!-- ${name} -->\n).*?\n?(<!-- /${name} -->)`, 's'), (_, begin: string, end: string) => `${begin}${table}\n${end}`), page)
}

function programmeTable(): string {
  const rows = Object.entries(proofs).map(([name, { summary, unit, small }]) => `| \`${name}\` | ${summary.split(/; (?:\[|ends)/)[0]} | ${count(small)} ${unit} |`)
  return ['| part | tries | in `npm run prove` |', '| --- | --- | ---: |', ...rows].join('\n')
}

/** Sums by part. The bound is of the runs since the last one that found something. */
function recordTable(record: readonly RecordedRun[]): string {
  const rows = Object.entries(proofs).map(([name, { unit, leaves }]) => {
    const runs = record.filter((run) => run.name === name)
    if (runs.length === 0) return `| \`${name}\` | none yet | | | | ${leaves} |`
    const sum = (field: 'runs' | 'hits' | 'lost' | 'twice' | 'serverErrors' | 'pageErrors'): number => runs.reduce((total, run) => total + run[field], 0)
    const since = runs.slice(runs.findLastIndex((run) => failuresIn(run) > 0) + 1).reduce((total, run) => total + run.runs, 0)
    const bound = since === 0 ? 'none' : `< ${describeBound(since)} of ${unit}`
    return `| \`${name}\` | ${count(sum('runs'))} ${unit} | ${count(sum('hits'))} | ${['lost', 'twice', 'serverErrors', 'pageErrors'].map((field) => sum(field as 'lost')).join(', ')} | ${bound} | ${leaves} |`
  })
  return ['| part | runs | acknowledged hits | lost, twice, server errors, page errors | fails in, with 95 % confidence | what it does not show |', '| --- | ---: | ---: | :---: | ---: | --- |', ...rows].join('\n')
}

/** What the latest run of each part has measured, with how to have it again. */
function figureTable(record: readonly RecordedRun[]): string {
  const rows = Object.keys(proofs).flatMap((name) => {
    const runs = record.filter((run) => run.name === name)
    const [latest] = runs.slice(-1)
    if (latest === undefined) return []
    const figures = Object.entries(latest.figures ?? {}).map(([what, value]) => `${what}: ${value.toLocaleString('en', { maximumFractionDigits: 2 })}`)
    const seeds = runs.length > mostSeeds ? `${runs.length} seeds, the last one ${latest.seed}` : runs.map(({ seed, runs: its, added = {} }) => `${seed} (${count(its - Object.values(added).reduce((sum, more) => sum + more, 0))})`).join(', ')
    return [`| \`${name}\` | ${latest.date}, ${latest.commit} | ${seeds} | ${figures.join('; ')} |`]
  })
  const machines = new Set(record.map(({ machine }) => machine))
  return ['| part | last, at commit | seeds, with `--runs` | measured in the last run |', '| --- | --- | --- | --- |', ...rows, '', `Machine: ${[...machines].join('; ') || 'none yet'}.`].join('\n')
}

/** Runs that found something, for ever. */
function failureList(record: readonly RecordedRun[]): string {
  const failed = record.filter((run) => failuresIn(run) > 0)
  if (failed.length === 0) return 'None.'
  return failed.map(({ date, name, seed, runs, lost, twice, serverErrors, pageErrors, note }) => `- ${date}, \`${name}\`, seed ${seed}, ${count(runs)} runs: ${lost} lost, ${twice} twice, ${serverErrors} server errors, ${pageErrors} page errors${note === undefined ? '' : `. ${note}`}`).join('\n')
}

function count(number: number): string {
  return number.toLocaleString('en')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(pagePath, writeProof(readFileSync(pagePath, 'utf8'), readRecord()))
  console.log(`Wrote ${pagePath}`)
}
