import { expect, test } from 'vitest'
import { type Filter, nameOf, replaceFilter, toApiFilter, toggleFilter } from '../../packages/dashboard/src/filter.ts'

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

const bing: Filter = ['is', 'visit:source', ['Bing']]

test.each<[title: string, before: Filter[], old: Filter | undefined, next: Filter | undefined, after: Filter[]]>([
  ['another one', [pricing], undefined, google, [pricing, google]],
  ['one that is changed stays where it is', [google, pricing], google, notBing, [notBing, pricing]],
  ['one less', [google, pricing], google, undefined, [pricing]],
  ['one for which there is one already', [google, pricing], undefined, bing, [pricing, ['is', 'visit:source', ['Google', 'Bing']]]],
  ['a change to what there is already', [google, notBing], notBing, bing, [['is', 'visit:source', ['Google', 'Bing']]]],
  ['nothing', [google], undefined, undefined, [google]],
])('the dialog filters: %s', (_, before, old, next, after) => {
  expect(replaceFilter(before, old, next)).toEqual(after)
})

test.each<[Filter, unknown]>([
  [google, ['is', 'visit:source', ['Google']]],
  [['has_done', 'event:page', ['/a', '/b']], ['has_done', ['is', 'event:page', ['/a', '/b']]]],
  [['has_not_done', 'event:goal', ['Sale']], ['has_not_done', ['is', 'event:goal', ['Sale']]]],
])('%j asks the API for %j', (filter, asked) => {
  expect(toApiFilter(filter)).toEqual(asked)
})
