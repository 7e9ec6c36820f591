import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pagePath, writeProof } from '../../scripts/proof.ts'
import { proofs } from '../prove/proofs.ts'
import { readRecord, type RecordedRun } from '../prove/record.ts'

const page = readFileSync(pagePath, 'utf8')
const record = readRecord()

describe('docs/proof.md', () => {
  test('has the tables as npm run proof makes them of the record', () => {
    expect(writeProof(page, record)).toBe(page)
  })

  test('has a row for each of T1 to T21, and what holds it exists', () => {
    const rows = [...page.matchAll(/^\| T(\d+) \| .* \| (.*) \|$/gm)]
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
    for (const [row, , holders = ''] of rows) {
      const names = [...holders.matchAll(/`prove (\w+)`/g)].map(([, name]) => name!)
      const files = [...holders.matchAll(/\]\((\S+)\)/g)].map(([, path]) => path!)
      expect(names.length + files.length, row).toBeGreaterThan(0)
      for (const name of names) expect(Object.keys(proofs), row).toContain(name)
      for (const file of files) expect(existsSync(new URL(file, `file://${pagePath}`)), `${file} of ${row}`).toBe(true)
    }
  })
})

describe('the record', () => {
  test('is of parts that there are, and says all that the page needs', () => {
    for (const run of record) {
      expect(Object.keys(proofs)).toContain(run.name)
      expect(run).toMatchObject({ date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), commit: expect.stringMatching(/^[0-9a-f]{7,40}\+?$/), machine: expect.any(String) })
      for (const field of ['runs', 'seed', 'hits', 'lost', 'twice', 'serverErrors', 'pageErrors', 'seconds'] as const) expect(run[field]).toBeTypeOf('number')
    }
  })

  const run: RecordedRun = { date: '2026-01-01', commit: 'abcdef0', machine: 'a machine', name: 'crash', runs: 300, seed: 1, hits: 500, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seconds: 1 }

  test('adds up over sessions and seeds', () => {
    expect(writeProof(page, [run, { ...run, seed: 2 }])).toMatch(/\| `crash` \| 600 kills \| 1,000 \| 0, 0, 0, 0 \| < 0\.5 % of kills \|/)
  })

  test('the bound is of the runs since the last one that found something, and that one is told for ever', () => {
    const written = writeProof(page, [run, { ...run, lost: 1 }, { ...run, runs: 30 }])
    expect(written).toMatch(/\| `crash` \| 630 kills \| 1,500 \| 1, 0, 0, 0 \| < 10 % of kills \|/)
    expect(written).toContain('- 2026-01-01, `crash`, seed 1, 300 runs: 1 lost, 0 twice')
  })
})
