import { describe, expect, test } from 'vitest'
import plain from '../../vectors/plain_track.json'
import { createTestCollector } from '../collector.ts'

interface Vector {
  id: string
  parity: 'must' | 'quirk'
  request: { method: string; json?: unknown; body?: string; content_type?: string; headers?: Record<string, string> }
  expected: { status?: number; row?: Record<string, string> | null; allow?: string }
  recommended?: { status?: number; row?: Record<string, string> }
  why: string
}

/** What a page sends: T031 and T032 are about paths that are not exempt from a framework's rule, and ours is. */
const sent = (plain.vectors as unknown as Vector[]).filter(({ id, request: { method } }) => (method === 'POST' || method === 'GET') && id !== 'T031' && id !== 'T032')
const made = Date.parse('2026-01-01T00:00:01.000Z')

describe('PV06: what plain.pageviews’ script sends to /pageviews/track/', () => {
  test.each(sent.map((vector) => [vector.id, vector.why, vector] as const))('%s: %s', async (_id, _why, { request, expected, recommended }) => {
    const { clock, request: ask, stored } = createTestCollector()
    clock.now = made
    const { allow, status = 0 } = { ...expected, ...recommended } as Vector['expected']
    const { row } = recommended ?? expected
    const response = await ask('/pageviews/track/', {
      method: request.method,
      headers: { 'content-type': request.content_type ?? 'application/json', ...request.headers },
      ...(request.method === 'POST' && { body: request.body ?? JSON.stringify(request.json) }),
    })
    expect(response.status).toBe(status)
    if (allow !== undefined) expect(response.headers.get('allow')).toBe(allow)
    const hits = await stored()
    expect(hits).toHaveLength(status === 201 ? 1 : 0)
    for (const field of ['url', 'title'] as const) if (row?.[field] !== undefined) expect(hits[0]![field]).toBe(row[field])
    if (row?.['timestamp'] !== undefined) expect(hits[0]!.time).toBe(made)
  })

  test('T006: the time is the page’s, and the same view sent twice is one', async () => {
    const { clock, request, stored } = createTestCollector()
    clock.now = made
    const body = JSON.stringify({ url: 'https://e.example/a', title: '', referrer: '', timestamp: '2026-01-01T00:00:00.000Z' })
    for (const _ of [1, 2]) expect((await request('/pageviews/track/', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status).toBe(201)
    expect(await stored()).toMatchObject([{ type: 'pageview', time: made - 1000, path: '/a' }])
  })

  test('PV06: what is ignored is answered 200', async () => {
    const { request, stored } = createTestCollector({ settings: { exclude: { paths: ['/admin'], addresses: [] } } })
    const body = JSON.stringify({ url: 'https://e.example/admin', title: '', referrer: '', timestamp: null })
    const response = await request('/pageviews/track/', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(await stored()).toEqual([])
  })

  test('PV34: what other sites’ pages post counts only where their hosts are allowed', async () => {
    const body = JSON.stringify({ url: 'https://shop.example/a', title: '', referrer: '', timestamp: null })
    const countedFrom = async (hosts: string[], origin: string): Promise<number> => {
      const { request, stored } = createTestCollector({ settings: { hosts } })
      await request('/pageviews/track/', { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site', origin }, body })
      return (await stored()).length
    }
    expect(await countedFrom(['shop.example'], 'https://shop.example')).toBe(1)
    expect(await countedFrom(['shop.example'], 'https://evil.example')).toBe(0)
    expect(await countedFrom(['shop.example', 'partner.example'], 'https://partner.example')).toBe(1)
  })

  test('a beacon with cookies from another site is let through: browsers ask for its origin by name', async () => {
    const { request } = createTestCollector()
    const headers = { origin: 'https://shop.example', 'access-control-request-headers': 'content-type' }
    const asked = await request('/pageviews/track/', { method: 'OPTIONS', headers })
    expect(asked.status).toBe(204)
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'content-type',
      vary: 'origin',
    })
  })
})
