// `npm run benchmarks` writes docs/benchmarks.md from bench/figures.json, where `npm run bench -- NAME --record` wrote what it measured.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readRecord } from '../bench/record.ts'
import { writeBenchmarks } from './benchmarks/page.ts'

const path = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))
const { values } = parseArgs({ options: { help: { type: 'boolean' } } })
if (values.help) console.log('npm run benchmarks                  writes docs/benchmarks.md from bench/figures.json\nnpm run bench -- NAME … --record    measures and writes that file; NAME may be all')
else {
  writeFileSync(path, writeBenchmarks(readRecord()))
  console.log('Wrote docs/benchmarks.md')
}
