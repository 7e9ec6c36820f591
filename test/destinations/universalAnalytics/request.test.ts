import { addQueueTime, encodeParameters, universalRequest, type UniversalRequestOptions, type WireParameters } from '@treadlight/destinations/universal-analytics'
import { describe, expect, test } from 'vitest'
import { readVectors } from './readVectors.ts'

const type = 'application/x-www-form-urlencoded'
const origin = 'https://www.google-analytics.com'

/** A hit of one parameter that makes a text of `length` bytes. */
const hitOf = (length: number): WireParameters => ({ v: 'x'.repeat(length - 2) })

describe('the vectors of the sender', () => {
  const calls: Record<string, [WireParameters, UniversalRequestOptions]> = {
    M081: [{ v: 1, t: 'pageview' }, { method: 'GET' }],
    M083: [{ v: 1 }, { debug: true }],
    M084: [{ v: 1 }, { method: 'GET', ssl: false }],
    M087: [hitOf(2044 - `${origin}/collect?`.length), { method: 'GET', postFallback: false }],
    M088: [hitOf(8000), { method: 'POST' }],
    M089: [hitOf(8001), { method: 'POST' }],
  }
  const vectors = readVectors('sender')

  test('are all here', () => expect(Object.keys(calls)).toEqual(vectors.map(({ id }) => id)))

  test.each(vectors)('SS12 SS15 SS16 SS17 SS18 $id $call: $why', ({ id, result, throws, message = '' }) => {
    const call = (): unknown => universalRequest(...calls[id]!)
    if (throws !== undefined) return expect(call).toThrow(message.includes('GET') ? /a GET with \d+ bytes.* is too large/ : /a hit of 8001 bytes is too large/)
    const [expected] = result as { method: string; url: string; body: string | null; body_len: number; content_type: string | null }[]
    const { body_len, content_type, method, url } = expected!
    expect(call()).toEqual({
      method,
      url,
      ...(content_type && { headers: { 'content-type': content_type }, body: expected!.body ?? encodeParameters(hitOf(body_len)) }),
    })
  })
})

describe('SS15 a long GET', () => {
  const head = '/collect?'.length

  test.each([
    [2000, 'GET'],
    [2001, 'POST'],
  ])('of %i bytes of path and query is a %s', (length, method) => {
    const request = universalRequest(hitOf(length - head), { method: 'GET' })
    expect(request.method).toBe(method)
    if (method === 'GET') expect(request.url.length).toBe(origin.length + length)
    else expect(request).toEqual({ url: `${origin}/collect`, method, headers: { 'content-type': type }, body: encodeParameters(hitOf(length - head)) })
  })

  test('counts bytes as they are sent, not characters', () => {
    expect(universalRequest({ v: '€'.repeat(300) }, { method: 'GET' }).method).toBe('POST')
    expect(() => universalRequest({ v: '€'.repeat(1000) })).toThrow('a hit of 9002 bytes is too large')
  })
})

test('AR09 to any collector', () => {
  expect(universalRequest({ v: 1 }, { host: 'stats.example:8080', ssl: false }).url).toBe('http://stats.example:8080/collect')
})

test('SS04 SS05 nothing is lost in encoding, and z is last', () => {
  expect(encodeParameters({ z: 7, dt: '', ev: 0, dl: 'https://e.example/?a=1&b=ü\n', x: '\ud800' })).toBe('dt=&ev=0&dl=https%3A%2F%2Fe.example%2F%3Fa%3D1%26b%3D%C3%BC%0A&x=%EF%BF%BD&z=7')
})

test.each<[WireParameters, number, WireParameters]>([
  [{ v: 1 }, 90_000, { v: 1, qt: 90_000 }],
  [{ v: 1, qt: 560 }, 1000.4, { v: 1, qt: 1560 }],
  [{ v: 1 }, -5, { v: 1 }],
])('SS14 a hit that waited says for how long, in ms: %o and %d', (parameters, delay, expected) => {
  expect(addQueueTime(parameters, delay)).toEqual(expected)
})
