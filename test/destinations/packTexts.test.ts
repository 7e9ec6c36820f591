import { expect, test } from 'vitest'
import { packTexts, type PackOptions } from '../../packages/destinations/src/packTexts.ts'

test.each<[string[], PackOptions, string[]]>([
  [[], {}, []],
  [['a', 'b', 'c'], {}, ['a,b,c']],
  [['a', 'b', 'c'], { maxItems: 2 }, ['a,b', 'c']],
  [['aa', 'bb', 'cc'], { maxBytes: 6 }, ['aa,bb', 'cc']],
  [['aa', 'bb', 'cc'], { maxBytes: 6, between: 0 }, ['aa,bb,cc']],
  // Bytes, not characters.
  [['é', 'é'], { maxBytes: 5 }, ['é', 'é']],
  [['long', 'a', 'b'], { maxBytes: 4 }, ['long', 'a,b']],
  [['a', 'long', 'b'], { maxBytes: 4 }, ['a', 'long', 'b']],
])('%o with %o is %o', (texts, options, expected) => {
  const packs = packTexts(texts, (pack) => ({ url: pack.join(',') }), options)
  expect(packs.map(({ request }) => request.url)).toEqual(expected)
  expect(packs.flatMap(({ indexes }) => indexes)).toEqual([...texts.keys()])
})
