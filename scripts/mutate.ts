// `npm run mutate -- [AREA…]`: changes the code of an area in one place at a time and looks whether its tests notice. Writes what
// came of it to test/mutation/scores.json and docs/mutation.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { areas } from './mutation/areas.ts'
import { percentOf, readScores, scoreOf, tableOf, writeScores } from './mutation/record.ts'
import { runStryker } from './mutation/runStryker.ts'
import { root } from './supplyChain/publishedPackages.ts'

const names = Object.keys(areas)
const usage = `npm run mutate -- [AREA…] [--json]

Areas: ${names.join(', ')}. Without one: all, which takes an hour or more of one core.
Mutants that were tried before are tried again only where code or tests have changed.`

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const unknown = wanted.find((name) => areas[name] === undefined)

if (process.argv.includes('--help')) console.log(usage)
else if (unknown !== undefined) fail(`${unknown} is no area: name one of ${names.join(', ')}`)
else await mutate(wanted.length === 0 ? names : wanted).catch((error: unknown) => fail((error as Error).message))

async function mutate(wanted: readonly string[]): Promise<void> {
  for (const name of wanted) {
    const score = scoreOf(await runStryker(name, areas[name]!), new Date().toISOString().slice(0, 10))
    const scores = { ...readScores(), [name]: score }
    writeScores(Object.fromEntries(names.filter((name) => scores[name] !== undefined).map((name) => [name, scores[name]!])))
    writePage()
    if (process.argv.includes('--json')) console.log(JSON.stringify({ area: name, ...score }))
    else console.log([`${name}: ${percentOf(score)} % of ${score.mutants} mutants were noticed`, ...score.survivors.map(({ place, mutator, replacement }) => `  ${place}  ${mutator}  ${replacement}`)].join('\n'))
  }
}

function writePage(): void {
  const page = join(root, 'docs/mutation.md')
  writeFileSync(page, readFileSync(page, 'utf8').replace(/(?<=<!-- scores -->\n\n)[^]*?(?=\n\n<!-- \/scores -->)/, () => tableOf(readScores())))
}

function fail(text: string): void {
  console.error(`mutate: ${text}`)
  process.exitCode = 1
}
