import {
  appParameters,
  contentGroups,
  customMetrics,
  defineParameters,
  ecommerceParameters,
  eventParameters,
  exceptionParameters,
  generalParameters,
  hitParameters,
  impressionListParameters,
  impressionParameters,
  itemParameters,
  pageParameters,
  productParameters,
  promotionParameters,
  sessionParameters,
  socialParameters,
  timingParameters,
  transactionParameters,
  type WireParameters,
} from '@treadlight/destinations/universal-analytics'
import { describe, expect, test } from 'vitest'
import { readVectors } from './readVectors.ts'

/** What a caller without types may do. */
const loose = <T>(value: unknown): T => value as T

/** Each vector's call in our words. */
const calls: Record<string, () => WireParameters> = {
  M001: () => generalParameters('event', { trackingId: 'UA-x', dataSource: 'test' }),
  M003: () => generalParameters('pageview', loose({})),
  M004: () => generalParameters('pageview', { trackingId: 'UA-x', anonymizeIp: 1 }),
  M008: () => sessionParameters(loose({ userId: '1' })),
  M009: () => sessionParameters({ userId: '1', clientId: 42 }),
  M011: () =>
    sessionParameters({
      clientId: 'c',
      documentReferrer: 'https://r.example/',
      campaignName: 'n',
      campaignSource: 's',
      campaignMedium: 'm',
      campaignKeyword: 'k',
      campaignContent: 'c',
      campaignId: 'i',
      googleAdsId: 'g',
      googleDisplayAdsId: 'd',
    }),
  M014: () => sessionParameters({ clientId: 'c', documentReferrer: null }),
  M015: () => sessionParameters({ clientId: 'c', documentReferrer: '' }),
  M017: () => pageParameters({ locationUrl: 'https://e.example/a?b' }),
  M024: () => appParameters(loose({ version: '1' })),
  M027: () => eventParameters(loose({ category: 'c' })),
  M028: () => eventParameters({ category: 'c', action: 'a', value: 0 }),
  M029: () => hitParameters({ queueTime: 560, nonInteraction: true }),
  M030: () => transactionParameters({ transactionId: '1234', revenue: 1234.5 }),
  M031: () => transactionParameters({ transactionId: 'T', affiliation: 'A', revenue: 10, shipping: 2, tax: 1, currency: 'EUR' }),
  M033: () => itemParameters({ transactionId: '1234', name: 'item1', price: 1000, currency: 'SEK' }),
  M034: () => itemParameters({ transactionId: 'T', name: 'i', price: 1, quantity: 2, code: 'SKU', category: 'cat', currency: 'USD' }),
  M035: () => itemParameters(loose({ transactionId: 'T' })),
  M037: () => ecommerceParameters({ productAction: 'checkout', checkoutStep: 2, checkoutOption: 'Visa' }),
  M039: () => productParameters(1, { sku: 'xyz', name: 'item1', price: 1000 }),
  M041: () => productParameters(loose(undefined), { sku: 's' }),
  M042: () => impressionListParameters(1, { name: 'search' }),
  M043: () => impressionListParameters(2, { name: 'cat' }),
  M044: () => impressionParameters(1, 2, { sku: 'xyz', name: 'item1', price: 1000 }),
  M046: () => impressionParameters(1, 3, { dimensions: { 1: 'test' } }),
  M048: () => promotionParameters(1, { id: 'P1', name: 'Summer', creative: 'banner', position: 'top' }),
  M050: () => defineParameters('metrics', { myMetric: 'cm2' })({ myMetric: 101 }),
  M051: () => impressionListParameters(loose({ name: 'x' }), loose(undefined)),
  M052: () => socialParameters({ network: 'facebook', action: 'like', target: 'https://e.example/' }),
  M053: () => socialParameters(loose({ network: 'facebook' })),
  M054: () => timingParameters({ category: 'c', variable: 'v', value: 123 }),
  M056: () => timingParameters(loose({ pageLoadTime: 2 })),
  M058: () => exceptionParameters({}),
}

/** What upstream calls otherwise: its words in an error by ours. */
const ours: Record<string, string> = { user_timing_variable: 'variable', user_timing_value: 'value', user_timing_category: 'category' }

describe('SS01 the vectors of parameters', () => {
  const vectors = readVectors('generator').filter(({ id }) => id !== 'M006')

  test('are all here', () => expect(Object.keys(calls)).toEqual(vectors.map(({ id }) => id)))

  test.each(vectors)('$id $why', ({ id, result, throws, message = '' }) => {
    const call = calls[id]!
    if (throws === undefined) return expect(call()).toEqual(result)
    // The protocol's error names what is missing; errors of Python's own are errors here too.
    const missing = message.match(/missing: (.*)/)?.[1]?.split(', ').filter(() => throws === 'InvalidParametersException') ?? []
    expect(call).toThrow(/^\[treadlight destinations\] Universal Analytics: /)
    for (const name of missing) expect(call).toThrow(new RegExp(`missing: .*\\b${ours[name] ?? camelCase(name)}\\b`))
  })
})

test('SS05 M006 a cache buster, where wanted, and another each time', () => {
  const busters = [1, 2].map(() => generalParameters('pageview', { trackingId: 'UA-x' }, true)['z'])
  expect(busters.every((z) => Number.isInteger(z) && Number(z) >= 0)).toBe(true)
  expect(busters[0]).not.toBe(busters[1])
  expect(generalParameters('pageview', { trackingId: 'UA-x' })).not.toHaveProperty('z')
})

describe('SS02 SS03 what is missing and what nobody knows', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a page that is nowhere', () => pageParameters({ title: 'T' }), /locationUrl, or hostName and path, or screenName/],
    ['a host without a path', () => pageParameters({ hostName: 'e.example' }), /locationUrl, or hostName and path/],
    ['a name of the protocol itself', () => sessionParameters(loose({ clientId: 'c', cid: 'c' })), /session has no parameter cid; it has clientId, /],
    ['a name of every object', () => eventParameters(loose({ category: 'c', action: 'a', constructor: 'x' })), /event has no parameter constructor/],
    ['a product\'s', () => productParameters(1, loose({ id: 'x' })), /product has no parameter id/],
    ['a value that is none', () => eventParameters(loose({ category: 'c', action: {} })), /ea must be a text, a finite number or a boolean/],
    ['a number that is none', () => eventParameters({ category: 'c', action: 'a', value: NaN }), /ev must be/],
    ['a product of index 0', () => productParameters(0, {}), /product: a number from 1 to 200 is required, not 0/],
    ['dimension 201', () => productParameters(1, { dimensions: { 201: 'x' } }), /cd: a number from 1 to 200/],
    ['content group 11', () => contentGroups({ 11: 'x' }), /cg: a number from 1 to 10/],
  ])('%s', (_, call, message) => expect(call).toThrow(message))

  test('do not compile', () => {
    // @ts-expect-error: an event has an action
    expect(() => eventParameters({ category: 'c' })).toThrow('action')
    // @ts-expect-error: nobody knows it
    expect(() => hitParameters({ queTime: 1 })).toThrow('queTime')
  })
})

describe('SS06 SS07 what upstream lacked', () => {
  test.each<[string, WireParameters, WireParameters]>([
    ['content groups', contentGroups({ 1: 'news', 5: '' }), { cg1: 'news', cg5: '' }],
    ['dimensions and metrics of a product', productParameters(2, { name: 'n', dimensions: { 3: 'red' }, metrics: { 4: 0 } }), { pr2nm: 'n', pr2cd3: 'red', pr2cm4: 0 }],
    ['metrics of an impression', impressionParameters(1, 2, { metrics: { 5: 6 } }), { il1pi2cm5: 6 }],
    ['a currency of enhanced e-commerce', ecommerceParameters({ productAction: 'purchase', currency: 'EUR' }), { pa: 'purchase', cu: 'EUR' }],
    ['metrics by number', customMetrics({ 200: 1.5 }), { cm200: 1.5 }],
    ['no advertisements', generalParameters('event', { trackingId: 'UA-x', noPersonalizedAds: true }), { v: 1, tid: 'UA-x', npa: 1, t: 'event' }],
  ])('%s', (_, parameters, expected) => expect(parameters).toEqual(expected))
})

test('SS01 has all parameters that upstream declares outside the indexed families', () => {
  const all = [
    ...'v tid ds aip qt ni cid uid sc uip ua geoid dr cn cs cm ck cc ci gclid dclid sr vp de sd ul je fl xid xvar dl dh dp dt cd linkid'.split(' '),
    ...'an aid av aiid ec ea el ev ti cu ta tr ts tt in ip iq ic iv pa tcc pal cos col promoa sn sa st utc utv utt utl plt dns pdt rrt tcp srt dit clt exd exf'.split(' '),
  ]
  // What a group has says its own error.
  const groups: ((values: never) => WireParameters)[] = [
    hitParameters,
    sessionParameters,
    appParameters,
    eventParameters,
    transactionParameters,
    itemParameters,
    ecommerceParameters,
    socialParameters,
    timingParameters,
    exceptionParameters,
    (values) => pageParameters({ locationUrl: 'u', ...(values as object) }),
    (values) => generalParameters('event', { trackingId: 'UA', ...(values as object) }),
  ]
  const written = groups.flatMap((group) => Object.keys(group(Object.fromEntries(namesOf(group).map((name) => [name, 'x'])) as never)))
  expect(all.filter((name) => !written.includes(name))).toEqual([])
})

function namesOf(group: (values: never) => WireParameters): string[] {
  try {
    group({ '?': 1 } as never)
  } catch (error) {
    return (error as Error).message.split('; it has ')[1]!.split(', ')
  }
  throw new Error('takes anything')
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
