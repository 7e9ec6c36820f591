import type { StoredHit } from '@treadlight/store'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import * as fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateHits } from '../../../bench/generateHits.ts'
import { decodeColumns, type SegmentColumns } from '../../../packages/store/src/segment/decodeColumns.ts'
import { decodeSegment } from '../../../packages/store/src/segment/decodeSegment.ts'
import { encodeSegment } from '../../../packages/store/src/segment/encodeSegment.ts'
import { segmentLines } from '../../../packages/store/src/segment/segmentLines.ts'
import { makeEngagement, makeEvent, makeHit, noon, testId } from '../makeHit.ts'
import { arbitraryHit } from './arbitraryHit.ts'

const columns: (keyof SegmentColumns)[] = ['id', 'origin', 'user', 'session', 'visitor', 'time', 'received']
const [day = []] = generateHits({ hits: 3000, days: 1, sessionIds: 0.2 })

describe('a segment', () => {
  it('gives back the facts of a day, in order', async () => {
    const decoded = await decodeSegment(encodeSegment(day))
    expect(decoded).toStrictEqual(sorted(day))
  })

  it('gives back any fact that the type allows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryHit, { maxLength: 20 }), async (facts) => {
        const decoded = await decodeSegment(encodeSegment(facts))
        expect(multiset(decoded)).toEqual(multiset(facts))
        for (const fact of facts) expect(decoded).toContainEqual(fact)
      }),
      { numRuns: 300 },
    )
  })

  it('of no facts is empty', async () => {
    const bytes = encodeSegment([])
    expect(await decodeSegment(bytes)).toEqual([])
    expect(await linesOf(bytes)).toBe('')
    expect(await decodeColumns(bytes, ['id'])).toEqual({ id: [] })
  })

  it('keeps what is absent apart from what is empty', async () => {
    await expectKept([makeHit(), makeHit({ name: '', screen: '', props: {} }), makeEvent('', { revenue: { amount: '', currency: '' } })])
  })

  it('keeps fields that this version does not know', async () => {
    const later = { ...makeHit(), mood: { calm: ['very', null] }, toString: 1, ['__proto__']: 'own' }
    await expectKept([makeHit(), later as StoredHit])
  })

  it('of a version that knew nothing of driven browsers is read', async () => {
    const bytes = await readFile(new URL('beforeWebdriver.parquet', import.meta.url))
    const facts = await decodeSegment(bytes)
    expect(facts).toEqual([
      makeHit({ id: testId(1), title: 'Shop', language: 'de', navigation: 'reload' }),
      makeEvent('buy', { id: testId(2), interactive: false, revenue: { amount: '9.90', currency: 'EUR' } }),
    ])
    expect(parquetMetadata(new Uint8Array(bytes).buffer).schema.map(({ name }) => name)).not.toContain('webdriver')
    expect(await linesOf(bytes)).toBe(jsonLines(facts))
    await expectColumns(bytes)
    await expectKept([...facts, makeHit({ webdriver: true })])
  })

  it('keeps views that are not the pageview’s own, not canonical, or none', async () => {
    const page = makeHit()
    const odd = makeHit({ id: 'ABC', view: 'ABC' })
    await expectKept([page, odd, makeHit({ view: '' }), makeEvent('a'), makeEvent('b', { view: 'x' }), makeEngagement(page, { engaged: 1.5 })])
  })

  it('keeps a url that only looks like the one of its host and path', async () => {
    const broken = '\ud800'
    const at = (hostname: string, path: string): StoredHit => makeHit({ hostname, path, url: `https://${hostname}${path}` })
    await expectKept([at(broken, '/'), at('a', broken), at('', ''), at('a', 'b'), makeHit({ hostname: 'ab', path: 'c', url: 'https://acb' })])
  })

  it('keeps facts of one id and several origins, and of sites and days that do not belong', async () => {
    const id = testId(7)
    await expectKept([makeHit({ id, origin: 'server' }), makeHit({ id }), makeHit({ site: 'blog' }), makeHit({ day: '2026-11-22' })])
  })

  it('of 110,000 facts has six row groups', async () => {
    const facts = Array.from({ length: 110_000 }, (_, n) => makeHit({ id: testId(n, noon), visitor: `v${n % 40_000}`, path: `/${n % 70_000}` }))
    const bytes = encodeSegment(facts)
    expect(parquetMetadata(bytes).row_groups.map(({ num_rows }) => num_rows)).toEqual([20_000n, 20_000n, 20_000n, 20_000n, 20_000n, 10_000n])
    const decoded = await decodeSegment(bytes)
    expect(decoded).toHaveLength(110_000)
    expect(JSON.stringify(decoded)).toBe(JSON.stringify(sorted(facts)))
    expect(await linesOf(bytes)).toBe(jsonLines(decoded))
    await expectColumns(bytes)
  })

  it('says more columns the same', async () => {
    await expectColumns(encodeSegment(day))
  })

  it('has lines that say what the facts say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryHit, { maxLength: 20 }), async (facts) => {
        const bytes = encodeSegment(facts)
        expect(await linesOf(bytes)).toBe(jsonLines(await decodeSegment(bytes)))
        await expectColumns(bytes)
      }),
      { numRuns: 300 },
    )
    expect(await linesOf(encodeSegment(day))).toBe(jsonLines(sorted(day)))
  })

  it('is read by hyparquet to the same values', async () => {
    const bytes = encodeSegment(day)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const rows = await parquetReadObjects({ file, compressors: { GZIP: (input) => gunzipSync(input) } })
    const fields = ['id', 'type', 'visitor', 'user', 'path', 'title', 'engaged', 'scroll', 'name', 'props', 'screen'] as const
    const facts = await decodeSegment(bytes)
    expect(rows).toHaveLength(facts.length)
    for (const [index, fact] of facts.entries()) {
      const row = rows[index]!
      for (const field of fields) expect(row[field] ?? undefined).toEqual(fact[field])
      expect(row['time'].getTime()).toBe(fact.time)
      expect(row['delay']).toBe(fact.received - fact.time)
      expect(row['view'] ?? (fact.type === 'pageview' ? fact.id : '')).toBe(fact.view)
      expect(row['url'] ?? `https://${row['hostname']}${row['path']}`).toBe(fact.url)
    }
  })
})

describe('bytes that are not what was written', () => {
  const bytes = encodeSegment(day.slice(0, 300))

  it('of a later version are refused by its number', async () => {
    const later = withVersion(encodeSegment(day.slice(0, 300)), '2')
    await expect(decodeSegment(later)).rejects.toThrow(/format 2 is later.*upgrade treadlight; nothing was changed/)
    await expect(decodeColumns(later, ['id'])).rejects.toThrow(/format 2/)
    await expect(linesOf(later)).rejects.toThrow(/format 2/)
  })

  it('never hang when cut off', async () => {
    for (let length = 0; length < bytes.length; length += 97) {
      await expect(decodeSegment(bytes.slice(0, length))).rejects.toThrow(/treadlight store/)
    }
  })

  it('never hang when a bit has flipped, and never change a page unnoticed', async () => {
    const { metadata_length } = parquetMetadata(bytes)
    const footer = bytes.length - metadata_length - 8
    for (let offset = 0; offset < bytes.length; offset += offset < footer ? 13 : 1) {
      const flipped = bytes.slice()
      flipped[offset]! ^= 1 << offset % 8
      const outcome = await decodeSegment(flipped).then(JSON.stringify, (error: unknown) => error)
      if (outcome instanceof Error) expect(outcome.message).toMatch(/treadlight store/)
    }
  }, 60_000)
})

async function expectKept(facts: StoredHit[]): Promise<void> {
  const bytes = encodeSegment(facts)
  const decoded = await decodeSegment(bytes)
  expect(decoded).toHaveLength(facts.length)
  for (const fact of facts) expect(decoded).toContainEqual(fact)
  expect(await linesOf(bytes)).toBe(jsonLines(decoded))
  await expectColumns(bytes)
}

async function expectColumns(bytes: Uint8Array): Promise<void> {
  const facts = await decodeSegment(bytes)
  const read = await decodeColumns(bytes, columns)
  for (const name of columns) expect(read[name]).toEqual(facts.map((fact) => fact[name]))
}

async function linesOf(bytes: Uint8Array): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of segmentLines(bytes)) parts.push(part)
  return Buffer.concat(parts).toString()
}

function jsonLines(facts: readonly StoredHit[]): string {
  return facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')
}

function sorted(facts: readonly StoredHit[]): StoredHit[] {
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return facts.toSorted(
    (a, b) =>
      order(a.visitor, b.visitor) || order(a.session, b.session) || a.time - b.time || order(a.id, b.id) || order(a.origin, b.origin),
  )
}

function multiset(facts: readonly StoredHit[]): string[] {
  return facts.map((fact) => JSON.stringify(Object.entries(fact).sort(([a], [b]) => (a < b ? -1 : 1)))).toSorted()
}

/** The footer says the version as a text of one digit behind its key. */
function withVersion(bytes: Uint8Array, version: string): Uint8Array {
  const key = 'treadlight.segment'
  const buffer = Buffer.from(bytes)
  const at = buffer.lastIndexOf(key) + key.length
  // Behind the key: a thrift field header, the length, and the text.
  expect(buffer.toString('latin1', at + 2, at + 3)).toBe('1')
  buffer.write(version, at + 2)
  return buffer
}
