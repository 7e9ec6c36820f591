import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../packages/collector/src/reports/entries.ts'
import { pagetimerTable } from '../../../packages/collector/src/reports/pagetimerTable.ts'
import { writeTable, type Table } from '../../../packages/collector/src/reports/table.ts'
import { visitsOf } from '../../../packages/collector/src/reports/timeOnPage.ts'
import { timelineTable } from '../../../packages/collector/src/reports/timelineTable.ts'
import { timeTable } from '../../../packages/collector/src/reports/timeTable.ts'
import { minute, noon } from '../../store/makeHit.ts'
import { batchesOf, listAll } from './readEntries.ts'

const entryAt = (minutes: number, fields: Partial<Entry> = {}): Entry => ({
  time: noon + minutes * minute, engaged: minute, username: 'ann', session: 's1', address: '', path: '/', ...fields,
})
const rowsOf = async ({ batches }: Table): Promise<(string | number)[][]> => (await listAll(batches)).flat().map((row) => [...row])
const clock = (time: unknown): string => String(time).slice(11, 16)

test('PT13 P014: the columns of the original, CRLF, quoted, and no formula', async () => {
  const entries = [
    { time: Date.parse('2020-01-01T03:04:05.678Z'), username: 'anonymous', session: 'oqsZ', address: '1.1.1.0', path: '/b', engaged: 0 },
    { time: Date.parse('2020-01-02T03:04:05.678Z'), username: 'ann', session: 'v+tz', address: '1.1.1.0', path: '/a,"q"', engaged: 0 },
    { time: Date.parse('2020-01-03T03:04:05.678Z'), username: '=cmd()', session: 'None', address: '', path: '/c', engaged: 0 },
  ]
  const pieces = await listAll(writeTable(pagetimerTable(batchesOf(entries.slice(0, 1), [], entries.slice(1))), 'csv'))
  expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(
    [
      'timestamp,username,session_key,ipaddress,path',
      '2020-01-01T03:04:05.678Z,anonymous,oqsZ,1.1.1.0,/b',
      '2020-01-02T03:04:05.678Z,ann,v+tz,1.1.1.0,"/a,""q"""',
      "2020-01-03T03:04:05.678Z,'=cmd(),None,,/c",
      '',
    ].join('\r\n'),
  )
  expect(pieces.map(({ rows }) => rows)).toEqual([0, 1, 0, 2])
})

test.each([
  ['nothing', [], []],
  ['rows', [[['/a', 1]], [], [['=b', -2], ['', 3]]], [{ path: '/a', seconds: 1 }, { path: '=b', seconds: -2 }, { path: '', seconds: 3 }]],
])('PT19 as JSON it is one array: %s', async (_, batches, expected) => {
  const table = { columns: ['path', 'seconds'], batches: batchesOf(...(batches as [string, number][][])) }
  const pieces = await listAll(writeTable(table, 'json'))
  expect(JSON.parse(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString())).toEqual(expected)
})

describe('PT19 time for each user, session and path', () => {
  test('visits, beats and seconds, the first and the last moment', async () => {
    const entries = [
      entryAt(0), entryAt(1), entryAt(1, { username: 'bob', session: 's2', engaged: 1400 }), entryAt(2, { path: '/b', engaged: 30_499 }), entryAt(3), entryAt(10),
    ]
    const rows = await rowsOf(timeTable(batchesOf(entries), minute))
    expect(rows.map(([user, session, path, visits, beats, seconds, first, last]) => [user, session, path, visits, beats, seconds, clock(first), clock(last)])).toEqual([
      ['bob', 's2', '/', 1, 1, 1, '12:01', '12:01'],
      ['ann', 's1', '/', 3, 4, 240, '12:00', '12:11'],
      ['ann', 's1', '/b', 1, 1, 30, '12:02', '12:02'],
    ])
  })

  test('a session that was silent for more than a day begins new rows, and the old ones are written at once', async () => {
    const day = 24 * 60
    const batches: number[] = []
    for await (const rows of timeTable(batchesOf([entryAt(0)], [entryAt(day)], [entryAt(2 * day + 0.1)], []), minute).batches) batches.push(rows.length)
    expect(batches).toEqual([0, 0, 1, 0, 1])
  })

  test('names that could be taken for one another are not', async () => {
    const entries = [entryAt(0, { username: 'a', session: 'b,c' }), entryAt(0, { username: 'a,b', session: 'c' })]
    expect(await rowsOf(timeTable(batchesOf(entries), minute))).toHaveLength(2)
  })

  const entries = fc
    .array(fc.record({ at: fc.integer({ min: 0, max: 5 * 24 * 60 }), who: fc.constantFrom('ann', 'bob'), path: fc.constantFrom('/a', '/b') }))
    .map((some) => some.toSorted((a, b) => a.at - b.at).map(({ at, who, path }) => entryAt(at, { username: who, session: who, path })))

  test('however the entries are batched, its sums are those of the visits', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 9 }), async (all, size) => {
        const batches = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
        const rows = await rowsOf(timeTable(batchesOf(...batches), minute))
        expect(rows).toEqual(await rowsOf(timeTable(batchesOf(all), minute)))
        for (const who of ['ann', 'bob']) {
          const visits = visitsOf(all.filter(({ username }) => username === who), minute)
          for (const path of ['/a', '/b']) {
            const own = rows.filter((row) => row[0] === who && row[2] === path)
            const sum = (column: number): number => own.reduce((total, row) => total + Number(row[column]), 0)
            const expected = visits.filter((visit) => visit.path === path)
            expect([sum(3), sum(4), sum(5)]).toEqual([expected.length, expected.reduce((total, { beats }) => total + beats, 0), expected.reduce((total, { engaged }) => total + engaged, 0) / 1000])
          }
        }
      }),
    )
  })
})

describe('PT19 a timeline', () => {
  const timelineOf = async (...batches: Entry[][]): Promise<unknown[]> =>
    (await rowsOf(timelineTable(batchesOf(...batches), minute))).map(([start, end, path, seconds]) => [clock(start), clock(end), path, seconds])

  test('the visits in order, with where they went', async () => {
    expect(await timelineOf([entryAt(0), entryAt(1), entryAt(2, { path: '/b' })], [entryAt(3, { path: '/b' }), entryAt(30)])).toEqual([
      ['12:00', '12:02', '/', 120],
      ['12:02', '12:04', '/b', 120],
      ['12:30', '12:31', '/', 60],
    ])
  })

  test('on two devices at once, by when they began', async () => {
    const phone = { session: 'phone', path: '/phone' }
    expect(await timelineOf([entryAt(0), entryAt(1, phone)], [entryAt(2)], [entryAt(3, phone)], [entryAt(4)], [entryAt(9, phone)])).toEqual([
      ['12:00', '12:05', '/', 180],
      ['12:01', '12:04', '/phone', 120],
      ['12:09', '12:10', '/phone', 60],
    ])
  })

  test('is given out as visits end', async () => {
    const batches: number[] = []
    const table = timelineTable(batchesOf(...[0, 1, 2, 10, 20, 30].map((at) => [entryAt(at)])), minute)
    for await (const rows of table.batches) batches.push(rows.length)
    expect(batches).toEqual([0, 0, 0, 1, 1, 1, 1])
  })
})
