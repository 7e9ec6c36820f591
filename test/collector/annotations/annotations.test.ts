import { beforeEach, describe, expect, test } from 'vitest'
import { createTestCollector, logInOwner, noon, type TestCollector } from '../collector.ts'

let collector: TestCollector
let token: string
beforeEach(async () => {
  collector = createTestCollector({ timezone: 'Europe/Berlin', sites: [{ id: 'blog', timezone: 'Asia/Tokyo', hosts: ['blog.example'] }] })
  token = (await collector.collector.tokens.create('ci', ['annotations'])).token
})

async function send(method: string, path: string, body?: unknown, key = token): Promise<[number, Record<string, unknown>]> {
  const response = await collector.request(path, { method, headers: { authorization: `Bearer ${key}` }, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return [response.status, (await response.json()) as Record<string, unknown>]
}
const path = '/api/annotations'
const add = (body: object) => send('POST', path, body)
async function texts(range = ''): Promise<unknown[]> {
  const { token: reader } = await collector.collector.tokens.create('reader', ['stats'])
  const [status, body] = await send('GET', path + range, undefined, reader)
  return status === 200 ? (body['annotations'] as { text: string }[]).map(({ text }) => text) : [body]
}

describe('/api/annotations', () => {
  test('a deploy hook says what happened now, by a token that opens nothing else', async () => {
    // As curl -d sends it: its content type is that of a form.
    const response = await collector.request(path, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' }, body: '{ "text": "v1.2 deployed" }' })
    expect([response.status, await response.json()]).toEqual([
      201,
      { site_id: 'default', id: expect.stringMatching(/^[0-9a-f]{12}$/) as string, created: new Date(noon).toISOString(), time: new Date(noon).toISOString(), text: 'v1.2 deployed' },
    ])
    expect((await send('GET', path))[0]).toBe(403)
    expect((await send('GET', '/api/sites'))[0]).toBe(403)
    expect(await texts()).toEqual(['v1.2 deployed'])
  })

  test.each([
    ['2026-11-20', '2026-11-20'],
    ['2026-11-20T10:00:00+02:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20 10:00:00', '2026-11-20T09:00:00.000Z'],
  ])('time %s is %s in Berlin', async (time, is) => {
    expect((await add({ text: 'a', time }))[1]['time']).toBe(is)
  })

  test('those of a range, the earliest first; a day counts by the site’s calendar', async () => {
    await add({ text: 'late', time: '2026-11-20T22:59:00Z' })
    await add({ text: 'next day', time: '2026-11-20T23:00:00Z' })
    await add({ text: 'day', time: '2026-11-20' })
    await add({ text: 'to come', time: '2026-12-24' })
    await add({ text: 'elsewhere', site_id: 'blog' })
    expect(await texts()).toEqual(['day', 'late', 'next day', 'to come'])
    expect(await texts('?date_range=2026-11-20,2026-11-20')).toEqual(['day', 'late'])
    expect(await texts('?date_range=2026-11-19T23:00:00.000Z,2026-11-20T22:59:00.000Z')).toEqual(['day'])
    expect(await texts('?date_range=day')).toEqual(['next day'])
    expect(await texts('?site_id=blog')).toEqual(['elsewhere'])
    expect(await texts('?date_range=soon')).toEqual([{ error: expect.stringMatching(/^date_range: "soon" is none/) as string }])
  })

  test('are changed and removed', async () => {
    const [, made] = await add({ text: 'v1', link: 'https://ci.example/1' })
    const id = String(made['id'])
    expect(await send('PUT', path, { id, text: 'v2', time: '2026-11-01' })).toEqual([200, { site_id: 'default', id, created: made['created'], text: 'v2', time: '2026-11-01' }])
    const sentence = 'The annotation “v2” of 2026-11-01 goes from the trend. This cannot be undone.'
    expect(await send('DELETE', `${path}?id=${id}&dry_run=1`)).toEqual([200, { id, removed: 0, dry_run: true, sentence }])
    expect(await texts()).toEqual(['v2'])
    expect(await send('DELETE', `${path}?id=${id}`)).toEqual([200, { id, removed: 1, dry_run: false, sentence }])
    expect(await texts()).toEqual([])
    expect((await send('DELETE', `${path}?id=${id}`))[0]).toBe(404)
  })

  test('an owner needs no token', async () => {
    const headers = { cookie: await logInOwner(collector), 'content-type': 'application/json' }
    const response = await collector.request(path, { method: 'POST', headers, body: JSON.stringify({ text: 'Ad campaign', link: 'https://ads.example/' }) })
    expect([response.status, ((await response.json()) as { link: string }).link]).toEqual([201, 'https://ads.example/'])
  })

  test.each<[string, object, RegExp]>([
    ['no text', {}, /^text: must be a text of one line/],
    ['two lines', { text: 'a\nb' }, /^text/],
    ['a text that is too long', { text: 'x'.repeat(201) }, /^text.*200/],
    ['a time that is none', { text: 'a', time: 'now' }, /^time: must be a day/],
    ['a day that there is not', { text: 'a', time: '2026-02-30' }, /^time/],
    ['a number', { text: 'a', time: 7 }, /^time/],
    ['a link that is a script', { text: 'a', link: 'javascript:alert(1)' }, /^link: must be an address/],
    ['a link that is none', { text: 'a', link: 'https://[' }, /^link/],
    ['a field that there is not', { text: 'a', tme: 'x' }, /^body: "tme" is unknown; did you mean time/],
  ])('400: %s', async (_, body, message) => {
    expect(await add(body)).toEqual([400, { error: expect.stringMatching(message) as string }])
  })
})
