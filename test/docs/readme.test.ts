import { DuckDBInstance } from '@duckdb/node-api'
import { createStore, openStorage } from '@treadlight/store'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeHit } from '../store/makeHit.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'

const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
const day = 86_400_000
const minute = 60_000

test('README: the SQL counts each hit once, also while files that were replaced still lie there', async () => {
  const base = await createTemporaryDirectory()
  const opened = await openStorage({ driver: 'fs', base })
  const hits = Array.from({ length: 4 }, (_, index) => makeHit({ site: 'default', path: index < 3 ? '/a' : '/b' }))
  let now = hits[0]!.time
  const store = await createStore({ ...opened, now: () => now, refreshMs: 0 })
  await store.append(hits.slice(0, 2))
  now += 3 * day
  await store.maintain()
  // Of two origins, and late: the day is written anew.
  await store.append([...hits.slice(2), { ...hits[0]!, origin: 'server', received: now }])
  now += 25 * minute
  await store.maintain({ force: true })
  now += minute
  await store.maintain({ force: true })
  await store.close()
  expect((await readdir(join(base, 'default/segment'))).length).toBeGreaterThan(1)

  const sql = /^```sql\n(.*?)^```$/ms.exec(page)![1]!.replace("'data/", `'${base}/`)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const ask = async (text: string): Promise<unknown> => (await connection.runAndReadAll(text)).getRowsJson()
  expect(await ask(sql)).toEqual([['/a', '3'], ['/b', '1']])
  // Else nothing that was replaced was there.
  expect(await ask(sql.replace('count(distinct (day, id))', 'count(*)'))).not.toEqual(await ask(sql))
  connection.closeSync()
})
