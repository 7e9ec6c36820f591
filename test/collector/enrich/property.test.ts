import { dropReasons, textLimits } from '@treadlight/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRules } from '../../../packages/collector/src/enrich/rules.ts'
import { enrichHit } from './enrichHit.ts'

const pieces = [
  'utm_source', 'utm_term', 'utm_content', 'utm_campaign', 'ref', 'gclid', 'fbclid', 'mc_cid', '=', '&', '?', '#', '#/', '#!', '/', '//', '%', '%zz',
  '%00', '%E2%80%AE', '%ED%A0%80', '%61', '+', '&amp;', '[]', '\ud800', '\u0000', '\u202e', '😀', 'e\u0301\u0301', '__proto__', 'constructor', 'toString', 'google',
  'semalt.com', '.', '..', ':', '@', 'javascript:', 'data:', 'https://', 'android-app://', '[::1]', 'xn--', 'en-US', 'x'.repeat(3000), 'a.'.repeat(2000), ' '.repeat(2000),
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const settings = [
  {},
  { page: { hash: 'always', trailingSlash: 'remove', params: ['id', 'ref'] }, limits: { distinct: 5 }, hosts: ['shop.example', '*.shop.example'] },
  { page: { hash: 'never', trailingSlash: 'keep', params: [] }, exclude: { paths: ['/a', '/#/b'], addresses: ['10.0.0.0/8', '2001:db8::/32'] } },
] as const
const rules = settings.map((one) => createRules({ settings: one as never }))

const points = (value: string): number => [...value].length
const attribution = ['source', 'medium', 'campaign', 'term', 'content'] as const

test('R6 R7 R10 R25 whatever comes, no step throws and nothing exceeds its limit', () => {
  fc.assert(
    fc.property(text, text, text, text, text, fc.dictionary(text, text, { maxKeys: 4 }), fc.nat(2), (rest, referrer, language, origin, address, props, index) => {
      const url = `https://shop.example/${rest}`
      fc.pre(URL.canParse(url))
      const input = { url, referrer, language, type: 'event', name: 'e', props }
      const { hit, reason } = enrichHit(input, { rules: rules[index]!, address, headers: { origin, 'accept-language': language } })
      if (reason !== undefined) {
        expect(dropReasons).toContain(reason)
        return
      }
      for (const field of attribution) {
        const value = hit[field]
        if (field === 'term' || field === 'content') expect(value).not.toBe('')
        if (value === undefined) continue
        expect(points(value)).toBeLessThanOrEqual(textLimits.attribution)
        expect(value.isWellFormed()).toBe(true)
        // oxlint-disable-next-line no-control-regex -- they are what must not be there
        expect(value).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }
      for (const id of Object.values(hit.clickIds ?? {})) expect(points(id)).toBeLessThanOrEqual(500)
      expect(points(hit.path)).toBeLessThanOrEqual(textLimits.url)
      expect(points(hit.url)).toBeLessThanOrEqual(textLimits.url)
      expect(points(hit.referrer)).toBeLessThanOrEqual(textLimits.referrer)
      expect(points(hit.referrerHost)).toBeLessThanOrEqual(255)
      expect(points(hit.hostname)).toBeLessThanOrEqual(255)
      if (hit.language !== undefined && hit.language !== '(other)') expect(Intl.getCanonicalLocales(hit.language)).toEqual([hit.language])
      expect(hit.channel).not.toBe('')
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
    { numRuns: 3000 },
  )
})
