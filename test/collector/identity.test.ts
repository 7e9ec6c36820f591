import { createId, signUser, type SignedClaims } from '@treadlight/protocol'
import { createReferenceStore, createStore, type HitStore, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { describe, expect, test, vi } from 'vitest'
import type { CollectorOptions } from '../../packages/collector/src/collector.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'

const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
const other = 'Zq8Lw2Xe5Rt7Yu1Io4Pa6Sd9Fg3Hj0Kl'
const hour = 3_600_000
const day = 24 * hour
const sign = (claims: SignedClaims, key = secret): Promise<string> => signUser({ expires: noon + hour, ...claims }, key)
const open = (options: Partial<CollectorOptions> = {}): TestCollector => createTestCollector({ userSecrets: [secret], visitor: 'session', ...options })
const hitAt = (time: number, more: object = {}): object => ({ url: 'https://shop.example/', id: createId(time), timestamp: new Date(time).toISOString(), ...more })
const people = (hits: StoredHit[]): [user: string, session: string][] => hits.map(({ user, session }) => [user, session])
const notesOf = async ({ request }: TestCollector): Promise<string[]> => ((await (await request('/api/health')).json()) as { notes?: string[] }).notes ?? []

describe('PV16 the user of a hit', () => {
  test('is the one that the site’s server has signed', async () => {
    const collector = open()
    const token = await sign({ user: 'ada@example' })
    expect((await collector.post({ sentAt: noon, hits: [hitAt(noon, { user: token }), hitAt(noon - 1)] })).status).toBe(201)
    expect(people(await collector.stored())).toEqual([['', ''], ['ada@example', '']])
    expect(await notesOf(collector)).toEqual([])
  })

  test('is one for every hit of a batch, whichever token comes first and however often', async () => {
    const collector = open()
    const tokens = await Promise.all(['ada', 'bob'].map((user) => sign({ user })))
    const hits = Array.from({ length: 20 }, (_, index) => hitAt(noon - 20 + index, { user: tokens[index % 2] }))
    await collector.post({ sentAt: noon, hits })
    await collector.post({ sentAt: noon, hits: [hitAt(noon, { user: tokens[0] })] })
    expect((await collector.stored()).map(({ user }) => user)).toEqual([...Array.from({ length: 20 }, (_, index) => ['ada', 'bob'][index % 2]), 'ada'])
  })

  test('a hit that was queued for days is the user’s of then; one from after the expiry is nobody’s', async () => {
    const collector = open()
    const token = await sign({ user: 'ada', expires: noon - 3 * day })
    await collector.post({ sentAt: noon, hits: [hitAt(noon - 3 * day, { user: token }), hitAt(noon - 3 * day + 1, { user: token })] })
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['ada', ''])
    expect(await notesOf(collector)).toEqual([expect.stringContaining('had expired when they happened')])
  })

  test('a new secret replaces an old one without a gap', async () => {
    const collector = open({ userSecrets: [other, secret] })
    for (const key of [secret, other]) await collector.post(hitAt(noon, { user: await sign({ user: 'ada' }, key) }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['ada', 'ada'])
  })

  test.each<[string, Partial<CollectorOptions>, () => Promise<string> | string, RegExp]>([
    ['no secret', { userSecrets: [] }, () => sign({ user: 'ada' }), /no secret to check them with; set userSecrets/],
    ['another secret', {}, () => sign({ user: 'ada' }, other), /none of userSecrets has signed/],
    ['an unsigned id', {}, () => 'ada', /none of userSecrets has signed/],
    ['a text of 60,000 letters', {}, () => 'x'.repeat(60_000), /none of userSecrets has signed/],
    ['an expired token', {}, () => sign({ user: 'ada', session: 's', expires: noon - 1 }), /had expired/],
  ])('with %s the hit counts as nobody’s, and the owner is told once', async (_, options, makeToken, note) => {
    const collector = open(options)
    const user = await makeToken()
    for (let round = 0; round < 2; round++) expect((await collector.post(hitAt(noon, { user }))).status).toBe(201)
    expect(people(await collector.stored())).toEqual([['', ''], ['', '']])
    expect(await notesOf(collector)).toEqual([expect.stringMatching(note)])
    expect(collector.errors).toHaveLength(1)
    expect(JSON.stringify([collector.errors, await notesOf(collector)])).not.toContain(user.slice(0, 20))
  })

  test('input 14: two users or sessions never become one, whatever they are called', async () => {
    const odd = fc.constantFrom('../../x', 'a:b', 'a?b', 'x$', 'node_modules', 'A', 'a', '.', '*', '%', '_', '__proto__', 'constructor', 'x'.repeat(255))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.oneof(odd, fc.string({ minLength: 1, maxLength: 20 })), { minLength: 2, maxLength: 6 }), async (names) => {
        const store = await createStore({ storage: createStorage(), durability: 'volatile', now: () => noon })
        const collector = open({ store })
        const signed: string[] = []
        for (const [index, name] of names.entries()) {
          const user = await sign({ user: name, session: `${name} ${index}` }).catch(() => undefined)
          if (user === undefined) continue
          signed.push(name)
          await collector.post({ sentAt: noon, hits: [hitAt(noon - 100 + index, { user })] })
          await collector.post({ sentAt: noon, hits: [hitAt(noon - 50 + index, { session: `${name} ${index}` })] })
        }
        // The anonymous hits are each of the one whose session it is.
        expect((await collector.stored()).map(({ user }) => user)).toEqual([...signed, ...signed])
        await store.close()
      }),
      { numRuns: 30 },
    )
  })
})

describe('PV17 the session of a hit', () => {
  const token = (): Promise<string> => sign({ session: 'signed' })
  test.each<[CollectorOptions['visitor'], kept: string]>([
    ['daily', ''],
    ['none', ''],
    ['session', 'sent'],
    ['cookie', 'sent'],
  ])('in mode %s, one that a browser sends is stored as %j; one in a token wins', async (visitor, kept) => {
    const collector = open({ visitor: visitor!, associateAnonymous: false })
    await collector.post(hitAt(noon - 2, { session: 'sent' }))
    await collector.post(hitAt(noon - 1, { session: 'sent', user: await token() }))
    await collector.post(hitAt(noon, { session: 'sent', user: await sign({ user: 'ada' }) }))
    expect(people(await collector.stored())).toEqual([['', kept], ['', 'signed'], ['ada', kept]])
    expect(await notesOf(collector)).toEqual(visitor === 'daily' ? [expect.stringContaining('visitor: session or cookie would')] : [])
  })

  test('PV21 without users and sessions nothing is missing', async () => {
    const collector = createTestCollector()
    expect((await collector.post({ url: 'https://shop.example/' })).status).toBe(201)
    expect(people(await collector.stored())).toEqual([['', '']])
    expect(await notesOf(collector)).toEqual([])
  })
})

const stores: [string, () => HitStore | Promise<HitStore>][] = [
  ['the reference', () => createReferenceStore({ now: () => noon })],
  ['a store', () => createStore({ storage: createStorage(), durability: 'volatile', now: () => noon })],
]

describe.each(stores)('PV18 association, in %s', (_, make) => {
  test('a log-in names what the session did before, and what it does later without a token', async () => {
    const collector = open({ store: await make() })
    await collector.post(hitAt(noon - 3000, { session: 's' }))
    await collector.post(hitAt(noon - 2500, { session: 'another' }))
    await collector.post(hitAt(noon - 2000, { session: 's', user: await sign({ user: 'ada' }) }))
    await collector.post(hitAt(noon - 1000, { session: 's' }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['ada', '', 'ada', 'ada'])
  })

  test('only ever turns an unknown user into a known one; the earlier log-in counts, also where it arrives later', async () => {
    const collector = open({ store: await make() })
    const [ada, bob] = [await sign({ user: 'ada' }), await sign({ user: 'bob' })]
    await collector.post(hitAt(noon - 4000, { session: 's' }))
    await collector.post(hitAt(noon - 1000, { session: 's', user: bob }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['bob', 'bob'])
    await collector.post(hitAt(noon - 3000, { session: 's', user: ada }))
    await collector.post(hitAt(noon, { session: 's', user: bob }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['ada', 'ada', 'bob', 'bob'])
    // From before ada's: now bob was first.
    await collector.post(hitAt(noon - 3500, { session: 's', user: bob }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['bob', 'bob', 'ada', 'bob', 'bob'])
  })

  test('in mode daily by the session that the site’s server has signed, for anonymous visitors too', async () => {
    const collector = open({ store: await make(), visitor: 'daily' })
    await collector.post(hitAt(noon - 3000, { user: await sign({ session: 's' }) }))
    await collector.post(hitAt(noon - 2000, { user: await sign({ user: 'ada', session: 's' }) }))
    expect(people(await collector.stored())).toEqual([['ada', 's'], ['ada', 's']])
  })

  test('in mode daily a browser’s session id links nothing: behind one address it could be anybody', async () => {
    const collector = open({ store: await make(), visitor: 'daily' })
    await collector.post(hitAt(noon - 3000, { session: 's' }))
    await collector.post(hitAt(noon - 2000, { session: 's', user: await sign({ user: 'ada' }) }))
    expect(people(await collector.stored())).toEqual([['', ''], ['ada', '']])
  })

  test('PV19 off: nothing is linked', async () => {
    const store = await make()
    const identify = vi.spyOn(store, 'identify')
    const collector = open({ store, associateAnonymous: false })
    await collector.post(hitAt(noon - 3000, { session: 's' }))
    await collector.post(hitAt(noon - 2000, { session: 's', user: await sign({ user: 'ada' }) }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['', 'ada'])
    expect(identify).not.toHaveBeenCalled()
  })

  test('somebody who was erased and logs in again counts anew', async () => {
    const store = await make()
    const collector = open({ store })
    const user = await sign({ user: 'ada' })
    await collector.post(hitAt(noon - 3000, { session: 's', user }))
    await store.erase({ site: 'default', user: 'ada' })
    expect(await collector.stored()).toEqual([])
    collector.clock.now = noon + 1000
    await collector.collector.maintain()
    await collector.post(hitAt(noon + 500, { session: 's' }))
    await collector.post(hitAt(noon + 600, { session: 's', user }))
    expect((await collector.stored()).map(({ user }) => user)).toEqual(['ada', 'ada'])
  })
})

describe('a log-in', () => {
  test('is stored once per session and user, with the time of its first hit', async () => {
    const store = createReferenceStore({ now: () => noon })
    const identify = vi.spyOn(store, 'identify')
    const collector = open({ store })
    const user = await sign({ user: 'ada' })
    await collector.post({ sentAt: noon, hits: [hitAt(noon - 5, { session: 's', user }), hitAt(noon - 9, { session: 's', user })] })
    await collector.post(hitAt(noon, { session: 's', user }))
    expect(identify.mock.calls).toEqual([[{ site: 'default', session: 's', user: 'ada', time: noon - 9 }]])
  })

  test('that cannot be stored is not acknowledged: 503, and the next try stores it', async () => {
    const store = createReferenceStore({ now: () => noon })
    const identify = vi.spyOn(store, 'identify').mockRejectedValueOnce(new Error('EIO'))
    const collector = open({ store })
    const hit = hitAt(noon, { session: 's', user: await sign({ user: 'ada' }) })
    const failed = await collector.post(hit)
    expect([failed.status, failed.headers.has('retry-after')]).toEqual([503, true])
    expect(collector.errors).toEqual([new Error('EIO')])
    expect((await collector.post(hit)).status).toBe(201)
    expect(identify).toHaveBeenCalledTimes(2)
  })

  test('of a hit that is dropped is none', async () => {
    const store = createReferenceStore({ now: () => noon })
    const identify = vi.spyOn(store, 'identify')
    const collector = open({ store, respect: { gpc: 'counting', dnt: false } })
    await collector.post(hitAt(noon, { session: 's', user: await sign({ user: 'ada' }) }), { 'sec-gpc': '1' })
    expect(identify).not.toHaveBeenCalled()
  })
})

describe('PV20 impersonation', () => {
  test.each([
    ['a good token', noon + hour],
    ['one that has expired', noon - hour],
  ])('%s that names who it really is: nothing is stored, and 200 says why', async (_, expires) => {
    const collector = open()
    const user = await sign({ user: 'ada', session: 's', impersonator: 'staff', expires })
    const response = await collector.post(hitAt(noon, { user }))
    expect([response.status, response.headers.get('x-hit-dropped')]).toEqual([200, 'impersonation'])
    expect(await collector.stored()).toEqual([])
  })

  test('is nothing that a stranger can claim: the hit counts', async () => {
    const collector = open()
    const user = await sign({ user: 'ada', impersonator: 'staff' }, other)
    expect((await collector.post(hitAt(noon, { user }))).status).toBe(201)
  })
})
