import { DuckDBInstance } from '@duckdb/node-api'
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { treatments } from '../../packages/collector/src/export/anonymizer.ts'
import { exportColumns } from '../../packages/collector/src/export/columns.ts'
import { readCsvRows, readNdjson } from '../collector/export/readExport.ts'
import { fillFolder, hitOf, runCli } from '../collector/runCli.ts'

const page = await readFile(new URL('../../docs/export.md', import.meta.url), 'utf8')
const code = (language: string, index = 0): string => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))][index]![1]!.trim()

test('docs/export.md: what it begins with runs, and DuckDB reads what comes of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const hits = [hitOf(0.5, { user: 'zuse' }), hitOf(0.5, { path: '/a' })]
  await fillFolder(join(folder, 'data'), hits, 0)
  let ndjson = ''
  for (const command of code('sh').split('\n')) {
    const [words, redirected] = command.replace(/ +#.*/, '').split(' > ')
    const args = words!.split(/ +/)
    expect(args.splice(0, 2)).toEqual(['npx', 'treadlight'])
    const { code: exit, out, err } = await runCli(folder, args.map((arg) => (arg === '2026-11-01' ? hits[0]!.day : arg)))
    expect([command, exit]).toEqual([command, 0])
    if (redirected === undefined) expect(err).toMatch(/^Wrote 2 hits \([\d.]+ k?B\) of site default(, anonymised,)? to \S+\n$/)
    else ndjson = out
  }
  expect(readNdjson(Buffer.from(ndjson)).map(({ id }) => id).toSorted()).toEqual(hits.map(({ id }) => id).toSorted())
  const [plain, anonymous] = await Promise.all(['hits.csv', 'given-away.csv'].map((name) => readFile(join(folder, name))))
  expect(readCsvRows(plain!).map(({ user }) => user).toSorted()).toEqual(['', 'zuse'])
  expect(anonymous!.includes('zuse')).toBe(false)

  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const sql = code('sql').replace('hits.parquet', join(folder, 'hits.parquet')).replace('2026-11-21', hits[0]!.day)
  expect((await connection.runAndReadAll(sql)).getRowObjectsJson().map(({ path }) => path).toSorted()).toEqual(['/', '/a'])
  connection.closeSync()
})

test('docs/export.md: its table has every column in its order, and what becomes of it', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (VARCHAR|DATE|TIMESTAMP|JSON|DOUBLE|BOOLEAN|DECIMAL\(21,6\)) \| .* \| ([a-z ]+) \|$/gm)]
  const types = { text: 'VARCHAR', json: 'JSON', time: 'TIMESTAMP', day: 'DATE', number: 'DOUBLE', decimal: 'DECIMAL(21,6)', boolean: 'BOOLEAN' }
  const fieldOf = (name: string): keyof typeof treatments => (name.startsWith('revenue') ? 'revenue' : (name as keyof typeof treatments))
  expect(rows.map(([, ...cells]) => cells)).toEqual(exportColumns.map(({ name, kind }) => [name, types[kind], treatments[fieldOf(name)]]))
})
