import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { benches } from '../../bench/about.ts'
import { figureTable } from '../../bench/formatFigure.ts'
import { lackOf } from '../../bench/otherTrackers.ts'
import { compare } from '../../bench/compare.ts'

const program = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))

function run(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...args], { encoding: 'utf8' })
}

test('--help names every bench and every flag', () => {
  const { status, stderr } = run('--help')
  expect(status).toBe(0)
  for (const word of [...Object.keys(benches), 'all', '--rounds', '--seconds', '--hits', '--larger', '--data', '--record', '--note', '--json']) expect(stderr).toContain(word)
})

test.each([
  [['nothing'], 'there is no bench nothing; there are table, ingest'],
  [['ingest', '--rounds', 'few'], '--rounds takes a number above 0'],
  [['--recrod'], "Unknown option '--recrod'"],
])('npm run bench -- %s is refused with code 2', (args, message) => {
  const { status, stderr, stdout } = run(...args)
  expect(status).toBe(2)
  expect(stderr).toContain(message)
  expect(stdout).toBe('')
})

test('figures that were compared are a table with a ratio and its command, before the others', () => {
  const compared = compare({ what: 'rate', ours: 2000, baseline: 'another', theirs: 500, unit: 'hits/s', better: 'higher', unequal: 'it stores nothing', command: 'npm run bench -- ingest' })
  const [head, row, , words, , other] = figureTable([{ name: 'memory', value: 1.234, unit: 'MB', better: 'lower' }, compared]).split('\n')
  expect(head).toMatch(/what +ours +baseline +theirs +ratio +the work is not equal +measured in full by/)
  expect(row).toMatch(/rate +2,000 +another +500 +hits\/s +4\.00 × +it stores nothing +npm run bench -- ingest$/)
  expect(words).toMatch(/^ratio: /)
  expect(other).toMatch(/^memory +1\.23 MB$/)
})

test.each([
  ['fetch(url, { keepalive: true })', {}, 'it lacks single-page routes, views from the back/forward cache, scroll depth, retries, a queue that outlives the page'],
  ['pushState pageshow keepalive indexedDB onScroll retry', {}, ''],
  ['pushState pageshow keepalive onScroll retry', { has: ['a queue that outlives the page'], more: 'plugins' } as const, 'it has plugins'],
])('of code %j it is said what that lacks', (code, known, lack) => {
  expect(lackOf({ name: 'x', version: '1.0.0', file: 'x.js', ...known }, code)).toBe(lack)
})
