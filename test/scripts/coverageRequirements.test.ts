import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { findIds, findTests } from '../../scripts/testNames.ts'

const root = new URL('../..', import.meta.url).pathname

describe('ids in a text', () => {
  test.each([
    ['PT13: rows', ['PT13']],
    ['PV16 PV18, SS08', ['PV16', 'PV18', 'SS08']],
    ['PV11–PV14 attribution', ['PV11', 'PV12', 'PV13', 'PV14']],
    ['SS19-SS21', ['SS19', 'SS20', 'SS21']],
    ['SS19–21', ['SS19', 'SS20', 'SS21']],
    ['PV09–SS10 are two', ['PV09', 'SS10']],
    ['P014, PV1, PV123, xPV11, pv11', []],
    ['PV11-2026', ['PV11']],
    ['edge 9, 11, 12: routes', ['edge 9', 'edge 11', 'edge 12']],
    ['input 33, edge 45: PV02', ['PV02', 'input 33', 'edge 45']],
    ['inputs 7, 10 and 11: text', ['input 7', 'input 10', 'input 11']],
    ['inputs of 4, edge cases, edge 123, 4 inputs', []],
  ])('%s', (text, expected) => expect(findIds(text)).toEqual(expected))
})

describe('tests of a file', () => {
  const cases: [string, string, string[][]][] = [
    ['a name', `test('PT13 x', () => {})`, [['PT13']]],
    ['it, skipIf, template', 'it.skipIf(true)(`PT13 ${x}: SS08`, () => {})', [['PT13', 'SS08']]],
    ['a describe around it', `describe('PV01', () => { test('a', f); describe('PV02', () => { test('b PV03', f) }) })`, [['PV01'], ['PV01', 'PV02', 'PV03']]],
    // Of a text, so that nothing is skipped here.
    ['nothing that is switched off', `describe.skip('PV01', () => { test('a', f) }); test.todo('PV02'); it.skip.each([[1]])('PV03', f); test('PV04', f)`, [['PV04']]],
    ['not behind it', `describe('PV01', () => {}); test('a', f)`, [[]]],
    ['comments and other texts', `// PV01\ntest('a', () => { expect('PV02').toBe(1) })\nconst x = 'PV03'`, [[]]],
    ['a table: each row is one', `test.each([[1], [2]])('PV01 %s', f)`, [['PV01'], ['PV01']]],
    ['a table whose rows name them', `test.each([['PV01 a', 'SS01'], ['PV02 b', 1]])('%s', f)`, [['PV01'], ['PV02']]],
    ['a table of objects', `test.each([{ title: 'PV01' }, { title: 'b' }] as const)('$title', f)`, [['PV01'], []]],
    ['a table with a name', `const rows: X[] = [['PV01'], ['b']]\ntest.each(rows)('%s', f)`, [['PV01'], []]],
    ['a table from elsewhere is one', `test.each(readRows())('PV01 %s', f)`, [['PV01']]],
    ['a describe with a table', `describe.each([['PV01', 1]])('%s', () => { test('a', f) })`, [['PV01']]],
    ['a contract', `testHitStore('PT18 mine', open)`, [['PT18']]],
    ['no test', `expect.each('PV01', x); result('PV01'); a.test('PV01'); testHit(x)`, []],
  ]
  test.each(cases)('%s', (_, code, expected) => expect(findTests(code).map(({ ids }) => Array.from(ids))).toEqual(expected))
})

test('docs/requirements.md has every requirement once, in order, with a feature and an issue', async () => {
  const page = await readFile(`${root}docs/requirements.md`, 'utf8')
  const range = (family: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${family}${String(index + 1).padStart(2, '0')}`)
  const rows = [...page.matchAll(/^\| ([A-Z]{2}\d\d) \| (.{10,100}) \| (\d+(?:, \d+)*) \|$/gm)]
  expect(rows.map(([, id]) => id)).toEqual([...range('PV', 35), ...range('PT', 22), ...range('SS', 38), ...range('AR', 13)])
})

/** Pages that list something by number: the first column. */
const numbersOf = (page: string): number[] => [...page.matchAll(/^\| (\d+) \| .{8,}? \| .+ \|$/gm)].map(([, number]) => Number(number))

test('docs/inputs.md has every bad input once, in order', async () => {
  expect(numbersOf(await readFile(`${root}docs/inputs.md`, 'utf8'))).toEqual(Array.from({ length: 35 }, (_, index) => index + 1))
})

describe('npm run coverage:requirements', () => {
  const run = async (...args: string[]): Promise<string> => (await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/coverageRequirements.ts', ...args], { cwd: root })).stdout

  // It exits with 1 where a row has no test, or a test names a row that there is not: then this fails with what it says.
  test('every requirement, edge case and bad input has tests', async () => {
    type Rows = { id: string; tests: { file: string; count: number }[] }[]
    const { requirements, edges, inputs, covered, total } = JSON.parse(await run('--json')) as { requirements: Rows; edges: Rows; inputs: Rows; covered: number; total: number }
    expect([requirements.length, edges.length, inputs.length]).toEqual([108, 45, 35])
    expect([covered, total]).toEqual([188, 188])
    const filesOf = (rows: Rows, id: string): string[] => rows.find((row) => row.id === id)!.tests.map(({ file }) => file)
    expect(filesOf(requirements, 'PT14')).toContain('test/collector/reports/pseudonyms.test.ts')
    expect(filesOf(edges, 'edge 34')).toEqual(['test/tracker/engagement.test.ts'])
    expect(filesOf(inputs, 'input 27')).toEqual(['test/collector/inputs/wire.test.ts'])
  })

  test('as a table, a row for each', async () => {
    const out = await run()
    expect(out).toMatch(/^PT14 {6}[\s\S]*?test\/collector\/reports\/pseudonyms\.test\.ts \(8\)$/m)
    expect(out.trimEnd().split('\n').slice(-3)).toEqual(['108 of 108 requirements have tests', '45 of 45 edges have tests', '35 of 35 inputs have tests'])
  })
})
