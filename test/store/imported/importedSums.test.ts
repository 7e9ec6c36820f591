import { createReferenceStore, createStore, verifyStorage, type ImportedSums, type Query } from '@treadlight/store'
import { expect, test } from 'vitest'
import { testImportedSums } from '../../contracts/importedSums.ts'
import { createFaultyStorage } from '../faultyStorage.ts'
import { day, noon } from '../makeHit.ts'

testImportedSums('reference', async ({ now }) => createReferenceStore({ now, keepSums: true }))
testImportedSums('unstorage', async ({ now }) => createStore({ storage: createFaultyStorage({ append: true }).storage, durability: 'volatile', now, refreshMs: 0, keepSums: true }))

const midnight = noon - day / 2
const sums: ImportedSums = {
  title: 'export.zip',
  sums: { all: ['visitors'] },
  days: [100, 50].map((ago) => ({ day: new Date(midnight - ago * day).toISOString().slice(0, 10), from: midnight - ago * day, to: midnight - (ago - 1) * day, rows: { all: [['', ago]] } })),
}
const visitors: Query = { site: 'shop', range: { from: 0, to: noon }, timezone: 'UTC', metrics: ['visitors'], imports: true }

test('imported sums outlive the process, and are seen by another', async () => {
  const faulty = createFaultyStorage({ append: true })
  const open = () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
  const [one, other] = [await open(), await open()]
  await one.importSums!('shop', sums)
  for (const store of [other, await open()]) expect((await store.query(visitors)).rows[0]!.metrics).toEqual([150])
  expect(await (await open()).sites()).toEqual(['shop'])
  await other.removeImport!('shop', (await other.imports!('shop'))[0]!.id)
  expect((await one.query(visitors)).rows[0]!.metrics).toEqual([0])
  expect([...faulty.values.keys()].filter((key) => key.includes(':sums:'))).toEqual([])
})

test('an import that was cut off counts for nothing until it is made again', async () => {
  const faulty = createFaultyStorage({ append: true })
  const open = () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
  const store = await open()
  await store.importSums!('shop', sums)
  const header = [...faulty.values.keys()].find((key) => /:sums:[0-9a-f]{16}$/.test(key))!
  await faulty.storage.removeItem(header)
  const next = await open()
  expect(await next.query(visitors)).toEqual({ rows: [{ dimensions: [], metrics: [0] }], totalRows: 1 })
  expect(await next.importSums!('shop', sums)).toBe('stored')
  expect((await next.query(visitors)).rows[0]!.metrics).toEqual([150])
})

test('a month that is damaged is reported and left out', async () => {
  const faulty = createFaultyStorage({ append: true })
  const open = () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
  await (await open()).importSums!('shop', sums)
  const month = [...faulty.values.keys()].find((key) => key.includes('.'))!
  const bytes = faulty.values.get(month)!
  bytes[bytes.length - 1]! ^= 1
  const store = await open()
  const { rows } = await store.query(visitors)
  expect([50, 100]).toContain(rows[0]!.metrics[0])
  expect(store.problems).toMatchObject([{ key: month, reason: 'checksum' }])
  expect((await verifyStorage(faulty.storage)).problems).toMatchObject([{ key: month, reason: 'checksum' }])
})
