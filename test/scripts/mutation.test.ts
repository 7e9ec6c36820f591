import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { areas } from '../../scripts/mutation/areas.ts'
import { percentOf, readScores, scoreOf, tableOf } from '../../scripts/mutation/record.ts'
import type { Report } from '../../scripts/mutation/runStryker.ts'
import { root } from '../../scripts/supplyChain/publishedPackages.ts'

type Mutant = Report['files'][string]['mutants'][number]

const mutant = (status: Mutant['status'], line: number): Mutant => ({ status, mutatorName: 'EqualityOperator', replacement: 'a <= b', location: { start: { line, column: 1 } } })

describe('npm run mutate', () => {
  test('counts what was noticed, and names what was not', () => {
    const report: Report = { files: { 'a.ts': { mutants: [mutant('Killed', 1), mutant('Timeout', 2), mutant('Survived', 3), mutant('NoCoverage', 4), mutant('CompileError', 5), mutant('Ignored', 6)] } } }
    const score = scoreOf(report, '2026-01-01')
    expect(score).toEqual({
      date: '2026-01-01',
      mutants: 4,
      killed: 1,
      timeouts: 1,
      survivors: [
        { place: 'a.ts:3', mutator: 'EqualityOperator', replacement: 'a <= b' },
        { place: 'a.ts:4', mutator: 'EqualityOperator', replacement: 'a <= b' },
      ],
    })
    expect(percentOf(score)).toBe('50.0')
  })

  test('rounds down: not all is all', () => {
    expect(percentOf({ date: '', mutants: 3000, killed: 2999, timeouts: 0, survivors: [] })).toBe('99.9')
  })

  const patterns = Object.entries(areas).flatMap(([name, { mutate, tests }]) => [...mutate, ...tests].flatMap(expand).map((pattern) => [name, pattern.replace(/^!/, '')] as const))

  test.each(patterns)('%s: there is %s', (_, pattern) => {
    const wanted = new RegExp(`^${pattern.slice(dirname(pattern).length + 1).replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`)
    expect(readdirSync(root + dirname(pattern)).filter((name) => wanted.test(name))).not.toEqual([])
  })

  test('docs/mutation.md has what was recorded, and nothing else', () => {
    expect(readFileSync(`${root}docs/mutation.md`, 'utf8')).toContain(`<!-- scores -->\n\n${tableOf(readScores())}\n\n<!-- /scores -->`)
    for (const [name, score] of Object.entries(readScores())) {
      expect(areas).toHaveProperty(name)
      expect(score.killed + score.timeouts + score.survivors.length).toBe(score.mutants)
    }
  })
})

/** `a/{b,c}.ts` is `a/b.ts` and `a/c.ts`. */
function expand(pattern: string): string[] {
  const match = /^(.*)\{(.*)\}(.*)$/.exec(pattern)
  return match === null ? [pattern] : match[2]!.split(',').map((name) => match[1]! + name + match[3]!)
}
