import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { benches } from '../../bench/about.ts'
import { compare, type Comparison } from '../../bench/compare.ts'
import { readRecord } from '../../bench/record.ts'
import { writeBenchmarks } from '../../scripts/benchmarks/page.ts'
import { verdictOf } from '../../scripts/benchmarks/verdict.ts'

const page = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8')

describe('docs/benchmarks.md', () => {
  test('is what npm run benchmarks writes of bench/figures.json', () => {
    expect(page).toBe(writeBenchmarks(readRecord()))
  })

  test('has a figure of what was recorded only, and names what was not', () => {
    const record = readRecord()
    for (const [name, { title, minutes }] of Object.entries(benches)) {
      const section = page.split('\n## ').find((part) => part.startsWith(`${title}\n`)) ?? ''
      const recorded = record[name as keyof typeof benches]
      expect(section.includes(`Not recorded yet; it takes about ${minutes} min.`), name).toBe(recorded === undefined)
      if (recorded !== undefined) expect(section).toContain(`*${recorded.date}; ${recorded.machine}; \`${recorded.command}\``)
    }
  })

  test('says what is missed, first', () => {
    const value = 1
    const figure = { name: 'answers', unit: 'ms', better: 'lower' } as const
    const written = writeBenchmarks({ query: { date: '2026-01-02', machine: 'one', command: 'npm run bench -- query', figures: [{ ...figure, value, floor: 0.5 }, { ...figure, name: 'loads', value, goal: 2 }] } })
    const missed = written.slice(written.indexOf('## Missed'), written.indexOf('## Against'))
    expect(missed).toContain('| [query](#questions): answers | 1 ms | 0.50 |  | **floor missed** |')
    expect(missed).not.toContain('loads')
  })
})

describe('verdictOf', () => {
  test.each([
    ['higher', 5, 4, 5, 'goal reached'],
    ['higher', 4, 4, 5, 'goal missed'],
    ['higher', 3.9, 4, 5, '**floor missed**'],
    ['lower', 5, 5, 4, 'goal missed'],
    ['lower', 4, 5, 4, 'goal reached'],
    ['lower', 5.1, 5, 4, '**floor missed**'],
    ['lower', 5, 5, undefined, 'floor reached'],
    ['lower', 5, undefined, 4, 'goal missed'],
    ['lower', 5, undefined, undefined, ''],
  ] as const)('%s is better: %d with floor %s and goal %s is "%s"', (better, value, floor, goal, verdict) => {
    expect(verdictOf({ name: '', unit: '', better, value, ...(floor !== undefined && { floor }), ...(goal !== undefined && { goal }) })).toBe(verdict)
  })
})

test.each([
  ['higher', 30, 10, 3],
  ['higher', 10, 40, 0.25],
  ['lower', 10, 30, 3],
  ['lower', 40, 10, 0.25],
] as const)('compare: where %s is better, ours %d and theirs %d is %d times as good', (better, ours, theirs, ratio) => {
  const comparison: Comparison = { what: 'rate', ours, baseline: 'another', theirs, unit: 's', better, command: 'npm run bench' }
  expect(compare(comparison)).toMatchObject({ name: 'rate, against another', value: ratio, better: 'higher', against: comparison })
})
