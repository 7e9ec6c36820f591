import { expect, test } from 'vitest'
import { type ListDetail, openList, readListDetail, writeListDetail } from '../../packages/dashboard/src/listDetail.ts'

const details: [detail: string, list: ListDetail][] = [
  ['visit:source', openList('visit:source')],
  ['map', openList('map')],
  ['event:page,pageviews', { ...openList('event:page'), order: ['pageviews', 'asc'] }],
  ['event:page,-pageviews,100', { ...openList('event:page'), order: ['pageviews', 'desc'], offset: 100 }],
  ['visit:source,,,a,b%', { ...openList('visit:source'), search: 'a,b%' }],
  ['visit:source,,,a,,', { ...openList('visit:source'), search: 'a,,' }],
  ['event:props:a%2Cb%25,-events', { ...openList('event:props:a,b%'), order: ['events', 'desc'] }],
]

test.each(details)('%s and its list are the same thing', (detail, list) => {
  expect(readListDetail(detail)).toEqual(list)
  expect(writeListDetail(list)).toBe(detail)
})

test.each(['', 'goals', 'visit:nothing', '__proto__', 'event:props:', '<img>'])('%j is no list', (detail) => {
  expect(readListDetail(detail)).toBeUndefined()
})

test.each([
  ['visit:source,-constructor', openList('visit:source')],
  ['visit:source,-pageviews', openList('visit:source')],
  ['visit:source,,-1', openList('visit:source')],
  ['visit:source,,1e9', openList('visit:source')],
])('%s: what is unknown is as the list opens', (detail, list) => {
  expect(readListDetail(detail)).toEqual(list)
})
