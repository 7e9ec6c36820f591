import { expect, test } from 'vitest'
import { enrichHit } from './enrichHit.ts'

test.each([
  ['en-us', '', 'en-US'],
  ['EN', '', 'en'],
  ['zh-hant-tw', '', 'zh-Hant-TW'],
  ['de_DE', '', 'de-DE'],
  ['en-US-u-ca-buddhist', '', 'en-US'],
  ['iw', '', 'he'],
  ['fr', 'de', 'fr'],
  [undefined, 'de-de,de;q=0.9,en;q=0.8', 'de-DE'],
  [undefined, 'pt-br;q=1', 'pt-BR'],
  [undefined, ' sv ', 'sv'],
  ['not a language', 'it', 'it'],
  ['c', '', undefined],
  ['x-private', '', undefined],
  ['und', '', undefined],
  ['__proto__', '*', undefined],
  [undefined, '*', undefined],
  [undefined, ',de', undefined],
  [undefined, 'a'.repeat(10_000), undefined],
  [undefined, '', undefined],
])('%s, accepted %s: %s', (language, accepted, expected) => {
  const { hit } = enrichHit({ language }, { headers: { 'accept-language': accepted } })
  expect(hit.language).toBe(expected)
  expect('language' in hit).toBe(expected !== undefined)
})
