// `npm run scale [-- --measure [BENCH …]]`: the tables of docs/scale.md, from figures that were measured.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { readRecord } from '../bench/record.ts'
import { measuredBenches, type Measurements } from './scale/model.ts'
import { priceTable, scaleTable, sourceTable } from './scale/table.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { measure: { type: 'boolean' }, help: { type: 'boolean' } } })
if (values.help) {
  console.log('npm run scale                         prints the tables of docs/scale.md from bench/figures.json\nnpm run scale -- --measure [BENCH …]  measures all of it anew, or some benches, and writes that file: npm run bench -- BENCH … --record')
} else {
  if (values.measure) measure(positionals.length === 0 ? measuredBenches : positionals)
  const measured = readRecord() as Measurements
  console.log([scaleTable(measured), priceTable(), sourceTable(measured)].join('\n\n'))
}

function measure(names: readonly string[]): void {
  execFileSync('npm', ['run', '--silent', 'bench', '--', ...names, '--record'], { stdio: ['ignore', 2, 'inherit'] })
}
