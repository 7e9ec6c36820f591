import { describe, expect, test } from 'vitest'
import { reduceDetail } from '../../../packages/collector/src/enrich/reduceDetail.ts'
import type { PrivacyPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { contextOf, hitOf } from './privacyContext.ts'

const detailed = { clickIds: { gclid: 'g' }, country: 'DE', region: 'DE-BY', city: 'Munich', address: '203.0.113.0' }
const referrer = 'https://news.example/article?reader=7'

test.each<[Partial<PrivacyPolicy>, kept: object]>([
  [{}, { ...detailed, referrer }],
  [{ precision: 'region' }, { clickIds: { gclid: 'g' }, country: 'DE', region: 'DE-BY', address: '203.0.113.0', referrer }],
  [{ precision: 'country' }, { clickIds: { gclid: 'g' }, country: 'DE', address: '203.0.113.0', referrer }],
  [{ clickIds: false }, { country: 'DE', region: 'DE-BY', city: 'Munich', address: '203.0.113.0', referrer }],
  [{ referrer: 'origin' }, { ...detailed, referrer: 'https://news.example/' }],
])('%j leaves the rest', (policy, kept) => {
  const hit = hitOf({ referrer, ...structuredClone(detailed) })
  reduceDetail(hit, contextOf(policy))
  expect(hit).toStrictEqual(hitOf(kept))
})

test('leaves no field where there was none', () => {
  const hit = hitOf()
  reduceDetail(hit, contextOf({ precision: 'country', clickIds: false, referrer: 'origin' }))
  expect(hit).toStrictEqual(hitOf())
})

describe('page.referrer: origin', () => {
  test.each([
    ['https://user:password@news.example:8443/a?b#c', 'https://news.example:8443/'],
    ['android-app://com.example.mail/inbox/7', 'android-app://com.example.mail/'],
    ['', ''],
    ['Ada Lovelace, 7 High Street', ''],
    ['javascript:alert(1)', ''],
    ['data:text/html,x', ''],
    ['mailto:ada@example', ''],
    ['file:///home/ada/x.html', ''],
  ])('%j is stored as %j', (referrer, kept) => {
    const hit = hitOf({ referrer })
    reduceDetail(hit, contextOf({ referrer: 'origin' }))
    expect(hit.referrer).toBe(kept)
  })
})
