import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { needsOf, type Measurements } from '../../scripts/scale/model.ts'
import { priceTable, scaleTable, sourceTable } from '../../scripts/scale/table.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/scale.md', root), 'utf8')
const measured = JSON.parse(readFileSync(new URL('bench/figures.json', root), 'utf8')) as Measurements

/** What stands between two marks of the page. */
function between(name: string): string {
  return new RegExp(`<!-- ${name} -->\n(.*?)\n<!-- /${name} -->`, 's').exec(page)?.[1] ?? ''
}

describe('docs/scale.md', () => {
  test.each([
    ['scale', scaleTable(measured)],
    ['prices', priceTable()],
    ['sources', sourceTable(measured)],
  ])('has the table %s as npm run scale prints it', (name, table) => {
    expect(between(name)).toBe(table)
  })

  test('more hits never take less, but of the time of an answer', () => {
    const needs = [1e6, 1e7, 1e8, 1e9, 1e10].map((hits) => needsOf(hits, measured))
    for (const name of ['peak', 'coresAlone', 'upkeep', 'disk', 'memory', 'classA'] as const) {
      const values = needs.map((each) => each[name])
      expect(values).toEqual(values.toSorted((a, b) => a - b))
    }
    expect(needs[0]!.fits).toBe('one process')
    expect(needs.at(-1)!.fits).toBe('ClickHouse')
  })
})
