import { addFact, mergeFacts, mergeRules, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeHit, noon, testId } from './makeHit.ts'

const text = fc.constantFrom('', 'a', 'b')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Facts of one id that differ in some fields of every kind. */
const facts: fc.Arbitrary<StoredHit[]> = fc.array(
  fc
    .record({
      origin: fc.constantFrom('server', 'browser', 'import'),
      received: fc.integer({ min: noon, max: noon + 2 }),
      time: fc.integer({ min: noon, max: noon + 2 }),
      title: text,
      user: text,
      source: text,
      engaged: maybe(fc.integer({ min: 0, max: 2 })),
      interactive: maybe(fc.boolean()),
      webdriver: maybe(fc.boolean()),
      forwarding: maybe(fc.constant(false)),
      props: maybe(fc.record({ plan: text })),
      country: maybe(text),
      city: maybe(text),
    })
    .map((fields) => makeHit({ id: testId(1), ...(fields as Partial<StoredHit>) })),
  { minLength: 1, maxLength: 6 },
)
const union = (list: readonly StoredHit[]) => list.reduce<StoredHit[]>(addFact, [])

describe('facts of one id', () => {
  test('their union does not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        expect(union([...a, ...b])).toEqual(union([...b, ...a]))
        expect(union([...union([...a, ...b]), ...c])).toEqual(union([...a, ...union([...b, ...c])]))
        expect(union([...a, ...a])).toEqual(union(a))
      }),
    )
  })

  test('neither does the hit that they make', () => {
    fc.assert(
      fc.property(
        facts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))),
        ([list, shuffled, some]) => {
          expect(mergeFacts([...shuffled, ...some])).toEqual(mergeFacts(list))
        },
      ),
    )
  })

  test('a merged value comes from one of the facts', () => {
    fc.assert(
      fc.property(facts, (list) => {
        const merged = mergeFacts(list)
        for (const field of Object.keys(mergeRules) as (keyof StoredHit)[]) {
          expect(list.map((fact) => fact[field])).toContainEqual(merged[field])
        }
      }),
    )
  })

  const rows: [field: keyof StoredHit, server: unknown, browser: unknown, imported: unknown, merged: unknown][] = [
    ['user', 'u1', 'u2', 'u3', 'u1'],
    ['user', '', 'u2', 'u3', 'u2'],
    ['session', '', '', 's3', 's3'],
    ['time', 3, 2, 1, 3],
    ['received', 3, 2, 1, 1],
    ['title', 'server', 'browser', 'import', 'browser'],
    ['title', 'server', '', 'import', 'server'],
    ['title', '', '', '', ''],
    ['url', 'https://a/', 'https://a/#x', '', 'https://a/#x'],
    ['engaged', 5, 0, undefined, 0],
    ['scroll', 40, undefined, 90, 40],
    ['interactive', undefined, false, true, false],
    ['webdriver', undefined, true, undefined, true],
    ['webdriver', false, true, undefined, true],
    ['forwarding', false, undefined, undefined, false],
    ['forwarding', undefined, undefined, false, false],
    ['revenue', undefined, undefined, undefined, undefined],
  ]
  test.each([
    ['of the browser’s country', { country: 'DE', city: 'Bonn' }, { country: 'US', city: '' }, { country: 'US' }],
    ['of the same country from another origin', { country: 'DE', city: 'Bonn' }, { country: 'DE' }, { country: 'DE', city: 'Bonn' }],
    ['of who knows a country', { country: 'DE', city: 'Bonn' }, {}, { country: 'DE', city: 'Bonn' }],
  ])('a city is %s', (_, server, browser, place) => {
    const id = testId(1)
    const merged = mergeFacts([makeHit({ id, origin: 'server', ...server }), makeHit({ id, origin: 'browser', ...browser })])
    expect({ country: merged.country, city: merged.city || undefined }).toEqual({ city: undefined, ...place })
  })

  test.each([
    ['browserVersion', 'browser'],
    ['osVersion', 'os'],
    ['region', 'country'],
    ['city', 'country'],
  ] as const)('%s is that of who says the same %s', (part, whole) => {
    const id = testId(1)
    const merge = (server: string, browser: string): StoredHit => mergeFacts([makeHit({ id, origin: 'server', [whole]: server, [part]: 'part' }), makeHit({ id, origin: 'browser', [whole]: browser })])
    expect(merge('A', 'A')[part]).toBe('part')
    expect(merge('A', 'B')[part] ?? '').toBe('')
  })

  test('a field that no fact has is not there, not even as undefined', () => {
    const id = testId(1)
    const merged = mergeFacts([makeHit({ id, origin: 'server' }), makeHit({ id, origin: 'browser' })])
    expect(Object.entries(merged).filter(([, value]) => value === undefined)).toEqual([])
    expect(Object.keys(merged)).not.toContain('revenue')
  })

  test.each(rows)('%s of server %j, browser %j, import %j is %j', (field, server, browser, imported, merged) => {
    const id = testId(1)
    const hit = mergeFacts([
      makeHit({ id, origin: 'import', [field]: imported }),
      makeHit({ id, origin: 'server', [field]: server }),
      makeHit({ id, origin: 'browser', [field]: browser }),
    ])
    expect(hit[field]).toEqual(merged)
  })

  test('of nothing there is no hit', () => {
    expect(() => mergeFacts([])).toThrow(new RangeError('[treadlight store] a hit needs at least one fact'))
  })
})

describe('of two facts of one id and origin', () => {
  const early = makeHit({ id: testId(1), title: 'b', received: noon })
  const late = makeHit({ id: testId(1), title: 'a', received: noon + 1 })

  test('the one that was received first counts, whole, whichever is told first', () => {
    for (const facts of [[early, late], [late, early]]) {
      expect(union(facts)).toEqual([early])
      expect(mergeFacts(facts)).toEqual(early)
    }
  })

  test('first is by number, not by letters', () => {
    const ninth = { ...early, received: 9 }
    const tenth = { ...early, received: 10 }
    expect(union([ninth, tenth])).toEqual([ninth])
    expect(union([tenth, ninth])).toEqual([ninth])
  })

  test('of one millisecond it is the one whose JSON is smaller', () => {
    const same = { ...late, received: noon }
    expect(union([early, same])).toEqual([same])
    expect(union([same, early])).toEqual([same])
  })

  test('that say the same it is the first, so that nothing is taken for a change', () => {
    const again = { ...early }
    expect(union([early, again])[0]).toBe(early)
    expect(union([again, early])[0]).toBe(again)
    expect(mergeFacts([early])).toBe(early)
  })
})
