import { expect, test } from 'vitest'
import { defaultView, openTab, readView, type View, writeView } from '../../packages/dashboard/src/view.ts'
import { panels } from '../../packages/dashboard/src/panels.ts'

const plain = defaultView

const addresses: [search: string, change: Partial<View>][] = [
  ['', {}],
  ['?period=today', { period: 'today' }],
  ['?period=last_quarter_to_date', { period: 'last_quarter_to_date' }],
  ['?page=realtime', { page: 'realtime' }],
  ['?page=hits&q=goog&order=-url', { page: 'hits', more: { q: 'goog', order: '-url' } }],
  ['?compare=previous_period', { compare: 'previous_period' }],
  ['?compare=2025-01-01,2025-01-31', { compare: ['2025-01-01', '2025-01-31'] }],
  ['?period=91d&interval=week&chart=sources', { period: '91d', interval: 'time:week', chart: 'sources' }],
  ['?detail=pages', { detail: 'pages' }],
  ['?f=has_done,event:page,/pricing', { filters: [['has_done', 'event:page', ['/pricing']]] }],
  ['?f=is,event:props:a%252Cb%2525,x,y', { filters: [['is', 'event:props:a,b%', ['x,y']]] }],
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
  '?period=0999-12-31,1000-01-01',
  '?period=9998-12-31,9999-01-01',
  '?period=1900-01-01,2026-01-01',
  '?period=toString',
  '?metric=constructor',
  '?f=is',
  '?f=runs,event:page,/',
  '?f=is,__proto__,x',
  '?page=x&compare=x&chart=pie&interval=minute&period=',
  '?interval=fortnight',
  '?compare=2026-01-31,2026-01-01',
  '?f=is,event:props:,x',
  '?pages=visit:source',
  '?pages=event:page',
  '?utm_source=x&<script>',
])('%j falls back to the plain view', (search) => {
  expect(readView(search)).toEqual(plain)
})

test.each([
  ['?period=day', 'today'],
  ['?period=month', 'this_month_to_date'],
] as const)('the old link %j shows what it did', (search, period) => {
  expect(readView(search)).toEqual({ ...plain, period })
})

test('a panel opens with its first tab', () => {
  expect(panels.map((panel) => openTab(plain, panel))).toEqual(panels.map(({ tabs }) => tabs[0]))
})
