import { expect, test } from 'vitest'
import { openTab, readView, type View, writeView } from '../../packages/dashboard/src/view.ts'
import { panels } from '../../packages/dashboard/src/panels.ts'

const plain: View = { site: '', period: '30d', metric: 'visitors', filters: [], tabs: {} }

const addresses: [search: string, change: Partial<View>][] = [
  ['', {}],
  ['?period=day', { period: 'day' }],
  ['?period=2026-01-01,2026-01-31', { period: ['2026-01-01', '2026-01-31'] }],
  ['?site=shop&metric=bounce_rate', { site: 'shop', metric: 'bounce_rate' }],
  ['?f=is,event:page,/a/b', { filters: [['is', 'event:page', ['/a/b']]] }],
  ['?f=is,visit:source,', { filters: [['is', 'visit:source', ['']]] }],
  [
    '?f=is,visit:source,Google&f=contains,event:page,/blog',
    {
      filters: [
        ['is', 'visit:source', ['Google']],
        ['contains', 'event:page', ['/blog']],
      ],
    },
  ],
  ['?f=is,visit:source,a&f=is,visit:source,b,c', { filters: [['is', 'visit:source', ['a', 'b,c']]] }],
  ['?f=is,event:page,/%3Cimg+src%3Dx%3E%26f%3D%25', { filters: [['is', 'event:page', ['/<img src=x>&f=%']]] }],
  ['?pages=visit:exit_page&sources=visit:referrer', { tabs: { pages: 'visit:exit_page', sources: 'visit:referrer' } }],
]

test.each(addresses)('the address %j and its view are the same thing', (search, change) => {
  const view = { ...plain, ...change }
  expect(readView(search)).toEqual(view)
  expect(writeView(view)).toBe(search)
})

test.each([
  '?period=99d',
  '?period=2026-01-31,2026-01-01',
  '?period=2026-02-30,2026-03-01',
  '?period=toString',
  '?metric=constructor',
  '?f=is',
  '?f=runs,event:page,/',
  '?f=is,__proto__,x',
  '?pages=visit:source',
  '?pages=event:page',
  '?utm_source=x&<script>',
])('%j falls back to the plain view', (search) => {
  expect(readView(search)).toEqual(plain)
})

test('a panel opens with its first tab', () => {
  expect(panels.map((panel) => openTab(plain, panel))).toEqual(['event:page', 'visit:source'])
})
