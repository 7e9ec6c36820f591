// `npm run coverage:requirements`: which tests hold which requirement of docs/requirements.md. `--json` prints
// { requirements: [{ id, feature, issue, tests: [{ file, count }] }], covered, total }. Exit code 1 where a test names a
// requirement that is not in the table.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findTests } from './testNames.ts'

const root = new URL('..', import.meta.url).pathname

const requirements = [...readFileSync(join(root, 'docs/requirements.md'), 'utf8').matchAll(/^\| ((?:PV|PT|SS|AR)\d\d) \| (.*?) \| (.*?) \|$/gm)].map(
  ([, id, feature, issue]) => ({ id: id!, feature: feature!, issue: issue!, tests: [] as { file: string; count: number }[] }),
)
const known = new Map(requirements.map((requirement) => [requirement.id, requirement]))

for (const path of listFiles(join(root, 'test')).toSorted()) {
  const file = relative(root, path)
  for (const [id, count] of countIds(readFileSync(path, 'utf8'))) {
    const requirement = known.get(id)
    if (requirement) requirement.tests.push({ file, count })
    else complain(`${file} names ${id}, which docs/requirements.md does not have: correct the one or the other`)
  }
}

const covered = requirements.filter(({ tests }) => tests.length > 0).length
if (process.argv.includes('--json')) console.log(JSON.stringify({ requirements, covered, total: requirements.length }, undefined, 2))
else print()

function print(): void {
  const width = Math.max(...requirements.map(({ feature }) => feature.length))
  for (const { id, feature, tests } of requirements) {
    const [first = 'none', ...others] = tests.map(({ file, count }) => `${file} (${count})`)
    console.log([`${id}  ${feature.padEnd(width)}  ${first}`, ...others.map((other) => `${' '.repeat(width + 8)}${other}`)].join('\n'))
  }
  console.log(`${covered} of ${requirements.length} requirements have tests`)
}

/** TypeScript below a folder, without what is installed there. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(join(folder, entry.name))
    return /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []
  })
}

/** How many tests of a file name each requirement. */
function countIds(code: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { ids } of findTests(code)) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

function complain(text: string): void {
  console.error(`coverage:requirements: ${text}`)
  process.exitCode = 1
}
