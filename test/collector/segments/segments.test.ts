import { beforeEach, describe, expect, test } from 'vitest'
import { logInOwner } from '../collector.ts'
import { makeHit, noon } from '../../store/makeHit.ts'
import { openStats, type AskStats } from '../stats/askStats.ts'

let stats: AskStats
let headers: Record<string, string>
beforeEach(async () => {
  const visit = (visitor: string, path: string, device: 'Mobile' | 'Desktop', country: string) => makeHit({ time: noon, visitor, path, device, country })
  stats = await openStats([visit('a', '/', 'Mobile', 'DE'), visit('b', '/', 'Desktop', 'DE'), visit('c', '/x', 'Mobile', 'PL'), visit('d', '/x', 'Desktop', 'PL')], {
    sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }],
  })
  headers = { cookie: await logInOwner(stats), 'content-type': 'application/json' }
})

async function send(method: string, path: string, body?: object): Promise<[number, Record<string, unknown>]> {
  const response = await stats.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return [response.status, (await response.json()) as Record<string, unknown>]
}
const add = (body: object) => send('POST', '/api/segments', body)
const mobile = ['is', 'visit:device', ['Mobile']]
const german = ['is', 'visit:country', ['DE']]
const visitors = async (...filters: unknown[]): Promise<unknown> => (await stats.query({ metrics: ['visitors'], filters })).results[0]?.metrics[0] ?? 0

describe('a filter by a segment means its filters', () => {
  test('by id and by name, together with others', async () => {
    const [status, { id }] = await add({ name: 'Phones', filters: [mobile] })
    expect(status).toBe(201)
    for (const name of [id, 'Phones']) expect(await visitors(['is', 'segment', [name]])).toBe(2)
    expect(await visitors(['is', 'segment', ['Phones']], german)).toBe(1)
    expect(await visitors(['is_not', 'segment', ['Phones']], german)).toBe(1)
    expect(await visitors(['not', ['is', 'segment', ['Phones']]])).toBe(2)
  })

  test('several are alternatives; several filters of one all hold', async () => {
    await add({ name: 'German phones', filters: [mobile, german] })
    await add({ name: 'Desks', filters: [['is', 'visit:device', ['Desktop']]] })
    expect(await visitors(['is', 'segment', ['German phones']])).toBe(1)
    expect(await visitors(['is_not', 'segment', ['German phones']])).toBe(3)
    expect(await visitors(['is', 'segment', ['German phones', 'Desks']])).toBe(3)
    expect(await visitors(['has_done', ['is', 'segment', ['German phones']]])).toBe(1)
  })

  test('in v1, with a comparison, and as CSV', async () => {
    await add({ name: 'Phones', filters: [mobile] })
    expect(await stats.get('/api/v1/stats/aggregate?period=day&metrics=visitors&filters=segment==Phones')).toEqual([200, { results: { visitors: { value: 2 } } }])
    const query = { metrics: ['visitors'], filters: [['is', 'segment', ['Phones']]] }
    const { results } = await stats.query({ ...query, include: { comparisons: { mode: 'previous_period' } } })
    expect(results).toEqual([{ dimensions: [], metrics: [2], comparison: { dimensions: [], metrics: [0], change: [100] } }])
    expect(await (await stats.post2(query, { accept: 'text/csv' })).text()).toBe('visitors\r\n2\r\n')
  })

  test('as it was asked for it comes back, and it counts for what a query may ask', async () => {
    await add({ name: 'Many', filters: [['is', 'event:page', Array.from({ length: 150 }, (_, index) => `/${index}`)]] })
    const many = ['is', 'segment', ['Many']]
    expect((await stats.query({ metrics: ['visitors'], filters: [many] })).query.filters).toEqual([many])
    const response = await stats.post2({ metrics: ['visitors'], filters: [many, many] })
    expect([response.status, await response.json()]).toEqual([400, { error: 'filters: must be at most 200 conditions' }])
  })

  test('what is no segment of this site is refused', async () => {
    await add({ name: 'Phones', filters: [mobile], site_id: 'blog' })
    for (const name of ['Phones', '', '__proto__', 'x'.repeat(2000)]) {
      const response = await stats.post2({ metrics: ['visitors'], filters: [['is', 'segment', [name]]] })
      expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(/^filters: there is no segment "/) as string }])
    }
  })
})

describe('/api/segments', () => {
  test('are listed for who may see numbers, changed and removed by owners', async () => {
    const [, made] = await add({ name: ' Phones ', filters: [mobile] })
    const { site_id, ...segment } = made
    expect(segment).toEqual({ id: expect.stringMatching(/^[0-9a-f]{12}$/) as string, created: '2026-11-21T12:00:00.000Z', name: 'Phones', filters: [mobile] })
    expect(site_id).toBe('default')
    expect(await stats.get('/api/segments')).toEqual([200, { site_id: 'default', segments: [segment] }])
    expect(await send('PUT', '/api/segments', { id: made['id'], name: 'Germans', filters: [german] })).toEqual([200, { ...made, name: 'Germans', filters: [german] }])
    expect(await visitors(['is', 'segment', [made['id']]], mobile)).toBe(1)
    const sentence = 'The segment “Germans” with 1 filter goes. No numbers are deleted; links and programs that ask for it are refused from then on.'
    expect(await send('DELETE', `/api/segments?id=${String(made['id'])}&dry_run=1`)).toEqual([200, { id: made['id'], removed: 0, dry_run: true, sentence }])
    expect(await visitors(['is', 'segment', ['Germans']])).toBe(2)
    expect(await send('DELETE', `/api/segments?id=${String(made['id'])}`)).toEqual([200, { id: made['id'], removed: 1, dry_run: false, sentence }])
    expect(await stats.get('/api/segments')).toEqual([200, { site_id: 'default', segments: [] }])
    for (const answer of [await send('DELETE', `/api/segments?id=${String(made['id'])}`), await send('PUT', '/api/segments', { id: made['id'], name: 'a', filters: [mobile] })])
      expect(answer).toEqual([404, { error: 'id: there is none of this id; GET /api/segments lists those that there are' }])
  })

  test('a name is one segment’s', async () => {
    await add({ name: 'Phones', filters: [mobile] })
    const [, { id }] = await add({ name: 'Germans', filters: [german] })
    const conflict = [409, { error: 'name: there is a segment "Phones" already' }]
    expect(await add({ name: 'Phones', filters: [german] })).toEqual(conflict)
    expect(await send('PUT', '/api/segments', { id, name: 'Phones', filters: [german] })).toEqual(conflict)
    expect((await send('PUT', '/api/segments', { id, name: 'Germans', filters: [mobile] }))[0]).toBe(200)
  })

  test.each<[string, object, RegExp]>([
    ['no name', { filters: [mobile] }, /^name: must be a text/],
    ['a name that cannot be seen', { name: 'a\u202eb', filters: [mobile] }, /^name/],
    ['a name that is too long', { name: 'x'.repeat(81), filters: [mobile] }, /^name.*80/],
    ['no filters', { name: 'a' }, /^filters: must be an array/],
    ['none at all', { name: 'a', filters: [] }, /^filters: .*at least one/],
    ['a filter that is none', { name: 'a', filters: [['is', 'visit:x', ['a']]] }, /^filters: "visit:x" is unknown/],
    ['a segment', { name: 'a', filters: [['is', 'segment', ['b']]] }, /^filters: a segment takes no other segments/],
    ['a pattern that is none', { name: 'a', filters: [['matches', 'event:page', ['(']]] }, /^filters/],
    ['filters that are too large', { name: 'a', filters: [['is', 'event:page', Array.from({ length: 20 }, () => 'x'.repeat(1100))]] }, /^filters: must be at most 20000/],
    ['a field that there is not', { name: 'a', filter: [mobile] }, /^body: "filter" is unknown; did you mean filters/],
    ['a site that there is not', { name: 'a', filters: [mobile], site_id: 'x' }, /^site_id/],
  ])('400: %s', async (_, body, message) => {
    expect(await add(body)).toEqual([400, { error: expect.stringMatching(message) as string }])
  })

  test('400 for what could be a mistyped dry run', async () => {
    const [, { id }] = await add({ name: 'Phones', filters: [mobile] })
    expect(await send('DELETE', `/api/segments?id=${String(id)}&dry_run=yes`)).toEqual([400, { error: 'dry_run: must be 1 or 0' }])
    expect((await send('DELETE', '/api/segments'))[1]).toEqual({ error: 'id: is required, as GET /api/segments lists it' })
    expect(await visitors(['is', 'segment', ['Phones']])).toBe(2)
  })

  test('there are at most 200', async () => {
    for (let count = 0; count < 200; count++) await add({ name: `s${count}`, filters: [mobile] })
    expect(await add({ name: 'one more', filters: [mobile] })).toEqual([400, { error: expect.stringMatching(/200 segments/) as string }])
  })
})
