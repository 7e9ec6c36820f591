import { createReferenceStore, createStore, verifyStorage, type HitStore, type ImportedSums, type Query } from '@treadlight/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testImportedSums } from '../../contracts/importedSums.ts'
import { createFaultyStorage } from '../faultyStorage.ts'
import { day, makeHit, noon, testId } from '../makeHit.ts'

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

const counts = ['visitors', 'visits', 'pageviews', 'bounce_rate'] as const
const dimensions = [[], ['time:day'], ['time:week'], ['visit:source'], ['time:month', 'visit:source'], ['event:page'], ['visit:country_name'], ['visit:os'], ['time:hour'], ['visit:source', 'visit:country']] as const
const filters = [[], [], [['is', 'visit:source', ['Google']]], [['contains', 'event:page', ['a']]], [['is_not', 'visit:country', ['DE']]]] as const

const sum = fc.integer({ min: 0, max: 50 })
const someDays = fc.uniqueArray(fc.record({ ago: fc.integer({ min: 0, max: 9 }), rows: fc.array(fc.tuple(fc.constantFrom('Google', 'Direct / None', 'x'), sum, sum), { maxLength: 3 }) }), { selector: ({ ago }) => ago, minLength: 1, maxLength: 5 })
const step = fc.oneof(
  fc.record({ do: fc.constant('import' as const), days: someDays, knowsVisits: fc.boolean() }),
  fc.record({ do: fc.constant('append' as const), ago: fc.integer({ min: 0, max: 9 }), session: fc.constantFrom('', 's1'), number: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constantFrom('remove' as const, 'erase' as const, 'prune' as const, 'maintain' as const, 'reopen' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
const question = fc
  .record({ metrics: fc.subarray([...counts, 'events', 'total_revenue'] as const, { minLength: 1 }), dimensions: fc.constantFrom(...dimensions), filters: fc.constantFrom(...filters), from: fc.integer({ min: -1, max: 10 }), hours: fc.constantFrom(0, 0, 0, 5), timezone: fc.constantFrom('UTC', 'UTC', 'Europe/Berlin') })
  .map(({ from, hours, metrics, dimensions, filters, timezone }): Query => ({ site: 'shop', metrics, dimensions, filters, timezone, range: { from: midnight - from * day + hours * 3_600_000, to: midnight + day }, imports: true }))

function sumsOf({ days, knowsVisits }: { days: readonly { ago: number; rows: readonly [string, number, number][] }[]; knowsVisits: boolean }): ImportedSums {
  const names = knowsVisits ? (['visitors', 'visits'] as const) : (['visitors'] as const)
  const row = ([value, ...sums]: readonly [string, number, number]) => [value, ...sums.slice(0, names.length)] as const
  return {
    title: 'random',
    sums: { all: names, 'visit:source': names, 'visit:country': ['visitors'] },
    days: days.map(({ ago, rows }) => ({ day: new Date(midnight - ago * day).toISOString().slice(0, 10), from: midnight - ago * day, to: midnight - (ago - 1) * day, rows: { all: rows.map(([, ...sums]) => row(['', ...sums])), 'visit:source': rows.map(row), 'visit:country': rows.map(([, visitors]) => ['DE', visitors] as const) } })),
  }
}

async function play(store: Required<HitStore>, its: Step, received: number): Promise<unknown> {
  if (its.do === 'import') return store.importSums('shop', sumsOf(its))
  if (its.do === 'append') return store.append([makeHit({ id: testId(its.number), time: noon - its.ago * day, received, visitor: its.session === '' ? 'v' : '', session: its.session, path: '/a' })])
  if (its.do === 'erase') return store.erase({ site: 'shop', session: 's1' })
  if (its.do === 'prune') return store.prune({ anonymous: 4 * day, authenticated: 4 * day })
  if (its.do === 'remove') return store.removeImport('shop', (await store.imports('shop'))[0]?.id ?? 'none')
  return undefined
}

test('whatever happens, both stores tell the same of imported days', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.array(question, { minLength: 1, maxLength: 4 }), async (steps, questions) => {
      const faulty = createFaultyStorage({ append: true })
      let time = noon
      const now = () => time
      const open = async () => (await createStore({ storage: faulty.storage, durability: 'volatile', now, refreshMs: 0, keepSums: true })) as Required<HitStore> & Awaited<ReturnType<typeof createStore>>
      const reference = createReferenceStore({ now, keepSums: true }) as Required<HitStore>
      let store = await open()
      for (const its of steps) {
        time += 1000
        if (its.do === 'maintain') await store.maintain({ force: true })
        else if (its.do === 'reopen') store = await open()
        else expect(await play(store, its, time)).toEqual(await play(reference, its, time))
      }
      expect(await store.imports('shop')).toEqual(await reference.imports('shop'))
      for (const query of questions) expect(await store.query(query)).toEqual(await reference.query(query))
    }),
    { numRuns: 60 },
  )
})
