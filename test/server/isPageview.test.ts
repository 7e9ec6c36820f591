import { isPageview, type PageviewOptions } from '@treadlight/server'
import { expect, test } from 'vitest'

const navigation = { 'sec-fetch-dest': 'document', accept: 'text/html,*/*;q=0.8' }
const xhr = { 'x-requested-with': 'XMLHttpRequest' }

test.each<[why: string, isView: boolean, method: string, status: number, headers: Record<string, string>, options?: PageviewOptions]>([
  ['SS19: a navigation', true, 'GET', 200, navigation],
  ['SS19: any other 2xx', true, 'GET', 203, navigation],
  ['AR04: no content', false, 'GET', 204, navigation],
  ['AR04: a part', false, 'GET', 206, navigation],
  ['M099: a redirect', false, 'GET', 301, navigation],
  ['AR04: not modified', false, 'GET', 304, navigation],
  ['M104: not found', false, 'GET', 404, navigation],
  ['AR04: an error', false, 'GET', 500, navigation],
  ['AR04: 200 alone, as a list', false, 'GET', 203, navigation, { statuses: [200] }],
  ['AR04: 200 alone', true, 'GET', 200, navigation, { statuses: [200] }],
  ['AR04: as a test', true, 'GET', 404, navigation, { statuses: (status) => status === 404 }],
  ['M102 overridden: POST', false, 'POST', 200, navigation],
  ['M102: POST, where it is a page too', true, 'POST', 200, navigation, { methods: ['GET', 'POST'] }],
  ['M103 overridden: HEAD', false, 'HEAD', 200, navigation],
  ['a browser without Fetch Metadata', true, 'GET', 200, { accept: 'text/html,application/xhtml+xml' }],
  ['an API client without it', false, 'GET', 200, { accept: 'application/json' }],
  ['curl', false, 'GET', 200, { accept: '*/*' }],
  ['nothing at all', false, 'GET', 200, {}],
  ['a frame', false, 'GET', 200, { ...navigation, 'sec-fetch-dest': 'iframe' }],
  ['an image', false, 'GET', 200, { ...navigation, 'sec-fetch-dest': 'image' }],
  ['fetch of HTML', false, 'GET', 200, { ...navigation, 'sec-fetch-dest': 'empty' }],
  ['a prefetch', false, 'GET', 200, { ...navigation, 'sec-purpose': 'prefetch' }],
  ['a prerendered page', false, 'GET', 200, { ...navigation, 'sec-purpose': 'prefetch;prerender' }],
  ['a prefetch of Safari', false, 'GET', 200, { ...navigation, purpose: 'prefetch' }],
  ['a prefetch of old Firefox', false, 'GET', 200, { ...navigation, 'x-moz': 'prefetch' }],
  ['SS23 M110: XHR', false, 'GET', 200, { ...navigation, ...xhr }],
  ['SS23 M111: XHR, where it is wanted', true, 'GET', 200, { ...xhr, 'sec-fetch-dest': 'empty', accept: '*/*' }, { xhrViews: true }],
  ['SS23: a prefetched XHR', false, 'GET', 200, { ...xhr, 'sec-purpose': 'prefetch' }, { xhrViews: true }],
])('%s: %s', (_, isView, method, status, headers, options) => {
  expect(isPageview(new Request('https://shop.example/', { method, headers }), { status }, options)).toBe(isView)
})
