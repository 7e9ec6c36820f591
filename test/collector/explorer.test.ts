import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredHit } from '@treadlight/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hits as command } from '../../packages/collector/src/commands/hits.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { createTestCollector, noon } from './collector.ts'
import { fillFolder, hitOf } from './runCli.ts'

interface Answer {
  results: Record<string, unknown>[]
  page: number
  pages: number
  total: number
  page_size: number
}

const { store, request, collector } = createTestCollector()
const day = new Date(noon).toISOString().slice(0, 10)
const hit = (minutes: number, fields: Partial<StoredHit> = {}): StoredHit => hitOf(0, { time: noon - minutes * 60_000, day, ...fields })
const stored = [
  ...Array.from({ length: 42 }, (_, index) => hit(index + 10, { url: `https://a.example/${index}`, path: `/${index}`, country: index < 4 ? 'DE' : 'US', visitor: `v${index}` })),
  hit(1, { user: 'ann', session: 's1', source: 'google', medium: 'cpc', campaign: 'spring', url: 'https://a.example/?q=Z', title: 'Q', browserVersion: '140' }),
  hit(2, { user: 'bob', url: 'https://a.example/b' }),
  hit(3, { type: 'event', name: 'buy', props: { plan: 'pro' } }),
]
let token: string
beforeAll(async () => {
  await store.append(stored)
  token = (await collector.tokens.create('ci', ['export'])).token
})

async function ask(params: Record<string, string> = {}, path = '/api/hits'): Promise<{ status: number; body: Answer & { error?: string; hit?: object } }> {
  const response = await request(`${path}?${new URLSearchParams(params)}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Answer }
}

describe('GET /api/hits', () => {
  test('PV24 45 hits are three pages of twenty, the newest first', async () => {
    const pages = await Promise.all(['1', '2', '3'].map((page) => ask({ page })))
    expect(pages.map(({ body: { results, page, pages: of, total, page_size } }) => [results.length, page, of, total, page_size])).toEqual([
      [20, 1, 3, 45, 20],
      [20, 2, 3, 45, 20],
      [5, 3, 3, 45, 20],
    ])
    expect(pages.flatMap(({ body }) => body.results.map(({ id }) => id))).toEqual(stored.toSorted((a, b) => b.time - a.time).map(({ id }) => id))
  })

  test('PV24 with the columns by their names, and all else', async () => {
    const { results } = (await ask({ page_size: '1' })).body
    expect(results).toEqual([expect.objectContaining({ user_id: 'ann', url: 'https://a.example/?q=Z', source: 'google', timestamp: '2026-11-21T11:59:00.000Z', session_id: 's1', browser_version: '140', referrer_host: '' })])
  })

  const rows: [string, Record<string, string>, (number | string)[]][] = [
    ['PV24 pages of another size', { page_size: '44', page: '2' }, [2, 2, 45]],
    ['PT12 a page behind the last is the last', { page: '99' }, [3, 3, 45]],
    ['PT12 so is one beyond counting', { page: '9'.repeat(40) }, [3, 3, 45]],
    ['PT12 no number is the first', { page: 'x' }, [1, 3, 45]],
    ['PT12 nor is nothing, or less', { page: '-1' }, [1, 3, 45]],
    ['PV25 a search', { search: 'GOOG' }, [1, 1, 1]],
    ['PV25 not in campaigns', { search: 'spring', page: '7' }, [1, 1, 0]],
    ['PV28 by source', { source: 'google' }, [1, 1, 1]],
    ['PV28 without source', { source: '' }, [1, 3, 44]],
    ['PV28 by user', { user_id: 'bob' }, [1, 1, 1]],
    ['PV28 anonymous ones', { known: 'false' }, [1, 3, 43]],
    ['PV28 by name', { name: 'buy', type: 'event' }, [1, 1, 1]],
    ['PV28 by path', { path: '/7' }, [1, 1, 1]],
    ['PV28 of yesterday', { date_range: '["2026-11-20","2026-11-20"]' }, [1, 1, 0]],
    ['PV28 of a named range', { date_range: 'all' }, [1, 3, 45]],
    ['PV28 behind a number of the dashboard', { filters: '[["is","visit:country",["DE"]]]', date_range: '7d' }, [1, 1, 4]],
    ['PV28 of a goal', { filters: '[["is","event:goal",["buy"]]]' }, [1, 1, 1]],
  ]
  test.each(rows)('%s', async (_, params, expected) => {
    const { page, pages, total } = (await ask(params)).body
    expect([page, pages, total]).toEqual(expected)
  })

  test.each([
    ['-url', 'https://a.example/b'],
    ['url', 'https://a.example/'],
    ['timestamp', 'https://a.example/41'],
    ['-user_id', 'https://a.example/b'],
    ['-source', 'https://a.example/?q=Z'],
    ['-session_id', 'https://a.example/?q=Z'],
    ['-medium', 'https://a.example/?q=Z'],
    ['-title', 'https://a.example/?q=Z'],
    ['whatever', 'https://a.example/?q=Z'],
    ['-constructor', 'https://a.example/?q=Z'],
  ])('PV26 ordered by %s', async (order_by, first) => {
    expect((await ask({ order_by, page_size: '1' })).body.results[0]!['url']).toBe(first)
  })

  test.each([
    [{ page_size: '0' }, 'page_size: "0" is none; it must be a whole number from 1 to 200'],
    [{ page_size: '201' }, 'page_size: "201" is none; it must be a whole number from 1 to 200'],
    [{ sorce: 'google' }, 'parameters: "sorce" is unknown; did you mean source?'],
    [{ known: 'yes' }, 'known: "yes" is unknown; it must be one of true, false'],
    [{ type: 'visit' }, 'type: "visit" is unknown'],
    [{ filters: '[' }, 'filters: must be JSON such as'],
    [{ filters: '[["is","visit:sorce",["a"]]]' }, 'filters: "visit:sorce" is unknown'],
    [{ date_range: 'lately' }, 'date_range: "lately" is none'],
    [{ date_range: '["2026-11-20"' }, 'date_range: must be JSON such as'],
    [{ search: 'x'.repeat(2049) }, 'search: must have at most 2048 characters'],
    [{ filters: '[["is","first:source",["a"]]]' }, 'filters: '],
    [{ site_id: 'nowhere' }, 'site_id: "nowhere" is unknown'],
  ] as [Record<string, string>, string][])('refuses %j', async (params, message) => {
    const { status, body } = await ask(params)
    expect([status, body.error]).toEqual([400, expect.stringContaining(message)])
  })
})

describe('GET /api/hits/ID', () => {
  test('PV27 one hit with all its fields', async () => {
    const buy = stored.at(-1)!
    const { status, body } = await ask({}, `/api/hits/${buy.id}`)
    expect([status, body]).toEqual([200, { site_id: 'default', hit: expect.objectContaining({ id: buy.id, name: 'buy', props: { plan: 'pro' }, origin: 'import', timestamp: '2026-11-21T11:57:00.000Z' }) }])
  })

  test.each(['nobody', '%2e%2E%2f', '__proto__'])('there is none of the id %s', async (id) => {
    const { status, body } = await ask({}, `/api/hits/${id}`)
    expect([status, body.error]).toEqual([404, expect.stringContaining('there is no hit')])
  })
})

describe('treadlight hits', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treadlight-hits-'))
    await mkdir(join(folder, 'data'))
    await fillFolder(join(folder, 'data'), stored, 0)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function call(values: Record<string, string | boolean> = {}, positionals: string[] = []): Promise<string> {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    try {
      const resolved = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_BASE: join(folder, 'data') } })
      expect(await command.run({ ...resolved, values, positionals })).toBe(0)
      return printed.mock.calls.join('\n')
    } finally {
      printed.mockRestore()
    }
  }

  test('PV24 lists a page', async () => {
    const lines = (await call({ 'page-size': '2', 'order-by': 'timestamp' })).split('\n')
    expect(lines[0]).toBe('45 hits, page 1 of 23')
    expect(lines[2]!.split(/ +/)).toEqual(['timestamp', 'type', 'user_id', 'url', 'source', 'session_id', 'id'])
    expect(lines.slice(3).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['2026-11-21T11:09:00.000Z', 'pageview', 'https://a.example/41'],
      ['2026-11-21T11:10:00.000Z', 'pageview', 'https://a.example/40'],
    ])
  })

  test('PV25 PV28 searches and filters, and says as JSON what the API answers', async () => {
    const said = JSON.parse(await call({ search: 'a.example', filter: 'known=true\nsource=google', json: true })) as object
    expect(said).toEqual((await ask({ search: 'a.example', known: 'true', source: 'google' })).body)
    expect(await call({ filter: 'source=nowhere' })).toBe('0 hits')
    expect(await call({ filter: 'path=/a,b' })).toBe('0 hits')
  })

  test('PV27 shows one', async () => {
    const { id } = stored.at(-1)!
    expect(await call({}, [id])).toMatch(/^props +\{"plan":"pro"\}$/m)
    expect(JSON.parse(await call({ json: true }, [id]))).toEqual((await ask({}, `/api/hits/${id}`)).body)
  })

  test.each([
    [{ filter: 'sorce=x' }, [], '--filter sorce=x: must be NAME=VALUE'],
    [{ 'page-size': '0' }, [], '--page-size: "0" is none'],
    [{ filter: 'type=visit' }, [], '--filter type: "visit" is unknown'],
    [{ range: 'lately' }, [], '--range: "lately" is none'],
    [{}, ['nobody'], 'there is no hit nobody'],
    [{ search: 'x' }, ['nobody'], 'leave the other options out'],
    [{}, ['one', 'two'], 'name one hit at a time'],
  ] as [Record<string, string>, string[], string][])('refuses %j %j', async (values, positionals, message) => {
    await expect(call(values, positionals)).rejects.toThrow(message)
  })
})
