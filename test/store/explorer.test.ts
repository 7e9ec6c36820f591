import { createReferenceStore, createStore, openStorage, type HitPageFilter, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTexts, textsOf } from '../../packages/store/src/explorer/texts.ts'
import { markUuids } from '../../packages/store/src/explorer/uuidSearch.ts'
import { day, makeHit, minute, noon, testId } from './makeHit.ts'

const words = ['', 'a', 'A', 'ab', 'Äb', 'b\u{1F600}', 'b\uFF5E', 'google', 'GOOGLE', 'i\u0130']

describe('texts that are looked through in one go', () => {
  test('say the same as each of them does', () => {
    const text = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme', maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), text, (values, sought) => {
        const texts = textsOf(values)
        const flags = (test: (value: string) => boolean) => (values.some(test) ? Uint8Array.from(values, (value) => Number(test(value))) : undefined)
        expect(values.map((_, code) => texts.text(code))).toEqual(values)
        expect(texts.equal(sought)).toEqual(flags((value) => value === sought))
        const search = sought.toLowerCase()
        if (search !== '') expect(texts.containing(search)).toEqual(flags((value) => value.toLowerCase().includes(search)))
        expect(Array.from(texts.order(), (code) => values[code])).toEqual(values.toSorted())
      }),
    )
  })

  test('one that is longer than its dictionary is damage', () => {
    expect(() => createTexts(Buffer.from([9, 0, 0, 0, 65]), 1)).toThrow('longer')
  })
})

test('PV25 a piece of a UUID is found in its bytes as in its text', () => {
  const piece = fc.record({ id: fc.uuid(), from: fc.nat(35), length: fc.integer({ min: 1, max: 36 }), other: fc.uuid(), isOther: fc.boolean() })
  fc.assert(
    fc.property(piece, ({ id, from, length, other, isOther }) => {
      const search = (isOther ? other : id).slice(from, from + length)
      const bytes = Buffer.from((id + other).replaceAll('-', ''), 'hex')
      const rows = new Uint8Array(2)
      markUuids(new Int32Array(new Uint8Array(bytes).buffer), search, rows)
      expect([...rows]).toEqual([Number(id.includes(search)), Number(other.includes(search))])
    }),
    { numRuns: 500 },
  )
})

/** Enough for several segments a day, row by row unlike each other, at moments of which some are shared. */
const hits: StoredHit[] = Array.from({ length: 3000 }, (_, index) => {
  const at = (index * 7919) % 3000
  const pick = (of: readonly string[], step: number) => of[Math.floor(at / step) % of.length]!
  const type = (['pageview', 'pageview', 'event', 'engagement'] as const)[at % 4]!
  return makeHit({
    id: testId(index, noon - at * 2 * minute),
    time: noon - Math.floor(at / 3) * 6 * minute,
    type,
    ...(type === 'event' && { name: pick(['buy', 'join'], 8), interactive: at % 16 < 8 }),
    visitor: `v${at % 37}`,
    session: at % 5 === 0 ? '' : `s${at % 53}`,
    user: at % 7 === 0 ? `u${at % 21}` : '',
    path: pick(['/', '/a', '/b', '/Über'], 3),
    url: at % 2 === 0 ? `https://shop.example/?q=${pick(words, 5)}` : `https://shop.example${pick(['/', '/a', '/b', '/Über'], 3)}`,
    title: pick(words, 2),
    source: pick(['', 'google', 'news'], 4),
    medium: pick(['', 'cpc'], 9),
    country: pick(['DE', 'US'], 6),
  })
})

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const page: fc.Arbitrary<Omit<HitPageFilter, 'site'>> = fc
  .record({
    search: some(fc.constantFrom('goo', 'Ä', 'u1', 's5', 'shop', testId(77, noon).slice(-3), '00-', 'e', 'nowhere')),
    orderBy: some(fc.constantFrom('time', 'user', 'url', 'source', 'medium', 'session', 'title')),
    descending: some(fc.boolean()),
    offset: some(fc.nat(3100)),
    limit: some(fc.nat(60)),
    type: some(fc.constantFrom('pageview', 'event', 'engagement')),
    user: some(fc.constantFrom('', 'u7', 'u14', 'nobody')),
    session: some(fc.constantFrom('', 's5', 's6')),
    source: some(fc.constantFrom('google', '')),
    known: some(fc.boolean()),
    from: some(fc.nat(4 * 24).map((hours) => noon - hours * 60 * minute)),
    to: some(fc.nat(4 * 24).map((hours) => noon - hours * 60 * minute + 1)),
    filters: some(
      fc.constantFrom(
        [['is', 'visit:country', ['DE']]],
        [['contains', 'event:page', ['b']], ['is_not', 'visit:entry_page', ['/']]],
        [['is', 'event:goal', ['buy']]],
        [['or', [['has_done', ['is', 'event:name', ['join']]], ['is', 'visit:exit_page', ['/a']]]]],
        [['not', ['has_not_done', ['and', [['is', 'event:name', ['buy']], ['matches', 'visit:utm_source', ['^n']]]]]]],
        [['is', 'event:props:plan', ['(none)']]],
      ),
    ),
  })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)))

describe('PV24 PV25 PV26 PV28 any page says what the reference says', () => {
  const later = noon + 3 * day
  const reference = createReferenceStore({ now: () => later })
  let compacted: Awaited<ReturnType<typeof createStore>>
  beforeAll(async () => {
    compacted = await createStore({ ...(await openStorage({ driver: 'memory' })), now: () => later, refreshMs: 0 })
    for (const store of [reference, compacted]) await store.append(hits)
    await compacted.maintain({ force: true })
  })

  const compare = () =>
    fc.assert(
      fc.asyncProperty(page, async (filter) => {
        expect(await compacted.page({ site: 'shop', ...filter })).toEqual(await reference.page({ site: 'shop', ...filter }))
      }),
      { numRuns: 100 },
    )

  test('in segments', compare, 120_000)

  test('with log-ins', async () => {
    for (const store of [reference, compacted]) for (const session of ['s1', 's6', 's50']) await store.identify({ site: 'shop', session, user: 'u7', time: noon })
    await compare()
  }, 120_000)

  test('with some that have come late', async () => {
    const late = [makeHit({ id: testId(5000), time: noon - minute, session: 's6', source: 'google' }), makeHit({ id: testId(5001), time: noon - day, user: 'u7' })]
    for (const store of [reference, compacted]) await store.append(late)
    await compare()
  }, 120_000)

  test('with what another origin says of some', async () => {
    const twins = Array.from(hits.slice(0, 40), (hit): StoredHit => ({ ...hit, origin: 'server', title: 'server', user: 'u9' }))
    for (const store of [reference, compacted]) await store.append(twins)
    await compare()
    await compacted.maintain({ force: true })
    await compare()
  }, 120_000)

  test('with somebody erased, and some days pruned', async () => {
    for (const store of [reference, compacted]) {
      await store.erase({ site: 'shop', user: 'u14' })
      await store.prune({ anonymous: 5.5 * day, authenticated: 6.2 * day })
    }
    await compare()
    await compacted.maintain({ force: true })
    await compare()
  }, 120_000)
})
