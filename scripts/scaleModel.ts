// `npm run scale [-- --measure [BENCH …]]`: the tables of docs/scale.md, from figures that were measured.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Measured, Measurements } from './scale/model.ts'
import { priceTable, scaleTable, sourceTable } from './scale/table.ts'

const file = new URL('../bench/figures.json', import.meta.url)
/** Each takes minutes; together half an hour on a machine that does nothing else. */
const commands: Record<keyof Measurements, string> = {
  ingest: 'npm run bench -- ingest --rounds 2',
  storage: 'npm run bench -- storage',
  query: 'npm run bench -- query --rounds 5',
  scale: 'npm run bench -- scale',
  clickhouse: 'npm run bench -- clickhouse',
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { measure: { type: 'boolean' }, help: { type: 'boolean' } } })
if (values.help) {
  console.log('npm run scale                       prints the tables of docs/scale.md from bench/figures.json\nnpm run scale -- --measure [BENCH]  measures all of it anew, or one bench, and writes that file')
} else {
  const measured = JSON.parse(readFileSync(file, 'utf8')) as Measurements
  if (values.measure) measure(measured, positionals.length === 0 ? Object.keys(commands) : positionals)
  console.log([scaleTable(measured), priceTable(), sourceTable(measured)].join('\n\n'))
}

/** One after the other, each written down as it comes. */
function measure(measured: Measurements, names: readonly string[]): void {
  for (const name of names) {
    const command = commands[name as keyof Measurements]
    if (command === undefined) throw new Error(`there is no bench ${name} in the model; there are ${Object.keys(commands).join(', ')}`)
    console.error(`${command} …`)
    const [program, ...args] = `${command} --json`.split(' ')
    const out = execFileSync(program!, ['--silent', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 })
    const { figures } = JSON.parse(out.slice(out.indexOf('{"figures"'))) as { figures: { name: string; value: number }[] }
    measured[name as keyof Measurements] = { date: new Date().toISOString().slice(0, 10), machine: `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`, command, figures: byName(figures) }
    writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`)
  }
}

function byName(figures: readonly { name: string; value: number }[]): Measured['figures'] {
  return Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toPrecision(5))]))
}
