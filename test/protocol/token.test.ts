import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { maxTokenLength, signUser, verifyUser, type SignedClaims } from '../../packages/protocol/src/index.ts'

const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
const other = 'Zq8Lw2Xe5Rt7Yu1Io4Pa6Sd9Fg3Hj0Kl'
const noon = Date.parse('2026-11-21T12:00:00.000Z')
const expires = noon + 3_600_000
const verify = (token: string, time = noon, secrets = [secret]) => verifyUser(token, { secrets, time })
const encode = (claims: unknown): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
/** As another language would do it: docs/privacy.md. */
const signByHand = (payload: string, key = secret): string =>
  `${payload}.${createHmac('sha256', key).update(`treadlight-user.${payload}`).digest('base64url')}`

describe('signUser and verifyUser', () => {
  test.each<[string, SignedClaims & { expires: number }]>([
    ['a user', { user: 'ada', expires }],
    ['an anonymous visitor’s session', { session: 's-1', expires }],
    ['both, by a member of staff', { user: 'ada@example', session: 's-1', impersonator: 'staff', expires }],
    ['whatever letters', { user: '李 雷/../x:y?$%_*', session: '👩‍👩‍👧', expires }],
  ])('agree on %s', async (_, claims) => {
    expect(await verify(await signUser(claims, secret))).toEqual({ claims })
  })

  test('any user id comes back as it was, or is refused: never another one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (user) => {
        const token = await signUser({ user, expires }, secret).catch((error: unknown) => error)
        if (token instanceof RangeError) return
        expect(await verify(token as string)).toEqual({ claims: { user, expires } })
      }),
    )
  })

  test('the longest ids make a token that is short enough', async () => {
    const id = '😀'.repeat(255)
    const token = await signUser({ user: id, session: id, impersonator: id, expires }, secret)
    expect(token.length).toBeLessThanOrEqual(maxTokenLength)
    expect(await verify(token)).toMatchObject({ claims: { user: id } })
  })

  test('a token can be made in any language', async () => {
    expect(await verify(signByHand(encode({ version: 1, user: 'ada', expires })))).toEqual({ claims: { user: 'ada', expires } })
    expect(await signUser({ user: 'ada', expires }, secret)).toBe(signByHand(encode({ version: 1, user: 'ada', expires })))
  })

  test('expiry is that of the hit’s time, to the millisecond', async () => {
    const token = await signUser({ user: 'ada', expires }, secret)
    expect(await verify(token, expires)).toHaveProperty('claims')
    expect(await verify(token, expires + 1)).toEqual({ reason: 'expired', claims: { user: 'ada', expires } })
  })

  test('a day is what a token lasts where nobody says', async () => {
    const before = Date.now()
    const verdict = await verify(await signUser({ user: 'ada' }, secret))
    if (!('claims' in verdict)) throw new Error('a good token')
    expect(verdict.claims.expires).toBeGreaterThanOrEqual(before + 86_400_000)
    expect(verdict.claims.expires).toBeLessThanOrEqual(Date.now() + 86_400_000)
    expect(await signUser({ user: 'ada', expires: new Date(expires) }, secret)).toBe(await signUser({ user: 'ada', expires }, secret))
  })

  test('several secrets: a new one can replace an old one without a gap', async () => {
    const token = await signUser({ user: 'ada', expires }, other)
    expect(await verify(token, noon, [secret, other])).toHaveProperty('claims')
    expect(await verify(token, noon, [secret])).toEqual({ reason: 'signature' })
    expect(await verify(token, noon, [])).toEqual({ reason: 'signature' })
  })
})

describe('refused', () => {
  test.each<[string, SignedClaims, RegExp]>([
    ['nobody', { expires }, /name a user or a session/],
    ['an empty user', { user: '', expires }, /user must be a text that is not empty/],
    ['a number', { user: 7 as unknown as string, expires }, /user must be a text/],
    ['256 letters', { user: 'x'.repeat(256), expires }, /user must have at most 255/],
    ['NUL', { session: 'a\0b', expires }, /session must have no control characters/],
    ['half a character', { user: '\ud800', expires }, /half characters/],
    ['seconds', { user: 'ada', expires: expires / 1000 }, /multiply seconds by 1000/],
    ['no moment', { user: 'ada', expires: NaN }, /expires must be a date or ms/],
    ['no date', { user: 'ada', expires: new Date('x') }, /expires must be a date or ms/],
  ])('to sign: %s', async (_, claims, message) => {
    await expect(signUser(claims, secret)).rejects.toThrow(message)
  })

  test.each(['', 'short', 'x'.repeat(31), undefined])('input 18: to sign or verify with the secret %j', async (short) => {
    const token = await signUser({ user: 'ada', expires }, secret)
    await expect(signUser({ user: 'ada', expires }, short as string)).rejects.toThrow(/at least 32 characters.*openssl/)
    await expect(verify(token, noon, [short as string])).rejects.toThrow(/at least 32 characters/)
  })

  test.each<[string, string]>([
    ['', 'malformed'],
    ['ada', 'malformed'],
    ['.', 'malformed'],
    ['a.b.c', 'malformed'],
    ['eyJhbGciOiJIUzI1NiJ9.e30.sig', 'malformed'],
    [`${'x'.repeat(maxTokenLength)}.x`, 'malformed'],
    [signByHand(encode({ version: 2, user: 'ada', expires })), 'malformed'],
    [signByHand(encode({ version: 1, user: 'ada' })), 'malformed'],
    [signByHand(encode({ version: 1, user: 'a\0', expires })), 'malformed'],
    [signByHand(encode({ version: 1, user: ['ada'], expires })), 'malformed'],
    [signByHand(encode({ version: 1, impersonator: 'staff', expires })), 'malformed'],
    [signByHand(encode(null)), 'malformed'],
    [signByHand(Buffer.from([0xff, 0xfe]).toString('base64url')), 'malformed'],
    [signByHand(encode({ version: 1, user: 'ada', expires })).slice(0, -1), 'malformed'],
    [`${encode({ version: 1, user: 'ada', expires })}.`, 'malformed'],
    [signByHand(encode({ version: 1, user: 'ada', expires }), other), 'signature'],
    // Signed with the right secret, but for something else.
    [`${encode({ version: 1, user: 'ada', expires })}.${createHmac('sha256', secret).update(encode({ version: 1, user: 'ada', expires })).digest('base64url')}`, 'signature'],
  ])('input 19: %.40s… is %s', async (token, reason) => {
    expect(await verify(token)).toEqual({ reason })
  })

  test('a token of which anything was changed', async () => {
    const token = await signUser({ user: 'ada', session: 's', expires }, secret)
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom(...'Aa0_-.'), async (at, letter) => {
        fc.pre(token[at] !== letter)
        expect(await verify(token.slice(0, at) + letter + token.slice(at + 1))).not.toHaveProperty('claims')
      }),
    )
  })
})
