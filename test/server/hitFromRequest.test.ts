import { decodeHit, idTime, isId, isRefusal } from '@treadlight/protocol'
import { hitFromRequest } from '@treadlight/server'
import { expect, test } from 'vitest'

const now = () => Date.parse('2026-11-21T10:00:00.000Z')
const request = new Request('https://shop.example/cart?utm_source=news', { headers: { referer: 'https://r.example/' } })

test('PV09 takes URL with query, referrer and the server’s time from the request', () => {
  const hit = hitFromRequest(request, {}, { now })!
  expect(hit).toMatchObject({
    type: 'pageview',
    url: 'https://shop.example/cart?utm_source=news',
    title: '',
    referrer: 'https://r.example/',
    timestamp: '2026-11-21T10:00:00.000Z',
  })
  expect(isId(hit.id)).toBe(true)
  expect(idTime(hit.id)).toBe(now())
  expect(isRefusal(decodeHit(hit))).toBe(false)
})

test.each([
  ['url', 'https://other.example/'],
  ['title', 'Cart'],
  ['referrer', ''],
  ['timestamp', '2026-11-20T10:00:00.000Z'],
] as const)('PV10 %s can be set by hand on its own, also to nothing', (field, value) => {
  const plain = hitFromRequest(request, {}, { now })
  expect(hitFromRequest(request, { [field]: value }, { now })).toEqual({ ...plain, id: expect.any(String), [field]: value })
})

test('PV10 undefined is no override', () => {
  const overrides = { title: undefined, referrer: undefined } as object
  expect(hitFromRequest(request, overrides, { now })).toMatchObject({ title: '', referrer: 'https://r.example/' })
})

test('a request without Referer has none', () => {
  expect(hitFromRequest(new Request('https://shop.example/'))?.referrer).toBe('')
})
