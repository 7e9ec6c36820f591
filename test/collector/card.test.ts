import { openCardPass, signCard } from '@treadlight/protocol'
import { createReferenceStore } from '@treadlight/store'
import { createHash, createHmac } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeEvent, makeHit, minute } from '../store/makeHit.ts'
import { createTestCollector, type TestCollector } from './collector.ts'

let test_: TestCollector
let token: string
let id: string
const now = Date.now()
beforeEach(async () => {
  const store = createReferenceStore()
  const views = Array.from({ length: 60 }, (_, index) => makeHit({ site: 'default', user: '42', time: now - index * minute, title: `View ${index}`, path: `/${index}` }))
  await store.append([...views.toReversed(), makeEvent('buy', { site: 'default', user: '42', time: now }), makeHit({ site: 'default', user: '43', time: now, title: 'another' })])
  test_ = createTestCollector({ store })
  test_.clock.now = now
  ;({ token, id } = await test_.collector.tokens.create('admin pages', ['card']))
})

const ask = (query: string, bearer: string, path = '/api/card'): Promise<Response> => test_.request(`${path}?${query}`, { headers: { authorization: `Bearer ${bearer}`, origin: 'https://admin.example' } })
const statusOf = async (query: string, bearer: string): Promise<number> => (await ask(query, bearer)).status

interface Card {
  user: string
  views: { title: string }[]
}

test('PV29: the 50 newest views of one user, newest first, and of nobody else', async () => {
  const response = await ask('user=42', token)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const card = (await response.json()) as Card
  expect(card).toMatchObject({ site_id: 'default', user: '42' })
  expect(card.views[0]).toEqual({ id: expect.any(String), time: new Date(now).toISOString(), url: 'https://shop.example/0', title: 'View 0' })
  expect(card.views.map(({ title }) => title)).toEqual(Array.from({ length: 50 }, (_, index) => `View ${index}`))
})

test('a page of another origin may ask whether it may send a token, and read refusals', async () => {
  const preflight = await test_.request('/api/card', { method: 'OPTIONS', headers: { origin: 'https://admin.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers'), preflight.headers.get('access-control-allow-credentials')]).toEqual([204, '*', 'authorization', null])
  for (const refused of [await ask('user=42', 'tl_wrong'), await test_.request('/api/card?user=42'), await ask('user=', token)]) {
    expect([400, 401]).toContain(refused.status)
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  }
  // No other route says so.
  expect((await test_.request('/api/timeline', { method: 'OPTIONS' })).headers.get('access-control-allow-origin')).toBe(null)
})

describe('a pass', () => {
  test('opens the card of its user alone, and nothing else', async () => {
    const pass = await signCard(token, { user: '42', expires: now + minute })
    expect(((await (await ask('', pass)).json()) as Card).views).toHaveLength(50)
    expect(((await (await ask('user=42&site_id=default', pass)).json()) as Card).user).toBe('42')
    expect(await statusOf('user=43', pass)).toBe(403)
    expect(await statusOf('site_id=other', pass)).toBe(400)
    for (const path of ['/api/timeline', '/api/sites', '/api/export', '/api/session']) expect((await ask('user=42', pass, path)).status).toBe(403)
  })

  test('ends when it says, lives no longer than a day, and ends with its token', async () => {
    const pass = await signCard(token, { user: '42', expires: new Date(now + minute) })
    test_.clock.now = now + minute + 1
    expect(await statusOf('', pass)).toBe(401)
    test_.clock.now = now
    expect(await statusOf('', pass)).toBe(200)
    await expect(signCard(token, { user: '42', expires: now + 2 * 86_400_000 })).rejects.toThrow(/expires must be .* at most a day ahead/)
    expect(await statusOf('', passOf({ user: '42', site: 'default', expires: now + 2 * 86_400_000 }, token))).toBe(401)
    await test_.collector.tokens.revoke(id)
    expect(await statusOf('', pass)).toBe(401)
  })

  test('is good for what was signed, letter by letter, and says nothing of the token', async () => {
    const pass = await signCard(token, { user: 'jörg 🙂', expires: now + minute })
    expect(pass).toBe(passOf({ user: 'jörg 🙂', site: 'default', expires: now + minute }, token))
    expect(await statusOf('', pass)).toBe(200)
    const [payload, mac] = pass.slice(4).split('.') as [string, string]
    const other = Buffer.from(JSON.stringify({ user: '42', site: 'default', expires: now + minute })).toString('base64url')
    for (const forged of [`tlc_${other}.${mac}`, `tlc_${payload}.${mac.slice(0, -2)}AA`, `tlc_${payload}`, `tlc_${payload}.${mac}.x`, 'tlc_', `tlc_${payload}.${'A'.repeat(43)}`]) expect([forged, await statusOf('user=42', forged)]).toEqual([forged, 401])
    const hash = createHash('sha256').update(token)
    for (const secret of [token, token.slice(3), hash.copy().digest('hex'), hash.copy().digest('base64url')]) expect(`${pass} ${Buffer.from(payload, 'base64url').toString()}`).not.toContain(secret)
  })

  test('is worth nothing when a token of another scope has signed it', async () => {
    for (const scope of ['export', 'stats', 'admin'] as const) {
      const made = await test_.collector.tokens.create(scope, [scope])
      expect([scope, await statusOf('', await signCard(made.token, { user: '42' }))]).toEqual([scope, 401])
    }
  })

  test.each([
    ['secret', { user: '42' }, /the token must be one of treadlight token create/],
    ['tl_x', { user: '' }, /user must be a text of 1 to 255 characters/],
    ['tl_x', { user: 'x'.repeat(256) }, /user must be a text of 1 to 255 characters/],
    ['tl_x', { user: '42', site: 'My shop' }, /site must be the id of a site/],
    ['tl_x', { user: '42', expires: NaN }, /expires must be a date/],
  ])('signCard(%j, %j) is refused by name', async (token, card, message) => {
    await expect(signCard(token, card)).rejects.toThrow(message)
  })

  test.each([{ user: 7 }, { user: '42', site: '../x' }, { user: '42', site: 'default', expires: 'soon' }, [], 'x', null])('%j in its place is none', (claims) => {
    expect(openCardPass(passOf(claims, token))).toBeUndefined()
  })
})

/** As another server would make it, from the docs. */
function passOf(claims: unknown, token: string): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `tlc_${payload}.${createHmac('sha256', createHash('sha256').update(token).digest()).update(`treadlight-card.${payload}`).digest('base64url')}`
}
