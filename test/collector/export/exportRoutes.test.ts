import { createReferenceStore, type HitStore } from '@treadlight/store'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { serve as listen } from 'srvx'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { exportFormats } from '../../../packages/collector/src/export/formats.ts'
import { createExportBody } from '../../../packages/collector/src/export/exportBody.ts'
import { createExportJobs, type ExportJob } from '../../../packages/collector/src/export/exportJobs.ts'
import type { AnyStore } from '../../../packages/collector/src/openStore.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from '../collector.ts'
import { makeHit } from '../../store/makeHit.ts'
import { collectExport, readCsvRows, readNdjson, readParquet } from './readExport.ts'

let collector: TestCollector
let cookie: string
const hits = [0, 1, 2, 3].map((days) => makeHit({ site: 'default', time: noon - days * 86_400_000, user: 'zuse' }))

async function use(store: HitStore = createReferenceStore()): Promise<void> {
  collector = createTestCollector({ store })
  cookie = await logInOwner(collector)
}
beforeEach(async () => {
  await use()
  await collector.store.append(hits)
})

const ask = (query: string): Promise<Response> => collector.request(`/api/export${query}`, { headers: { cookie } })
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const jobs = async (): Promise<ExportJob[]> => (await (await collector.request('/api/exports', { headers: { cookie } })).json()) as ExportJob[]

describe('GET /api/export', () => {
  test.each([
    ['csv', 'text/csv; charset=utf-8; header=present', async (bytes: Buffer) => readCsvRows(bytes).map(({ id }) => id)],
    ['ndjson', 'application/x-ndjson; charset=utf-8', async (bytes: Buffer) => readNdjson(bytes).map(({ id }) => id)],
    ['parquet', 'application/vnd.apache.parquet', async (bytes: Buffer) => (await readParquet(bytes)).map(({ id }) => id)],
  ])('%s: the same bytes as by the CLI, as a download that nobody caches', async (format, type, read) => {
    const response = await ask(`?site_id=default&format=${format}`)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-disposition': `attachment; filename="treadlight-default.${format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    const bytes = await bytesOf(response)
    expect(await read(bytes)).toEqual(hits.map(({ id }) => id).toSorted())
    expect(bytes).toEqual((await collectExport(collector.store, { site: 'default', format: format as 'csv' })).bytes)
  })

  test.each([
    ['?from=2026-11-20&to=2026-11-20', 1, 'treadlight-default-2026-11-20-2026-11-20.csv'],
    ['?from=2026-11-20', 2, 'treadlight-default-from-2026-11-20.csv'],
    ['?to=2026-11-20&format=ndjson', 3, 'treadlight-default-to-2026-11-20.ndjson'],
    ['?from=2020-01-01&to=2020-01-02', 0, 'treadlight-default-2020-01-01-2020-01-02.csv'],
    ['?anonymize=1', 4, 'treadlight-default-anonymised.csv'],
    ['?user=zuse', 4, 'treadlight-default-person.csv'],
    ['?user=zuse&format=ndjson&from=2026-11-20', 2, 'treadlight-default-person-from-2026-11-20.ndjson'],
    ['?session=nobody&format=ndjson', 0, 'treadlight-default-person.ndjson'],
  ])('%s', async (query, rows, name) => {
    const response = await ask(query)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`)
    const bytes = await bytesOf(response)
    expect(name.endsWith('csv') ? readCsvRows(bytes) : readNdjson(bytes)).toHaveLength(rows)
    expect(bytes.includes('zuse')).toBe(rows > 0 && !query.includes('anonymize'))
  })

  test.each([
    ['?format=xlsx', 'format "xlsx": must be csv, ndjson or parquet'],
    ['?format=', 'format "": must be csv, ndjson or parquet'],
    ['?anonymize=yes', 'anonymize "yes": must be 1 or 0'],
    ['?anonymize=__proto__', 'anonymize "__proto__": must be 1 or 0'],
    ['?anonymise=1', '"anonymise": is no parameter; there are site_id, format, anonymize, from, to, id, user, session and visitor'],
    ['?__proto__=1', '"__proto__": is no parameter; there are site_id, format, anonymize, from, to, id, user, session and visitor'],
    ['?from=2026-11-20&from=2026-11-21', 'from: must be there once'],
    ['?anonymize=1&anonymize=0', 'anonymize: must be there once'],
    ['?from=2026-02-30', 'from 2026-02-30: must be a day such as 2026-11-21'],
    ['?to=<script>', 'to <script>: must be a day such as 2026-11-21'],
    ['?to=9999-12-31', 'to 9999-12-31: must be a day such as 2026-11-21'],
    ['?from=2026-02-02&to=2026-02-01', 'from 2026-02-02 is behind to 2026-02-01'],
    ['?user=a&session=b', 'user and session: name one person at a time'],
    ['?user=', 'user: needs an id, as hits have it'],
    ['?user=zuse&anonymize=1', 'anonymize: is not for one person, whom the question has named'],
    ['?id=a%0Ab', 'id "a\\nb": must be 1 to 64 letters of A-Z, a-z, 0-9, _ and -'],
    ['?site_id=../x', 'site_id: "../x" is unknown; it must be "default", or a host of such a site'],
  ])('%s is refused by name', async (query, error) => {
    const response = await ask(query)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error })
    expect(await jobs()).toEqual([])
  })

  test('input 11: a name of another site’s could not get into a header', async () => {
    for (const query of ['?site_id=%22%0d%0ax-evil:1', '?from=%22%0d%0a']) expect((await ask(query)).status).toBe(400)
  })

  test('what already the first rows fail with is an answer', async () => {
    await use(failingStore(0))
    for (const format of exportFormats) {
      const response = await ask(`?format=${format}&id=broken-${format}`)
      expect([response.status, response.headers.get('content-type')]).toEqual([500, 'application/json; charset=utf-8'])
    }
    expect((await jobs()).map(({ id, state }) => [id, state])).toEqual(exportFormats.map((format) => [`broken-${format}`, 'failed']).toReversed())
    expect(collector.errors).toHaveLength(3)
  })
})

describe('GET /api/exports', () => {
  test('how far each is', async () => {
    await use(endlessStore().store)
    const response = await ask('?format=ndjson&id=mine')
    const reader = response.body!.getReader()
    expect(await jobs()).toEqual([{ id: 'mine', format: 'ndjson', rows: 0, bytes: 0, of: 5000, state: 'running' }])
    const { value } = await reader.read()
    expect(await jobs()).toEqual([{ id: 'mine', format: 'ndjson', rows: 10, bytes: value!.byteLength, of: 5000, state: 'running' }])
    await reader.cancel()
    expect(await jobs()).toMatchObject([{ id: 'mine', rows: 10, state: 'stopped' }])
  })

  test('the last twenty that have ended stay, the newest first', async () => {
    for (let number = 0; number < 30; number++) await bytesOf(await ask(`?id=n${number}`))
    const all = await jobs()
    expect(all).toHaveLength(20)
    expect(all[0]).toEqual({ id: 'n29', format: 'csv', rows: 4, bytes: expect.any(Number), of: null, state: 'done' })
  })

  test('what is damaged in the storage makes it incomplete', async () => {
    const problems: { key: string; offset: number; reason: 'checksum' }[] = []
    const store: AnyStore = {
      ...createReferenceStore(),
      async *lines() {
        yield lineOf(1)
        problems.push({ key: 'default:segment:x', offset: 0, reason: 'checksum' })
      },
    }
    collector = createTestCollector({ store, problems })
    cookie = await logInOwner(collector)
    await bytesOf(await ask('?id=a'))
    await bytesOf(await ask('?id=b'))
    expect((await jobs()).map(({ id, state }) => [id, state])).toContainEqual(['a', 'incomplete'])
  })
})

describe('not more than can be borne', () => {
  test('four at once, then 503 until one has ended', async () => {
    await use(endlessStore().store)
    const running = await Promise.all([1, 2, 3, 4].map(() => ask('')))
    expect(running.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const refused = await ask('')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
    await running[0]!.body!.cancel()
    expect((await ask('')).status).toBe(200)
  })

  test('a reader that takes nothing has nothing more read', async () => {
    const { store, read } = endlessStore()
    await use(store)
    const reader = (await ask('?format=ndjson')).body!.getReader()
    await reader.read()
    const before = read()
    await wait(50)
    expect(read()).toBe(before)
    expect(before).toBeLessThan(4)
    await reader.cancel()
  })
})

test('one that takes nothing for too long is given up, and its place is free', async () => {
  let isEnded = false
  async function* pieces() {
    try {
      for (;;) yield { bytes: lineOf(1), rows: 1 }
    } finally {
      isEnded = true
    }
  }
  const job = createExportJobs().begin({ id: 'x', format: 'ndjson', of: null })!
  const body = await createExportBody({ pieces: pieces(), job, isWhole: () => true, onError: () => undefined, patience: 50 })
  const reader = body.getReader()
  await reader.read()
  await wait(10)
  await reader.read()
  expect(job.state).toBe('running')
  await wait(200)
  expect([job.state, isEnded]).toEqual(['stopped', true])
  await expect(reader.read()).rejects.toThrow(/nobody has taken any more/)
})

describe('over a connection', () => {
  async function listenTo(): Promise<{ url: URL }> {
    const server = listen({ hostname: '127.0.0.1', port: 0, silent: true, gracefulShutdown: false, fetch: (request) => collector.collector.fetch(request) })
    await server.ready()
    onTestFinished(() => server.close(true))
    return { url: new URL('/api/export?format=ndjson&id=x', server.url!) }
  }

  test('an error in the middle breaks it off, and is logged: half a file passes for no whole one', async () => {
    await use(failingStore(3))
    const { url } = await listenTo()
    const response = await fetch(url, { headers: { cookie } })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow(/terminated/)
    expect(collector.errors).toMatchObject([{ message: 'the disk is gone' }])
    expect(await jobs()).toMatchObject([{ id: 'x', rows: 30, state: 'failed' }])
  })

  test('a slow client has no more made than the connection holds, and one that goes away has the reading stopped', async () => {
    const { store, read, isEnded } = endlessStore(1e6)
    await use(store)
    const { url } = await listenTo()
    const socket = connect(Number(url.port), '127.0.0.1')
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncookie: ${cookie}\r\n\r\n`)
    await once(socket, 'readable')
    let before = -1
    while (before !== read()) {
      before = read()
      await wait(200)
    }
    // Kernels keep some megabytes for a connection; a piece here is 60 kB, and there are 60 GB of them.
    expect(before).toBeLessThan(400)
    expect(isEnded()).toBe(false)
    socket.destroy()
    for (let tries = 0; tries < 100 && !isEnded(); tries++) await wait(20)
    expect(isEnded()).toBe(true)
    expect(read()).toBeLessThan(before + 5)
    expect(await jobs()).toMatchObject([{ id: 'x', state: 'stopped' }])
  })
})

function lineOf(count: number): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(makeHit({ site: 'default', title: 'x'.repeat(6000 / count) }))}\n`.repeat(count))
}

/** So many pieces of ten hits, and whether somebody has ended the reading before. */
function endlessStore(pieces = 500): { store: AnyStore; read: () => number; isEnded: () => boolean } {
  let [read, isEnded] = [0, false]
  const piece = new TextEncoder().encode(`${JSON.stringify(makeHit({ site: 'default', title: 'x'.repeat(6000) }))}\n`.repeat(10))
  const store: AnyStore = {
    ...createReferenceStore(),
    countAbout: async () => pieces * 10,
    async *lines() {
      try {
        for (; read < pieces; read++) yield piece
      } finally {
        isEnded = true
      }
    },
  }
  return { store, read: () => read, isEnded: () => isEnded }
}

/** Fails behind so many pieces of ten hits. */
function failingStore(pieces: number): AnyStore {
  return {
    ...createReferenceStore(),
    async *lines() {
      for (let index = 0; index < pieces; index++) yield lineOf(10)
      throw new Error('the disk is gone')
    },
  }
}
