import { expect, test } from 'vitest'
import { searchFilters } from '../../packages/dashboard/src/searchFilters.ts'

const loose = { case_sensitive: false }

test.each([
  ['event:page', '', []],
  ['event:page', '/Blog', [['contains', 'event:page', ['/Blog'], loose]]],
  ['visit:city', 'germ', [['contains', 'visit:city', ['germ'], loose]]],
  ['visit:country', 'zzz', [['contains', 'visit:country', ['zzz'], loose]]],
  ['visit:country', 'JAPAN', [['or', [['contains', 'visit:country', ['JAPAN'], loose], ['is', 'visit:country', ['JP']]]]]],
  ['visit:language', 'portug', [['or', [['contains', 'visit:language', ['portug'], loose], ['is', 'visit:language', ['pt']]]]]],
] as const)('%s with %j', (dimension, search, expected) => {
  expect(searchFilters(dimension, search)).toEqual(expected)
})

test.each('abcdefghijklmnopqrstuvwxyz'.split(''))('the API takes the filters of %s, which is in many names', (letter) => {
  for (const dimension of ['visit:country', 'visit:language'] as const) expect(JSON.stringify(searchFilters(dimension, letter)).split('"').length / 2).toBeLessThan(190)
})

test('a letter of most names leaves out those without it', () => {
  const [filter] = searchFilters('visit:country', 'a')
  expect(filter!.slice(0, 2)).toEqual(['is_not', 'visit:country'])
  expect(filter![2]).toEqual(expect.arrayContaining(['BE', 'CY', '(not set)']))
  expect(filter![2]).not.toContain('FR')
})
