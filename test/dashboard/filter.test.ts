import { expect, test } from 'vitest'
import { type Filter, nameOf, toggleFilter } from '../../packages/dashboard/src/filter.ts'

const google: Filter = ['is', 'visit:source', ['Google']]
const pricing: Filter = ['is', 'event:page', ['/pricing']]
const notBing: Filter = ['is_not', 'visit:source', ['Bing']]

test.each<[title: string, before: Filter[], value: string, after: Filter[]]>([
  ['the first', [], 'Google', [google]],
  ['one beside another dimension', [pricing], 'Google', [pricing, google]],
  ['one in place of its dimension’s', [['is', 'visit:source', ['Bing']], pricing], 'Google', [pricing, google]],
  ['one beside another operator', [notBing], 'Google', [notBing, google]],
  ['off, the second time', [google, pricing], 'Google', [pricing]],
])('a click filters: %s', (_, before, value, after) => {
  expect(toggleFilter(before, 'visit:source', value)).toEqual(after)
})

test.each([
  ['visit:source', '', 'Direct / None'],
  ['visit:referrer', '', 'Direct / None'],
  ['visit:utm_campaign', '', '(not set)'],
  ['visit:source', '<b>', '<b>'],
] as const)('PV30 %s %j is called %j', (dimension, value, name) => {
  expect(nameOf(dimension, value)).toBe(name)
})
