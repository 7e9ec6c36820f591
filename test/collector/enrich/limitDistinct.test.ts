import { describe, expect, test } from 'vitest'
import { createDistinctValues, type LimitedField } from '../../../packages/collector/src/enrich/distinct.ts'
import { createRules } from '../../../packages/collector/src/enrich/rules.ts'
import { createTestCollector } from '../collector.ts'
import { enrichHit } from './enrichHit.ts'

const limitedTo = (distinct: number) => createRules({ settings: { limits: { distinct } } })

/** A hit with a value of its own in every field. */
const different = (mark: string) => ({
  url: `https://${mark}.example/${mark}?utm_source=${mark}&utm_medium=${mark}&utm_campaign=${mark}&utm_term=${mark}&utm_content=${mark}`,
  referrer: `https://from-${mark}.example/`,
  type: 'event',
  name: mark,
  language: mark === 'a' ? 'de' : 'fr',
  props: { [mark]: 1 },
})

describe('input 24: beyond the limit of a day', () => {
  test('all that visitors can make up becomes (other); the URL and what is derived stay', () => {
    const rules = limitedTo(1)
    const { hit: first } = enrichHit(different('a'), { rules })
    const { hit: second } = enrichHit(different('b'), { rules })
    const texts = { hostname: 'a.example', path: '/a', referrerHost: 'from-a.example', source: 'a', medium: 'a', campaign: 'a', term: 'a', content: 'a', name: 'a', language: 'de' }
    expect(first).toMatchObject({ ...texts, props: { a: 1 } })
    expect(second).toMatchObject({
      ...Object.fromEntries(Object.keys(texts).map((field) => [field, '(other)'])),
      props: { '(other)': '(other)' },
      url: different('b').url,
      channel: 'Referral',
    })
    expect(rules.distinct.capped()).toEqual({
      '2026-11-21': { path: 1, hostname: 1, referrerHost: 1, source: 1, medium: 1, campaign: 1, term: 1, content: 1, language: 1, name: 1, propKey: 1 },
    })
  })

  test('what came before goes on being counted by its name', () => {
    const rules = limitedTo(2)
    const paths = ['/a', '/b', '/c', '/a', '/b', '/(other)'].map((path) => enrichHit({ url: `https://shop.example${path}` }, { rules }).hit.path)
    expect(paths).toEqual(['/a', '/b', '(other)', '/a', '/b', '(other)'])
  })

  test('a property’s value counts with its name', () => {
    const rules = limitedTo(2)
    const propsOf = (props: object) => enrichHit({ type: 'event', name: 'buy', props }, { rules }).hit.props
    expect(propsOf({ plan: 'a', seats: 1 })).toEqual({ plan: 'a', seats: 1 })
    expect(propsOf({ plan: 'a', seats: 2, paid: true })).toEqual({ plan: 'a', seats: '(other)', '(other)': '(other)' })
    expect(propsOf({ plan: '1' })).toEqual({ plan: '(other)' })
  })

  test('names such as __proto__ are names', () => {
    const rules = limitedTo(1)
    const props = JSON.parse('{"__proto__":"x","constructor":"y"}') as object
    const { hit } = enrichHit({ type: 'event', name: '__proto__', props }, { rules })
    expect(Object.entries(hit.props!)).toEqual([['__proto__', 'x'], ['(other)', '(other)']])
    expect(({} as { x?: string }).x).toBeUndefined()
  })

  test('the owner is told, once in the log and health, and by figures', async () => {
    const { post, collector, errors, request } = createTestCollector({ settings: { limits: { distinct: 1 } } })
    for (const path of ['a', 'b', 'c']) await post({ url: `https://shop.example/${path}` })
    expect(collector.capped()).toEqual({ '2026-11-21': { path: 2 } })
    expect(errors).toHaveLength(1)
    expect(await (await request('/api/health')).json()).toMatchObject({ ok: true, notes: [expect.stringContaining('limits.distinct')] })
  })
})

describe('days', () => {
  const admit = (limit: number, ...values: [day: string, value: string][]) => {
    const distinct = createDistinctValues(limit, () => {})
    return values.map(([day, value]) => distinct.admits(day, 'path', value))
  }

  test('each has a limit of its own', () => {
    expect(admit(1, ['2026-11-21', 'a'], ['2026-11-20', 'b'], ['2026-11-21', 'c'], ['2026-11-20', 'd'])).toEqual([true, true, false, false])
  })

  test('those before the two latest share the earlier one’s, and never push it out', () => {
    expect(admit(2, ['2026-11-21', 'a'], ['2026-11-20', 'b'], ['2026-11-18', 'c'], ['2026-11-17', 'd'], ['2026-11-20', 'e'], ['2026-11-20', 'b'])).toEqual([
      true, true, true, false, false, true,
    ])
  })

  test('a new one pushes out the earliest', () => {
    expect(admit(1, ['2026-11-19', 'a'], ['2026-11-20', 'b'], ['2026-11-21', 'c'], ['2026-11-20', 'd'], ['2026-11-20', 'b'])).toEqual([
      true, true, true, false, true,
    ])
  })
})

test.each([1, 2 ** 31, 2 ** 32 - 1])('of 100,000 values hardly one is taken for another, seed %i', (seed) => {
  let capped = 0
  const distinct = createDistinctValues(10_000, () => capped++, seed)
  for (let index = 0; index < 100_000; index++) distinct.admits('2026-11-21', 'path', `/p/${index}`)
  // Expected: 90,000 new ones, each with a chance of 10,000 in 2^30: less than one in all.
  expect(capped).toBeGreaterThan(89_990)
  expect(distinct.admits('2026-11-21', 'path' satisfies LimitedField, '/p/0')).toBe(true)
})
