// `npm run coverage:requirements`: which tests hold which requirement of docs/requirements.md, which edge case of
// docs/tracker.md and which bad input of docs/inputs.md. `--json` prints { requirements: [{ id, feature, tests: [{ file, count }] }],
// edges, inputs, covered, total }, all three alike. Exit code 1 where one of them has no test, or a test names one that there is not.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findTests } from './testNames.ts'

/** One row of a table in docs, and what holds it. */
interface Row {
  id: string
  feature: string
  tests: { file: string; count: number }[]
}

const usage = `npm run coverage:requirements [-- --json]

Which tests hold which row of docs/requirements.md, of the edge cases in docs/tracker.md and of docs/inputs.md.
A test holds a row when its name, or that of a describe around it, says the id: PT13, edge 18, input 4.`

const root = new URL('..', import.meta.url).pathname

if (process.argv.includes('--help')) {
  console.log(usage)
  process.exit(0)
}

/** Each with the page that has its table, and what of a row is its id and its text. */
const groups = {
  requirements: readRows('docs/requirements.md', /^\| ((?:PV|PT|SS|AR)\d\d) \| (.*?) \|/gm),
  edges: readRows('docs/tracker.md', /^\| (\d+) \| (.*?) \|/gm, 'edge '),
  inputs: readRows('docs/inputs.md', /^\| (\d+) \| (.*?) \|/gm, 'input '),
}
const rows = Object.values(groups).flat()
const known = new Map(rows.map((row) => [row.id, row]))

for (const path of listFiles(join(root, 'test')).toSorted()) {
  const file = relative(root, path)
  for (const [id, count] of countIds(readFileSync(path, 'utf8'))) {
    const row = known.get(id)
    if (row) row.tests.push({ file, count })
    else complain(`${file} names ${id}, which no table of docs has: correct the one or the other`)
  }
}

const covered = rows.filter(isCovered).length
if (process.argv.includes('--json')) console.log(JSON.stringify({ ...groups, covered, total: rows.length }, undefined, 2))
else print()
for (const { id, feature } of rows.filter((row) => !isCovered(row))) complain(`no test names ${id} (${feature}): write it, or name it in the test that holds it`)

function readRows(page: string, row: RegExp, prefix = ''): Row[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(row)].map(([, id, feature]) => ({ id: prefix + id, feature: feature!, tests: [] }))
}

function isCovered({ tests }: Row): boolean {
  return tests.length > 0
}

function print(): void {
  const width = Math.max(...rows.map(({ feature }) => feature.length))
  for (const { id, feature, tests } of rows) {
    const [first = 'none', ...others] = tests.map(({ file, count }) => `${file} (${count})`)
    console.log([`${id.padEnd(8)}  ${feature.padEnd(width)}  ${first}`, ...others.map((other) => `${' '.repeat(width + 12)}${other}`)].join('\n'))
  }
  for (const [name, group] of Object.entries(groups)) console.log(`${group.filter(isCovered).length} of ${group.length} ${name} have tests`)
}

/** TypeScript below a folder, without what is installed there. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(join(folder, entry.name))
    return /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []
  })
}

/** How many tests of a file name each row. */
function countIds(code: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { ids } of findTests(code)) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

function complain(text: string): void {
  console.error(`coverage:requirements: ${text}`)
  process.exitCode = 1
}
