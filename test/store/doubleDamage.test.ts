import { Buffer } from 'node:buffer'
import { parquetMetadata } from 'hyparquet'
import { createStore, type Store, type StorageProblem, type StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeEvent, makeHit, minute, noon } from './makeHit.ts'

const hour = 60 * minute
const later = noon + 10 * day

/** Two days in segments that hold the only copy, some of every column. */
async function compacted(): Promise<{ values: ReadonlyMap<string, Buffer>; hits: StoredHit[] }> {
  const faulty = createFaultyStorage({ append: true })
  let time = noon
  const store = await createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const hits = [0, 1, 2, 3, 4, 5].flatMap((number) => [
    makeHit({ title: `title ${number}`, path: `/${number}`, visitor: `v${number}`, session: `s${number}`, referrer: `https://r${number}.example/`, source: `s${number}` }),
    makeEvent('buy', { session: `s${number}`, props: { number }, revenue: { amount: `${number}.50`, currency: 'EUR' } }),
    makeHit({ time: noon - day }),
  ])
  await store.append(hits)
  for (let round = 0; round < 2; round++) {
    time += 4 * day
    await store.maintain()
  }
  await store.close()
  expect([...faulty.values.keys()].filter((key) => key.includes(':batch:'))).toEqual([])
  return { values: faulty.values, hits }
}

function keyOf({ values }: FaultyStorage, part: string): string {
  return [...values.keys()].find((key) => key.includes(part))!
}

function flip({ values }: FaultyStorage, key: string, at: number, mask = 0x55): void {
  const bytes = Buffer.from(values.get(key)!)
  bytes[at]! ^= mask
  values.set(key, bytes)
}

/** Everything that reads a day. Whatever is damaged, none of it may fail. */
async function useAll(store: Store, at: number): Promise<string[]> {
  const listed: string[] = []
  for await (const { id } of store.hits({ site: 'shop' })) listed.push(id)
  const exported: string[] = []
  let text = ''
  for await (const piece of store.lines({ site: 'shop' })) text += Buffer.from(piece).toString()
  for (const line of text.split('\n').filter((each) => each !== '')) exported.push((JSON.parse(line) as StoredHit).id)
  await store.query({ site: 'shop', range: { from: 0, to: at }, timezone: 'UTC', metrics: ['pageviews'], dimensions: ['event:page'] })
  for await (const hit of store.hits({ site: 'shop', user: 'nobody' })) void hit
  await store.prune({ anonymous: 300 * day, authenticated: 300 * day }, { dryRun: true })
  await store.erase({ site: 'shop', user: 'nobody' })
  expect(exported.toSorted()).toEqual(listed.toSorted())
  return listed
}

describe('a damaged manifest, and a page of a segment that it named', async () => {
  const sound = await compacted()
  const [segmentKey, segment] = [...sound.values].find(([key]) => key.includes(':segment:2026-11-21-'))!
  const metadata = parquetMetadata(segment.buffer.slice(segment.byteOffset, segment.byteOffset + segment.length) as ArrayBuffer)
  const columns = metadata.row_groups[0]!.columns.map(({ meta_data }) => meta_data!)
  const ofOthers = sound.hits.filter(({ day: home }) => home !== '2026-11-21').map(({ id }) => id)

  async function damage(at: number): Promise<{ faulty: FaultyStorage; problems: StorageProblem[] }> {
    const faulty = createFaultyStorage({ append: true })
    for (const [key, value] of sound.values) faulty.values.set(key, value)
    flip(faulty, keyOf(faulty, ':manifest:'), faulty.values.get(keyOf(faulty, ':manifest:'))!.length - 20)
    flip(faulty, segmentKey, at)
    let time = later
    const problems: StorageProblem[] = []
    const store = await createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0, onProblem: (problem) => void problems.push(problem) })
    for (let round = 0; round < 4; round++) {
      await useAll(store, time)
      await store.maintain({ force: true })
      time += 3 * hour
    }
    const listed = await useAll(store, time)
    for (const id of ofOthers) expect(listed).toContain(id)
    return { faulty, problems }
  }

  test.each(columns.map((column) => [column.path_in_schema[0]!, column] as const))('column %s', async (_, { dictionary_page_offset, data_page_offset, total_compressed_size }) => {
    const start = Number(dictionary_page_offset ?? data_page_offset)
    for (const part of [0.1, 0.7]) {
      const { faulty, problems } = await damage(start + Math.floor(part * Number(total_compressed_size)))
      expect(problems.some(({ key }) => key.includes(':manifest:'))).toBe(true)
      // Either it reads as a segment all the same, or it stays for somebody to look at, and so does the manifest.
      const isRead = !problems.some(({ key }) => key === segmentKey)
      if (isRead) continue
      expect(faulty.values.has(segmentKey)).toBe(true)
      expect([...faulty.values.keys()].filter((key) => key.includes(':manifest:'))).toHaveLength(2)
    }
  })

  test('the footer', async () => {
    const { faulty, problems } = await damage(segment.length - 6)
    expect(problems).toContainEqual({ key: segmentKey, offset: 0, reason: 'checksum' })
    expect(faulty.values.has(segmentKey)).toBe(true)
    expect([...faulty.values.keys()].filter((key) => key.includes(':manifest:'))).toHaveLength(2)
  })
})

test('a segment of a later version whose manifest is damaged: nothing goes, and upkeep says why', async () => {
  const { values } = await compacted()
  const faulty = createFaultyStorage({ append: true })
  for (const [key, value] of values) faulty.values.set(key, value)
  const manifest = keyOf(faulty, ':manifest:')
  flip(faulty, manifest, 100)
  const segment = keyOf(faulty, ':segment:')
  const bytes = Buffer.from(faulty.values.get(segment)!)
  const at = bytes.indexOf('treadlight.segment')
  const digit = bytes.indexOf('1', at)
  bytes[digit] = '9'.charCodeAt(0)
  faulty.values.set(segment, bytes)
  const store = await createStore({ storage: faulty.storage, durability: 'volatile', now: () => later, refreshMs: 0 })
  await expect(store.maintain({ force: true })).rejects.toThrow(`${segment} (site shop): segment format 9 is later than this version`)
  expect([...faulty.values.keys()].toSorted()).toEqual([...values.keys()].toSorted())
})
