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

test('npm run coverage:requirements prints the table, none where there is none, and sums it up', async () => {
  const run = async (...args: string[]): Promise<string> => (await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/coverageRequirements.ts', ...args], { cwd: root })).stdout
  const [out, json] = await Promise.all([run(), run('--json')])
  const { requirements, covered, total } = JSON.parse(json) as { requirements: { id: string; tests: { file: string; count: number }[] }[]; covered: number; total: number }
  expect(total).toBe(108)
  expect(covered).toBe(requirements.filter(({ tests }) => tests.length > 0).length)
  expect(requirements.find(({ id }) => id === 'PT14')!.tests.map(({ file }) => file)).toContain('test/collector/reports/pseudonyms.test.ts')
  expect(out.trimEnd().split('\n').at(-1)).toBe(`${covered} of 108 requirements have tests`)
  expect(out).toMatch(/^PT14 {2}[\s\S]*?test\/collector\/reports\/pseudonyms\.test\.ts \(8\)$/m)
  expect(out.match(/ none$/gm) ?? []).toHaveLength(total - covered)
})
