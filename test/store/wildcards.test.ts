import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWildcard } from '../../packages/store/src/wildcards.ts'

test.each<[text: string, value: string, expected: boolean]>([
  ['/blog/*', '/blog/', true],
  ['/blog/*', '/blog/a/b', true],
  ['/blog/*', '/blog', false],
  ['*', '', true],
  ['**', '/a', true],
  ['/*/edit', '/a/edit', true],
  ['/*/edit', '/a/edit/', false],
  // What the start took is not there for the end.
  ['/a*a', '/a', false],
  ['a*a*a', 'aa', false],
  ['a*b*a', 'abba', true],
  ['*ab*', 'xaab', true],
  ['*ab*ab', 'xab', false],
  ['/a.c*', '/abc', false],
  ['/(a)*', '/(a)', true],
  ['/[*', '/[x', true],
  ['', '', true],
])('%j on %j: %j', (text, value, expected) => {
  expect(createWildcard(text)(value)).toBe(expected)
})

test('it finds what trying everything finds', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 }).map((letters) => letters.join(''))
  const values = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(texts, values, (text, value) => {
      expect(createWildcard(text)(value)).toBe(tryAll(text, value))
    }),
    { numRuns: 3000 },
  )
})

function tryAll(text: string, value: string): boolean {
  if (text === '') return value === ''
  if (text.startsWith('*')) return Array.from({ length: value.length + 1 }).some((_, taken) => tryAll(text.slice(1), value.slice(taken)))
  return value.startsWith(text.charAt(0)) && tryAll(text.slice(1), value.slice(1))
}
