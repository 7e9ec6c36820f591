import { describe, expect, test } from 'vitest'
import { createTestCollector, logInOwner } from '../collector.ts'
import { day, makeEngagement, makeHit, minute, noon } from '../../store/makeHit.ts'

interface Answer {
  summary: Record<string, number | string | null>
  results: Record<string, string>[]
  page: number
  pages: number
  total: number
  page_size: number
}

/** A collector with these hits, and its owner. */
async function open(hits: Parameters<typeof makeHit>[0][] = []) {
  const test_ = createTestCollector()
  const cookie = await logInOwner(test_)
  if (hits.length > 0) await test_.store.append(hits.map((fields) => makeHit({ site: 'default', ...fields })))
  const request = (query: string, path = '/api/visits'): Promise<Response> => test_.request(`${path}?${query}`, { headers: { cookie } })
  const ask = async (query = ''): Promise<Answer> => (await (await request(query)).json()) as Answer
  return { ...test_, ask, request }
}

/** The rows that the vectors of django-pagetimer were made with, of these days. */
const three = [
  { time: noon - 3 * day, path: '/b', address: '1.1.1.0', session: 's1' },
  { time: noon - 2 * day, path: '/a,"q"', user: 'ann', address: '1.1.2.0', session: 's2' },
  { time: noon - day, path: '/c', user: '=cmd()', address: '1.1.1.0', visitor: '' },
]
const pathsOf = ({ results }: Answer): string[] => results.map(({ path }) => path!)

describe('PT09–PT12, PT21 recent visits', () => {
  test('P015 newest first, with the seven figures', async () => {
    const { ask } = await open(three)
    const { summary, results, ...paging } = await ask()
    expect(summary).toEqual({ interval: 60, count: 3, earliest: '2026-11-18T12:00:00.000Z', latest: '2026-11-20T12:00:00.000Z', users: 3, sessions: 3, ipaddresses: 2, paths: 3 })
    expect(results.map(({ timestamp, username, ipaddress, path }) => [timestamp, username, ipaddress, path])).toEqual([
      ['2026-11-20T12:00:00.000Z', '=cmd()', '1.1.1.0', '/c'],
      ['2026-11-19T12:00:00.000Z', 'ann', '1.1.2.0', '/a,"q"'],
      ['2026-11-18T12:00:00.000Z', 'anonymous', '1.1.1.0', '/b'],
    ])
    expect(results[0]!['session_key']).toBe('None')
    expect(paging).toEqual({ site_id: 'default', page: 1, pages: 1, total: 3, page_size: 100 })
  })

  test('PT10 P024 without data: none of anything, and no time', async () => {
    const { summary, ...rest } = await (await open()).ask()
    expect(summary).toEqual({ interval: 60, count: 0, earliest: null, latest: null, users: 0, sessions: 0, ipaddresses: 0, paths: 0 })
    expect(rest).toMatchObject({ results: [], page: 1, pages: 1, total: 0 })
  })

  test.each([
    ['P016 both at once', 'username=anonymous&path=/b', ['/b']],
    ['what holds for none', 'username=ann&path=/b', []],
    ['exactly, not a part', 'path=/', []],
    ['an address', 'ipaddress=1.1.1.0', ['/c', '/b']],
    ['a session', 'session_key=None', ['/c']],
    ['whoever is called like a formula', 'username=%3Dcmd()', ['/c']],
    ['P020 a filter that there is not', 'bogus=1', ['/c', '/a,"q"', '/b']],
    ['one that is empty', 'username=', ['/c', '/a,"q"', '/b']],
    ['a period', 'date_range=2026-11-18,2026-11-19', ['/a,"q"', '/b']],
  ])('PT11 %s', async (_, query, paths) => {
    const answer = await (await open(three)).ask(query)
    expect(pathsOf(answer)).toEqual(paths)
    expect(answer.summary['count']).toBe(paths.length)
  })

  test('PT11 a session is found by the key that the list shows', async () => {
    const { ask } = await open([...three, { time: noon - 2 * day + minute, path: '/d', session: 's1' }])
    const { results } = await ask('path=/b')
    expect(pathsOf(await ask(`session_key=${results[0]!['session_key']}`))).toEqual(['/d', '/b'])
  })

  test.each([
    ['P017 past the end: the last', '30', 3, ['/4', '/3', '/2', '/1', '/0']],
    ['no number: the first', 'x', 1, ['/204']],
    ['none: the first', '', 1, ['/204']],
    ['zero: the first', '0', 1, ['/204']],
    ['less: the first', '-1', 1, ['/204']],
    ['the second', '2', 2, ['/104']],
  ])('PT12 P018 %s', async (_, page, expected, paths) => {
    const { ask } = await open(Array.from({ length: 205 }, (_, index) => ({ time: noon - 20 * day + index * 97 * minute, path: `/${index}` })))
    const answer = await ask(`page=${page}`)
    expect([answer.page, answer.pages, answer.total]).toEqual([expected, 3, 205])
    expect(pathsOf(answer).slice(0, paths.length)).toEqual(paths)
    expect(answer.results).toHaveLength(expected === 3 ? 5 : 100)
  })

  test('PT03 engaged time is an entry for each interval', async () => {
    const { ask, store } = await open()
    const view = makeHit({ site: 'default', time: noon - day })
    await store.append([view, makeEngagement(view, { time: noon - day + 5 * minute, engaged: 5 * minute })])
    expect((await ask()).total).toBe(5)
    expect((await ask('interval=300')).summary).toMatchObject({ interval: 300, count: 1 })
  })

  test.each([
    ['interval=0', 'interval: must be'],
    ['interval=x', 'interval: must be'],
    ['date_range=sometime', 'date_range: "sometime" is unknown'],
    ['format=xml', 'format: must be'],
    ['site_id=nowhere', 'site_id: "nowhere" is unknown'],
  ])('%s is refused', async (query, error) => {
    const response = await (await open()).request(query)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringContaining(error) })
  })

  test('PT13 P014 as CSV what the filters let through, all of it, oldest first', async () => {
    const { request } = await open([...three, ...Array.from({ length: 150 }, (_, index) => ({ time: noon - 4 * day + index, path: '/other' }))])
    const response = await request('format=csv&ipaddress=1.1.1.0')
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([200, 'text/csv; charset=utf-8', 'attachment; filename=pagevisits.csv'])
    const lines = (await response.text()).split('\r\n')
    expect(lines[0]).toBe('timestamp,username,session_key,ipaddress,path')
    expect(lines[1]).toMatch(/^2026-11-18T12:00:00.000Z,anonymous,[0-9a-f]{28},1.1.1.0,\/b$/)
    expect(lines.slice(2)).toEqual(["2026-11-20T12:00:00.000Z,'=cmd(),None,1.1.1.0,/c", ''])
    expect((await (await request('format=csv')).text()).trimEnd().split('\r\n')).toHaveLength(154)
  })
})
