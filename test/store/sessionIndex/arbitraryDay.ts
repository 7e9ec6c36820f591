import * as fc from 'fast-check'
import type { StoredHit } from '@treadlight/store'
import { makeHit, noon, testId } from '../makeHit.ts'

export const home = '2026-11-21'

const someone = (letter: string) => fc.constantFrom('', `${letter}1`, `${letter}2`, `${letter}3`, '__proto__', '\ud800')
const word = fc.constantFrom('', 'a', 'b', '__proto__', 'x\udc00')
const optional = fc.option(word, { nil: undefined })
/** Close together, half an hour apart, or anywhere. */
const offset = fc.oneof(
  fc.integer({ min: 0, max: 4 }).map((count) => count * 30 * 60_000),
  fc.integer({ min: -100, max: 100 }),
  fc.integer({ min: -40_000_000, max: 40_000_000 }),
)
/** Sums of several currencies, and what counts as nothing. */
const revenue = fc.record({
  amount: fc.constantFrom('0', '0.1', '0.10', '-3', '999999999999999.999999', '1e5', '', '1 EUR'),
  currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD', 'eur', 'EURO', '', '__proto__'),
})
/** As JSON they keep their order and their types. */
const props = fc.option(fc.dictionary(fc.constantFrom('a', 'b', '"a"', '__proto__', 'x\udc00'), fc.constantFrom<string | number | boolean>('', 'a', 'A', 'b', '"a"', 1, 0.1, 1e21, true, false), { maxKeys: 2, noNullPrototype: true }), { nil: undefined })
const amount = fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined })

const fields = fc.record({
  type: fc.constantFrom('pageview', 'pageview', 'event', 'engagement'),
  offset,
  visitor: someone('v'),
  session: fc.oneof(fc.constant(''), someone('s')),
  view: fc.constantFrom('own', '', 'view 1', 'view 2'),
  interactive: fc.constantFrom(undefined, true, false),
  texts: fc.record({
    name: optional,
    source: word,
    medium: word,
    campaign: word,
    term: optional,
    content: optional,
    referrer: word,
    referrerHost: word,
    channel: optional,
    browser: optional,
    browserVersion: optional,
    os: optional,
    osVersion: optional,
    device: fc.constantFrom(undefined, 'Mobile', 'Desktop'),
    country: optional,
    region: optional,
    city: optional,
    language: optional,
    path: word,
    hostname: word,
    screen: fc.constantFrom(undefined, '', 'x', '390x844', '800x600', '1366x768', '1920x1080'),
  }),
  revenue: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: revenue }),
  props,
  told: fc.record({ engaged: amount, engagedDelta: amount, scroll: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }) }),
})

/** Hits of one home day: few people, close together, in any order. */
export const arbitraryHits: fc.Arbitrary<StoredHit[]> = fc.array(fields, { maxLength: 30 }).map((all) =>
  all.map(({ offset, view, texts, told, interactive, revenue, props, ...rest }, number) => {
    const id = testId((number * 7919) % 1009)
    const views: Record<string, string> = { own: id, '': '', 'view 1': testId(0), 'view 2': testId(5000) }
    const said = Object.entries({ ...texts, ...told, interactive, revenue, props }).filter(([, value]) => value !== undefined)
    return makeHit({ ...Object.fromEntries(said), ...rest, id, view: views[view]!, day: home, time: noon + offset } as Partial<StoredHit>)
  }),
)

/** The same without what columns cannot say: halves of characters, and pageviews of no view. */
export const arbitraryPlainHits: fc.Arbitrary<StoredHit[]> = arbitraryHits.map((hits) =>
  hits.map((hit) => {
    const plain = JSON.parse(JSON.stringify(hit).replaceAll(/\\u[0-9a-f]{4}/g, 'half')) as StoredHit
    if (plain.type === 'pageview' && plain.view === '') plain.view = plain.id
    return plain
  }),
)
