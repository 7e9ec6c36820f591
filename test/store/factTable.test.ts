import type { StoredHit } from '@treadlight/store'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateHits } from '../../bench/generateHits.ts'
import { addToDay, type DayFacts } from '../../packages/store/src/factSet.ts'
import { createFactTable, type FactTable } from '../../packages/store/src/factTable.ts'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { encodeInSteps } from '../../packages/store/src/segment/encodeSegment.ts'
import { finish } from '../../packages/store/src/steps.ts'
import { makeEvent, makeHit, noon, testId } from './makeHit.ts'
import { arbitraryHit } from './segment/arbitraryHit.ts'

const open = (): FactTable => createFactTable('shop', '2026-11-21')

function fill(facts: Iterable<StoredHit>): FactTable {
  const table = open()
  for (const fact of facts) table.add(fact)
  return table
}

const rowsOf = (table: FactTable): number[] => Array.from({ length: table.size }, (_, row) => row)

describe('a table of facts', () => {
  it('is the set that objects would be', () => {
    const facts = fc.array(arbitraryHit, { maxLength: 30 }).chain((some) => fc.shuffledSubarray([...some, ...some, ...some.map((fact) => ({ ...fact, title: 'again' }))]))
    fc.assert(
      fc.property(facts, (some) => {
        const day: DayFacts = new Map()
        for (const fact of some) addToDay(day, fact)
        const table = fill(some)
        expect(table.facts()).toEqual(day)
        expect(rowsOf(table).map(table.fact)).toHaveLength([...day.values()].flat().length)
        for (const { id } of some) expect(table.factsOf(id)).toEqual(day.get(id))
      }),
      { numRuns: 300 },
    )
  })

  it('says the same bytes as was written, whatever order the fields have', () => {
    const { id, ...rest } = makeHit({ screen: '1x1', language: 'de' })
    const facts = [makeHit(), { ...rest, id }, makeEvent('a', { props: { b: 1, a: '\ud800' }, title: '\udfff' })]
    const table = fill(facts)
    expect(rowsOf(table).map((row) => JSON.stringify(table.fact(row)))).toEqual(facts.map((fact) => JSON.stringify(fact)))
  })

  it('takes a copy', () => {
    const [plain, odd] = [makeHit({ title: 'Shop' }), makeHit({ title: '\ud800' })]
    const table = fill([plain, odd])
    plain.title = odd.title = 'changed'
    expect([table.fact(0).title, table.fact(1).title]).toEqual(['Shop', '\ud800'])
  })

  it('answers the row of the very same fact, and gives another one of the id a row of its own', () => {
    const table = open()
    const [one, other] = [makeHit(), makeHit()]
    const later = { ...one, received: one.received + 1 }
    expect([one, other, one, later, { ...later }].map(table.add)).toEqual([0, 1, 0, 2, 2])
    expect([0, 1, 2].map(table.hasOthers)).toEqual([true, false, true])
    expect([one, other, makeHit()].map(({ id }) => table.rowsOf(id))).toEqual([[0, 2], [1], []])
  })

  it('finds ids that are no UUIDs, also where one is a UUID but for its case', () => {
    const id = testId(0xabc)
    const ids = [id, id.toUpperCase(), 'x', '']
    const table = fill(ids.map((each) => makeHit({ id: each, view: '' })))
    expect(ids.map(table.rowsOf)).toEqual([[0], [1], [2], [3]])
    expect(table.rowsOf('y')).toEqual([])
  })

  it('has more values of a field than 16 bits can number', async () => {
    const count = 70_000
    const table = open()
    for (let index = 0; index < count; index++) table.add(makeHit({ id: testId(index), visitor: `v${index}`, title: index % 2 === 0 ? 'even' : `t${index}` }))
    for (const index of [0, 1, 65_534, 65_535, 65_536, 65_537, count - 1]) {
      expect([table.text('visitor', index), table.fact(index).title, table.rowsOf(testId(index))]).toEqual([`v${index}`, index % 2 === 0 ? 'even' : `t${index}`, [index]])
    }
    const decoded = await decodeSegment(finish(encodeInSteps(table, table.allRows())))
    expect(new Set(decoded.map(({ visitor }) => visitor)).size).toBe(count)
    expect(decoded.every(({ visitor, title }) => title === (Number(visitor.slice(1)) % 2 === 0 ? 'even' : `t${visitor.slice(1)}`))).toBe(true)
  })

  it('writes those of its rows that are wanted', async () => {
    const [day = []] = generateHits({ hits: 500, days: 1 })
    const table = fill(day)
    const wanted = rowsOf(table).filter((row) => row % 3 === 0)
    const decoded = await decodeSegment(finish(encodeInSteps(table, Uint32Array.from(wanted))))
    const byId = (a: StoredHit, b: StoredHit) => (a.id < b.id ? -1 : 1)
    expect(decoded.toSorted(byId)).toEqual(wanted.map((row) => day[row]!).toSorted(byId))
  })

  it('can be read while others are added', () => {
    const table = fill([makeHit({ time: noon })])
    const before = table.facts()
    expect([before.size, table.from, table.to]).toEqual([1, noon, noon])
    table.add(makeHit({ time: noon + 5 }))
    table.add(makeHit({ time: noon - 5 }))
    expect([table.facts().size, table.from, table.to]).toEqual([3, noon - 5, noon + 5])
  })

  it('remembers what is durable', () => {
    const table = fill([makeHit(), makeHit()])
    table.setDurable(1, true)
    expect([table.isDurable(0), table.isDurable(1)]).toEqual([false, true])
    table.setDurable(1, false)
    expect(table.isDurable(1)).toBe(false)
  })
})
