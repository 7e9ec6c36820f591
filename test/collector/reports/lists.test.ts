import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../packages/collector/src/reports/entries.ts'
import { filterParameters, meetsFilters, readEntryFilters } from '../../../packages/collector/src/reports/entryFilter.ts'
import { pageNumber } from '../../../packages/collector/src/reports/pageNumber.ts'
import { summarizeEntries } from '../../../packages/collector/src/reports/summary.ts'
import { batchesOf } from './readEntries.ts'

const entries: Entry[] = [
  { time: 1, engaged: 0, username: 'anonymous', session: 'None', address: '1.1.1.0', path: '/b' },
  { time: 2, engaged: 0, username: 'ann', session: 'k1', address: '1.1.2.0', path: '/a' },
  { time: 3, engaged: 0, username: 'ann', session: 'k2', address: '1.1.1.0', path: '/c' },
]

describe('PT09 the summary of entries', () => {
  test('interval, total, range and distinct ones', async () => {
    expect(await summarizeEntries(batchesOf(entries.slice(0, 2), [], entries.slice(2)), 60_000)).toEqual({
      interval: 60, count: 3, earliest: 1, latest: 3, users: 2, sessions: 3, addresses: 2, paths: 3,
    })
  })

  test('PT10 P024: of nothing', async () => {
    expect(await summarizeEntries(batchesOf<Entry>([]), 60_000)).toEqual({
      interval: 60, count: 0, earliest: null, latest: null, users: 0, sessions: 0, addresses: 0, paths: 0,
    })
  })
})

describe('PT11 filters', () => {
  test.each([
    ['P016: all of them, exactly', 'username=anonymous&path=/b', [1]],
    ['no substring', 'path=/', []],
    ['two that exclude each other', 'username=ann&path=/b', []],
    ['a session', 'session_key=k2', [3]],
    ['an address', 'ipaddress=1.1.1.0', [1, 3]],
    ['P020: unknown ones are ignored', 'bogus=1', [1, 2, 3]],
    ['an empty one is one', 'username=', []],
  ])('%s: %s', (_, query, expected) => {
    const filters = readEntryFilters(new URLSearchParams(query))
    expect(entries.filter((entry) => meetsFilters(entry, filters)).map(({ time }) => time)).toEqual(expected)
  })

  test('links add filters, and paging keeps them', () => {
    const filters = readEntryFilters(new URLSearchParams('path=/a%26b&username=ann&page=2&bogus=1'))
    expect(readEntryFilters(filterParameters([...filters, { param: 'session_key', value: 'k1' }], 3))).toEqual([
      { param: 'username', value: 'ann' },
      { param: 'session_key', value: 'k1' },
      { param: 'path', value: '/a&b' },
    ])
    expect(filterParameters(filters, 3).get('page')).toBe('3')
    expect(filterParameters(filters).has('page')).toBe(false)
  })
})

describe('PT12 which page', () => {
  test.each([
    ['P017: past the end is the last', '30', 101, 2],
    ['as asked for', '2', 250, 2],
    ['the last of full ones', '3', 300, 3],
    ['P018: no number is the first', 'x', 250, 1],
    ['none is the first', null, 250, 1],
    ['before the first is the last, as Django has it', '0', 250, 3],
    ['before the first is the last, as Django has it', '-1', 250, 3],
    ['of nothing', '1', 0, 1],
  ])('%s: %j', (_, wanted, count, expected) => expect(pageNumber(wanted, count)).toBe(expected))
})
