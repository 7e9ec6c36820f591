import { DuckDBInstance } from '@duckdb/node-api'
import { createReferenceStore, type Query, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateHits } from '../../../bench/generateHits.ts'
import { exportColumns } from '../../../packages/collector/src/export/columns.ts'
import { countRows, createExport } from '../../../packages/collector/src/export/createExport.ts'
import { exportFormats } from '../../../packages/collector/src/export/formats.ts'
import { arbitraryHit } from '../../store/segment/arbitraryHit.ts'
import { makeEngagement, makeEvent, makeHit, noon } from '../../store/makeHit.ts'
import { collectExport, readCsvRows, readNdjson, readParquet, storeOf, temporaryFile, type Row } from './readExport.ts'

const site = 'shop'
const generated = [...generateHits({ hits: 3000, days: 3, sessionIds: 0.2 })].flat()
const view = makeHit({ path: '/a,"b"', title: '=cmd()', user: 'ann', clickIds: { gclid: 'Ab&c' } })
const special: StoredHit[] = [
  view,
  makeEvent('buy', { revenue: { amount: '-123456789012345.678901', currency: 'EUR' }, props: { size: 'L\n"', count: 2, gift: true }, interactive: false }),
  makeEvent('buy', { revenue: { amount: '19.90', currency: 'EUR' }, url: 'https://shop.example/\u2028ü🙂' }),
  makeEngagement(view, { engaged: 12_500, engagedDelta: 2.5, scroll: 80 }),
]
const hits = [...generated, ...special]

const byId = <T extends { id?: unknown }>(rows: readonly T[]): T[] => rows.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))

describe.each([true, false])('an export has every hit, whether it is in segments or not (%s)', (compacted) => {
  test('NDJSON: as it is stored', async () => {
    const { bytes, rows } = await collectExport(await storeOf(hits, { compacted }), { site, format: 'ndjson' })
    expect(byId(readNdjson(bytes))).toEqual(byId(hits))
    expect(rows).toBe(hits.length)
  })

  test('CSV: a row for each, with the same in its cells', async () => {
    const { bytes, rows } = await collectExport(await storeOf(hits, { compacted }), { site, format: 'csv' })
    const found = readCsvRows(bytes)
    expect(rows).toBe(hits.length)
    expect(Object.keys(found[0]!)).toEqual(exportColumns.map(({ name }) => name))
    expect(byId(found)).toEqual(byId(hits).map(cellsOf))
  })

  test('Parquet: hyparquet reads the same', async () => {
    const { bytes, rows } = await collectExport(await storeOf(hits, { compacted }), { site, format: 'parquet' })
    expect(rows).toBe(hits.length)
    expect(byId(await readParquet(bytes))).toEqual(byId(hits).map(parquetRowOf))
  })
})

test('NDJSON into another store gives the same answers', async () => {
  const store = await storeOf(hits)
  const other = createReferenceStore()
  await other.append(readNdjson((await collectExport(store, { site, format: 'ndjson' })).bytes))
  const range = { from: noon - 10 * 86_400_000, to: noon + 86_400_000 }
  const metrics: Query['metrics'] = ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'scroll_depth', 'time_on_page']
  for (const dimensions of [[], ['event:page'], ['visit:source', 'time:day'], ['visit:country']] as Query['dimensions'][]) {
    const query: Query = { site, timezone: 'UTC', range, metrics, dimensions: dimensions! }
    const answer = await store.query(query)
    expect(answer.totalRows).toBeGreaterThan(0)
    expect(await other.query(query)).toEqual(answer)
  }
})

test('a range has the hits of its time, in every format', async () => {
  const store = await storeOf(hits)
  const range = { from: noon - 86_400_000, to: noon }
  const expected = hits.filter(({ time }) => time >= range.from && time < range.to).length
  expect(expected).toBeGreaterThan(100)
  for (const format of exportFormats) expect((await collectExport(store, { site, format, ...range })).rows).toBe(expected)
})

test('nothing at all: the head, and what Parquet readers take for no rows', async () => {
  const store = await storeOf([])
  expect((await collectExport(store, { site, format: 'csv' })).bytes.toString()).toBe(`${exportColumns.map(({ name }) => name).join(',')}\r\n`)
  expect((await collectExport(store, { site, format: 'ndjson' })).bytes).toHaveLength(0)
  expect(await readParquet((await collectExport(store, { site, format: 'parquet' })).bytes)).toEqual([])
})

test('any hit that the type allows comes through every format', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryHit, { maxLength: 20 }), async (some) => {
      const store = createReferenceStore()
      await store.append(some)
      const stored = []
      for await (const hit of store.hits({ site, order: 'oldest' })) stored.push(hit)
      for (const anonymize of [false, true]) {
        const lines = readNdjson((await collectExport(store, { site, format: 'ndjson', anonymize })).bytes)
        if (!anonymize) expect(lines).toEqual(JSON.parse(JSON.stringify(stored)))
        expect(readCsvRows((await collectExport(store, { site, format: 'csv', anonymize })).bytes)).toHaveLength(stored.length)
        const rows = await readParquet((await collectExport(store, { site, format: 'parquet', anonymize })).bytes)
        if (!anonymize) expect(rows.map(({ path, engaged }) => [path, engaged])).toEqual(stored.map(({ path, engaged }) => [path.toWellFormed(), engaged ?? null]))
        expect(rows).toHaveLength(stored.length)
      }
    }),
    { numRuns: 60 },
  )
})

test('row groups are of 10,000 rows, and of less where rows are long', async () => {
  const many = [...generateHits({ hits: 23_000, days: 1 })].flat()
  const sizes = async (some: readonly StoredHit[]): Promise<number[]> => {
    const found = []
    for await (const { rows } of createExport(await storeOf(some, { compacted: false }), { site, format: 'parquet' })) if (rows > 0) found.push(rows)
    return found
  }
  const [first, ...others] = await sizes(many)
  expect(first).toBeLessThan(10_600)
  expect(first! + others.reduce((sum, rows) => sum + rows, 0)).toBe(23_000)
  const long = Array.from({ length: 4000 }, () => makeHit({ title: 'x'.repeat(12_000) }))
  expect((await sizes(long)).length).toBeGreaterThan(1)
})

test('who takes no more pieces has nothing more read', async () => {
  let read = 0
  const store = {
    ...createReferenceStore(),
    async *lines() {
      for (; read < 1000; read++) yield new TextEncoder().encode(`${JSON.stringify(makeHit())}\n`)
    },
  }
  for (const format of ['csv', 'ndjson'] as const) {
    read = 0
    let taken = 0
    for await (const { rows } of createExport(store, { site, format })) if ((taken += rows) === 3) break
    expect(read).toBeLessThan(4)
  }
})

test('how many rows there are is told ahead, about, and by a store that knows', async () => {
  const range = { from: noon - 10 * 86_400_000, to: noon + 86_400_000 }
  for (const compacted of [true, false]) {
    const store = await storeOf(hits, { compacted })
    expect(await countRows(store, { site })).toBe(hits.length)
    expect(await countRows(store, { site, ...range })).toBe(hits.length)
    expect(await countRows(store, { site, from: noon + 5 * 86_400_000 })).toBe(0)
  }
  expect(await countRows(createReferenceStore(), { site })).toBeUndefined()
})

describe('DuckDB reads', () => {
  const query = async (sql: string): Promise<Row[]> => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson()
    } finally {
      connection.closeSync()
    }
  }

  test('the types of the columns', async () => {
    const file = await temporaryFile('hits.parquet', (await collectExport(await storeOf(hits), { site, format: 'parquet' })).bytes)
    const types = Object.fromEntries((await query(`describe select * from '${file}'`)).map(({ column_name, column_type }) => [column_name, column_type]))
    expect(types).toMatchObject({
      id: 'VARCHAR', time: 'TIMESTAMP', received: 'TIMESTAMP', day: 'DATE', engaged: 'DOUBLE', scroll: 'DOUBLE',
      revenueAmount: 'DECIMAL(21,6)', props: 'JSON', interactive: 'BOOLEAN', url: 'VARCHAR',
    })
  })

  test('the same rows from Parquet as from NDJSON and CSV', async () => {
    const store = await storeOf(hits)
    const [parquet, ndjson, csv] = await Promise.all(
      (['parquet', 'ndjson', 'csv'] as const).map(async (format) => temporaryFile(`hits.${format}`, (await collectExport(store, { site, format })).bytes)),
    )
    const fields = 'id, type, path, title, source, country, visitor, "user"'
    const [both] = await query(
      `select count(*)::int as n from '${parquet}' p join read_json('${ndjson}', format='newline_delimited', columns={id: 'VARCHAR', time: 'BIGINT', engaged: 'DOUBLE', scroll: 'DOUBLE', url: 'VARCHAR'}) j
         on p.id = j.id and epoch_ms(p.time) = j.time and p.url = j.url and p.engaged is not distinct from j.engaged and p.scroll is not distinct from j.scroll`,
    )
    expect(both).toEqual({ n: hits.length })
    const [inCsv] = await query(
      `select count(*)::int as n from '${parquet}' p join read_csv('${csv}', header=true, quote='"', escape='"', types={id: 'VARCHAR', time: 'TIMESTAMP', revenueAmount: 'DECIMAL(21,6)', props: 'VARCHAR', day: 'DATE'}) c
         on p.id = c.id and p.time = c.time and p.day = c.day and p.revenueAmount is not distinct from c.revenueAmount and p.engaged is not distinct from c.engaged`,
    )
    expect(inCsv).toEqual({ n: hits.length })
    const [money] = await query(`select sum(revenueAmount)::varchar as total, json_extract_string(max(props), '$.size') as size from '${parquet}'`)
    expect(money).toEqual({ total: '-123456789012325.778901', size: 'L\n"' })
    expect(await query(`select ${fields} from '${parquet}' where title = '=cmd()'`)).toHaveLength(1)
  })
})

/** What docs/export.md says of CSV, said again: a hit's cells. */
function cellsOf(hit: StoredHit): Record<string, string> {
  const flat: Row = { ...hit, revenueAmount: hit.revenue?.amount, revenueCurrency: hit.revenue?.currency }
  const cells: Record<string, string> = {}
  for (const { name } of exportColumns) {
    const value = flat[name]
    if (value === undefined) cells[name] = ''
    else if (name === 'time' || name === 'received') cells[name] = new Date(value as number).toISOString()
    else if (typeof value === 'object') cells[name] = JSON.stringify(value)
    else cells[name] = value === '=cmd()' ? `'=cmd()` : String(value)
  }
  return cells
}

function parquetRowOf(hit: StoredHit): Row {
  const { revenue, ...flat } = hit
  const row: Row = { ...flat, revenueAmount: revenue && Number(revenue.amount), revenueCurrency: revenue?.currency }
  for (const name of ['time', 'received', 'day']) row[name] = new Date(row[name] as number | string)
  return Object.fromEntries(exportColumns.map(({ name }) => [name, row[name] ?? null]))
}
